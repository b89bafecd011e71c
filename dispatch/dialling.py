"""Reaching a citizen without seeing the number (DOMAIN §1.6, §1.7): a middle number joins both telephones for a while.

For the units that have the case and for the hotline; every dialling leaves its audit row. Strictly secret cases are
rung by the report officer only, who may see the number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.access import case_for, is_hotline, own_parts
from dispatch.cases import identity_of
from dispatch.status import Secrecy
from hotline.accounts.models import Unit
from hotline.adapters import middle_numbers
from hotline.core.errors import Conflict, Invalid, NotAllowed
from hotline.core.identity import Permission, require
from hotline.core.privacy import mask_phone, phone_e164
from hotline.core.uow import UnitOfWork


class NobodyToCall(Conflict):
    code, text = "case.nobody_to_call", "此工单没有可拨打的联系电话"


class NotForUnits(NotAllowed):
    code, text = "case.not_to_be_called", "严格保密工单不提供虚拟号码，如需联系请通过热线举报专员"


@dataclass(frozen=True, kw_only=True)
class Joined:
    """`number` is dialled from `own_number`, until `expires_at`."""

    number: str
    own_number: str
    expires_at: datetime


def join(uow: UnitOfWork, case_id: int, own_number: str | None) -> Joined:
    require(uow.actor, Permission.CASE_REVEAL)
    case = case_for(uow, case_id)
    if case.secrecy is Secrecy.STRICT or not (is_hotline(uow.actor) or own_parts(uow.actor, case)):
        raise NotForUnits()
    own = _own(uow, own_number)
    identity = identity_of(uow, case)
    numbers = (phone_e164(identity.get(name, "")) for name in ("contact_no", "caller_no"))
    callee = next((number for number in numbers if number), None)
    if callee is None:
        raise NobodyToCall()
    provider = middle_numbers.provider_for(uow.settings)
    until = uow.now + timedelta(minutes=middle_numbers.MINUTES)
    number = provider.bind(own, callee, middle_numbers.MINUTES, f"{case.case_no}-{uow.actor.user_id}")
    uow.audit(f"case:{case.id}", "dial", number=number, own_number=mask_phone(own), until=until)
    return Joined(number=number, own_number=own, expires_at=until)


def _own(uow: UnitOfWork, given: str | None) -> str:
    """The telephone that the call comes from: the one named, otherwise that of the unit."""
    unit = uow.session.get(Unit, uow.actor.unit_id) if uow.actor.unit_id else None
    own = phone_e164(given or (unit and unit.phone) or "")
    if own is None:
        raise Invalid(fields=[{"field": "own_number", "reason": "请填写您用来拨打的电话号码"}])
    return own
