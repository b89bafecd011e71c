"""Proving a telephone number by a code in an SMS, so that citizens find all their cases without number and code.

Asking and answering say the same whether the number has cases or not. A wrong code is counted; the refusal is
returned, not raised, because the count must be committed: the edge raises it afterwards.
"""

import hmac
import os
import re
from datetime import timedelta

from sqlalchemy import func, select

from dispatch.events import PhoneCodeAsked
from dispatch.models_citizen import PhoneCode
from hotline.core.errors import DomainError, Invalid, TooMany
from hotline.core.privacy import Vault, phone_e164
from hotline.core.uow import UnitOfWork

LIVES = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PER_PHONE_AND_DAY = 10
PER_ADDRESS_AND_HOUR = 20
MAX_WRONG = 5
_MOBILE = re.compile(r"\+861[3-9]\d{9}")


class NoMobile(Invalid):
    code, text = "phone.no_mobile", "请填写能收短信的手机号码"


class AskedTooOften(TooMany):
    code, text = "phone.asked_too_often", "验证码刚刚发过，请一分钟后再试；一天最多 10 次，或拨打 12345"


class CodeWrong(Invalid):
    code, text = "phone.code_wrong", "验证码不对或已过期，请核对短信，或重新获取"


def ask(uow: UnitOfWork, phone: str) -> PhoneCode:
    """Send a code to a mobile number; the one before is worth nothing from now on."""
    number = phone_e164(phone)
    if number is None or not _MOBILE.fullmatch(number):
        raise NoMobile(fields=[{"field": "phone", "reason": NoMobile.text}])
    phone_hash = uow.vault.search_hash(number)
    # Two askings at once must not both find a free minute.
    uow.session.execute(
        select(func.pg_advisory_xact_lock(int.from_bytes(phone_hash[:8], "big", signed=True)))
    )
    _refuse_often(uow, phone_hash)
    row = PhoneCode(
        phone_hash=phone_hash,
        phone_cipher=uow.vault.encrypt(number),
        salt=os.urandom(16),
        ip=uow.actor.ip,
        sent_at=uow.now,
        expires_at=uow.now + LIVES,
        wrong=0,
    )
    uow.session.add(row)
    uow.session.flush()  # the event names it by its id
    uow.record(PhoneCodeAsked(phone_code_id=row.id))
    return row


def _refuse_often(uow: UnitOfWork, phone_hash: bytes) -> None:
    def sent(since: timedelta, same: object) -> int:
        wanted = select(func.count()).where(PhoneCode.sent_at > uow.now - since, same)  # type: ignore[arg-type]
        return uow.session.scalar(wanted) or 0

    mine, here = PhoneCode.phone_hash == phone_hash, PhoneCode.ip == uow.actor.ip
    if sent(PAUSE, mine) or sent(DAY, mine) >= PER_PHONE_AND_DAY or sent(HOUR, here) >= PER_ADDRESS_AND_HOUR:
        raise AskedTooOften()


def code_of(vault: Vault, row: PhoneCode) -> str:
    """The six digits of a row."""
    return vault.digits("phone_code", row.salt + row.phone_hash)


def prove(uow: UnitOfWork, phone: str, code: str) -> str | DomainError:
    """The proven number in one spelling, or the refusal to be raised after the commit. A code opens once."""
    number = phone_e164(phone)
    latest = (
        select(PhoneCode)
        .where(PhoneCode.phone_hash == uow.vault.search_hash(number or phone))
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    row = uow.session.scalar(latest)
    if row is None or row.used_at is not None or row.expires_at <= uow.now or row.wrong >= MAX_WRONG:
        return _wrong()
    if not hmac.compare_digest(code_of(uow.vault, row).encode(), code.strip().encode()):
        row.wrong += 1
        return _wrong()
    row.used_at = uow.now
    return uow.vault.decrypt(row.phone_cipher)


def _wrong() -> CodeWrong:
    return CodeWrong(fields=[{"field": "code", "reason": CodeWrong.text}])
