"""Sound at rest: AES-256-GCM in chunks under a key of its own, which lies in front of it, sealed by the house's vault.

Chunks are numbered and the last one says so: a file that was cut, reordered or changed does not open. Whoever has the
file alone has nothing; a changed root secret only needs the small seal to be made anew, not the sound.
"""

import os
import struct
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline.core.privacy import Vault

MAGIC = b"HLSR\x01"
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
LOCK_BYTES = 1 + 12 + 32 + TAG_BYTES  # version, nonce, key, tag
_LENGTH = struct.Struct(">H")
_NUMBER = struct.Struct(">QI")  # 12 bytes: the nonce; safe, because each key seals one file


class Damaged(RuntimeError):
    """The file is not what was written."""


def seal(vault: Vault, sound: bytes) -> bytes:
    key = os.urandom(32)
    lock = vault.encrypt_bytes(key)
    cipher = AESGCM(key)
    parts = [MAGIC, _LENGTH.pack(len(lock)), lock]
    starts = range(0, len(sound), CHUNK_BYTES) or range(1)
    for number, start in enumerate(starts):
        last = start + CHUNK_BYTES >= len(sound)
        parts.append(cipher.encrypt(_nonce(number, last=last), sound[start : start + CHUNK_BYTES], MAGIC))
    return b"".join(parts)


def unseal(vault: Vault, sealed: bytes) -> bytes:
    return b"".join(_chunks(vault, sealed))


def _chunks(vault: Vault, sealed: bytes) -> Iterator[bytes]:
    body = len(MAGIC) + _LENGTH.size
    if sealed[: len(MAGIC)] != MAGIC or len(sealed) < body:
        raise Damaged("no sealed sound")
    (size,) = _LENGTH.unpack_from(sealed, len(MAGIC))
    if size != LOCK_BYTES:
        raise Damaged("no seal")
    cipher = AESGCM(vault.decrypt_bytes(sealed[body : body + size]))
    step = CHUNK_BYTES + TAG_BYTES
    for number, start in enumerate(range(body + size, len(sealed), step)):
        last = start + step >= len(sealed)
        try:
            yield cipher.decrypt(_nonce(number, last=last), sealed[start : start + step], MAGIC)
        except InvalidTag as wrong:
            raise Damaged(f"chunk {number}") from wrong


def _nonce(number: int, *, last: bool) -> bytes:
    return _NUMBER.pack(number, last)
