"""Which numbers may be called from here, and the SIP address that leads there.

No open relay: only what the plan allows, only for people with the permission, only while the house's own limit of
outside calls at once is not reached. International and premium numbers are not in the plan.
"""

import re

from sqlalchemy import func, select

from hotline.core.identity import Permission, require
from hotline.core.privacy import mask_phone, phone_e164
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from telephony.errors import NoLineFree, NoTrunk, NumberNotAllowed
from telephony.models import Call, CallState, Direction
from telephony.party_models import CallParty, PartyKind

# Emergency and service numbers, mainland mobiles, landlines with their area code; extensions apart.
ALLOWED = re.compile(r"11[0-9]|12[0-2]|1[02]\d{3}|9[56]\d{3}|1[3-9]\d{9}|0[1-9]\d{8,10}")
EXTENSION = re.compile(r"[2-8]\d{3}")  # the town's own exchange, behind the same trunk
EMERGENCY = {"110": "公安", "119": "消防", "120": "急救", "122": "交通事故"}


def outside(uow: UnitOfWork, number: str) -> str:
    """The number as it is dialled, if this actor may dial it now."""
    require(uow.actor, Permission.CALL_ANSWER)
    digits = national(number)
    if not ALLOWED.fullmatch(digits) and not EXTENSION.fullmatch(digits):
        raise NumberNotAllowed
    if uow.settings.sip_trunk is None:
        raise NoTrunk
    if digits not in EMERGENCY and _outside_now(uow) >= uow.settings.outside_calls:
        raise NoLineFree
    return digits


def national(number: str) -> str:
    """As a Chinese trunk wants it: 13800138000, 073183612345, 110, 8103."""
    if EXTENSION.fullmatch(number.strip()):
        return number.strip()
    e164 = phone_e164(number)
    if e164 is None:
        raise NumberNotAllowed
    if not e164.startswith("+86"):
        return e164
    local = e164.removeprefix("+86")
    return local if re.fullmatch(r"1[3-9]\d{9}", local) else "0" + local


def address(settings: Settings, digits: str) -> str:
    if settings.sip_trunk is None:
        raise NoTrunk
    # Behind the edge there is one way out, and it leads through the edge.
    return f"sip:{digits}@{settings.sip_trunk if settings.sip_workers == 1 else settings.sip_bind}"


def label(digits: str) -> str:
    """Emergency numbers and extensions are no secret, others are masked."""
    if EXTENSION.fullmatch(digits):
        return f"内线 {digits}"
    return f"{EMERGENCY[digits]} {digits}" if digits in EMERGENCY else mask_phone(digits)


def _outside_now(uow: UnitOfWork) -> int:
    guests = select(func.count()).where(CallParty.kind == PartyKind.OUTSIDE, CallParty.left_at.is_(None))
    calls = select(func.count()).where(
        Call.direction == Direction.OUTBOUND, Call.state.in_([CallState.DIALLING, CallState.TALKING])
    )
    return (uow.session.scalar(guests) or 0) + (uow.session.scalar(calls) or 0)
