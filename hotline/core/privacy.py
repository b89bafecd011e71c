"""Contact data: encryption, search hashes, masking, watermark text.

Ciphertext is AES-256-GCM under a key derived from the root secret; a search hash is an HMAC of the normalised value,
so that equal numbers are found without being readable. Masks are what everybody sees by default (DOMAIN §1.7).
"""

import hashlib
import hmac
import os
import re
from datetime import datetime
from functools import cached_property

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.core.clock import local

_VERSION = b"\x01"
_NONCE_BYTES = 12


class WrongKey(RuntimeError):
    """Stored ciphertext does not open: HOTLINE_SECRET_KEY is not the one the data was written with."""


class Vault:
    """All keys of the house, each derived for one purpose."""

    def __init__(self, root_secret: bytes) -> None:
        self._root = root_secret
        self._keys: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        """32 bytes for `purpose`; equal in every process of the house."""
        if purpose not in self._keys:
            derivation = HKDF(algorithm=SHA256(), length=32, salt=b"hotline-12345", info=purpose.encode())
            self._keys[purpose] = derivation.derive(self._root)
        return self._keys[purpose]

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.key("contact"))

    @cached_property
    def _hash_key(self) -> bytes:
        return self.key("search")

    def encrypt(self, text: str) -> bytes:
        return self.encrypt_bytes(text.encode())

    def decrypt(self, token: bytes) -> str:
        return self.decrypt_bytes(token).decode()

    def encrypt_bytes(self, data: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, data, _VERSION)

    def decrypt_bytes(self, token: bytes) -> bytes:
        nonce, body = token[1 : 1 + _NONCE_BYTES], token[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, token[:1])
        except InvalidTag as wrong:
            raise WrongKey("密钥与数据不符：请检查 HOTLINE_SECRET_KEY 是否与写入数据时相同") from wrong

    def search_hash(self, text: str) -> bytes:
        """Equal for equal people's data: phone numbers by their national form, other text by its letters."""
        return hmac.digest(self._hash_key, normalise(text).encode(), "sha256")

    def digest(self, purpose: str, text: str) -> bytes:
        """Keyed hash of a secret that only needs to be compared (session tokens)."""
        return hmac.digest(self.key(purpose), text.encode(), "sha256")

    def digits(self, purpose: str, salt: bytes, count: int = 6) -> str:
        """A code for people that follows from a stored salt and is itself stored nowhere."""
        drawn = hmac.digest(self.key(purpose), salt, "sha256")
        return f"{int.from_bytes(drawn[:8], 'big') % 10**count:0{count}d}"


def normalise(text: str) -> str:
    """One spelling per phone number (E.164 where it is one), otherwise lower case without spaces."""
    phone = phone_e164(text)
    return phone or re.sub(r"\s+", "", text).casefold()


_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－（）　", "0123456789+-() ")


def phone_e164(text: str, area_code: str = "0731") -> str | None:
    """E.164 of a mainland mobile, landline (`area_code` is added to a bare local number), service or foreign
    number; None if the text is no telephone number. Short service numbers (12345, 10086, 95588) stay as dialled."""
    digits = re.sub(r"[\s\-()]", "", text.translate(_FULL_WIDTH))
    if re.fullmatch(r"1\d{2,4}|9[56]\d{3,6}|[48]00\d{7}", digits):
        return digits
    if re.fullmatch(r"[2-8]\d{6,7}", digits):
        digits = area_code + digits
    if re.fullmatch(r"1\d{5,}", digits) and not re.fullmatch(r"1[3-9]\d{9}", digits):
        # A mobile number with a digit too few or too many; the library would take it for some landline.
        return None
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(text: str) -> str:
    """138****5678; short numbers keep only their last two digits."""
    digits = re.sub(r"\D", "", text.translate(_FULL_WIDTH))
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "****" + digits[-2:] if len(digits) >= 5 else "****"


def mask_name(text: str) -> str:
    """The family name stays, the rest is hidden: 王**."""
    name = text.strip()
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_id_no(text: str) -> str:
    """First three and last two characters of an identity document."""
    return text[:3] + "*" * max(4, len(text) - 5) + text[-2:] if len(text) > 5 else "*" * len(text)


def watermark(name: str, work_no: str | None, now: datetime) -> str:
    """Written over every page and document, so that a leaked picture names its viewer and minute."""
    return f"{name} {work_no or ''} {local(now):%Y-%m-%d %H:%M}".replace("  ", " ")


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
