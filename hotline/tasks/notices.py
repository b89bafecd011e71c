"""SMS to citizens about their case; the texts are data (`notices.toml`). Durable handlers, idempotent by event id.

A number is decrypted only here, at the moment of sending. Anonymous callers and landlines get no message.
"""

import re
import tomllib
from pathlib import Path

from sqlalchemy import select

from dispatch import cases, deadlines, merging, phone_proof, query_codes
from dispatch.models_case import Case, CaseEvent
from dispatch.models_citizen import PhoneCode
from dispatch.status import ClockName
from hotline.adapters import sms
from hotline.core.clock import local
from hotline.core.events import EventRow
from hotline.core.privacy import phone_e164
from hotline.core.uow import UnitOfWork

TEXTS: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
FOR_FOLLOWERS = frozenset({"pass_audit", "close", "final_reply", "transfer_out"})
MOBILE = re.compile(r"\+861[3-9]\d{9}")


def tell_citizen(uow: UnitOfWork, event: EventRow) -> None:
    """One message per move that the lifecycle table wants told (`CaseMoved.tells_citizen`)."""
    if not event.payload["tells_citizen"]:
        return
    case, action = uow.session.get_one(Case, event.payload["case_id"]), event.payload["action"]
    told = told_of(uow, case, action, event.payload["version"])
    # Everybody whose case was merged into this one gets the reply and may rate it (并案, §1.7).
    for one in (case, *(merging.followers(uow.session, case.id) if action in FOR_FOLLOWERS else ())):
        number = mobile_of(uow, one)
        if number is not None:
            sms.send_once(
                uow,
                event_id=event.id,
                template=action,
                subject=f"case:{one.id}",
                to=number,
                text=uow.settings.sms_signature + render(uow, one, action, told, last_day(uow, case)),
            )


def send_code(uow: UnitOfWork, event: EventRow) -> None:
    """The code that proves a telephone number; after its end nobody needs it any more."""
    row = uow.session.get_one(PhoneCode, event.payload["phone_code_id"])
    if row.expires_at <= uow.now:
        return
    text = TEXTS["phone_code"].format(code=phone_proof.code_of(uow.vault, row))
    sms.send_once(
        uow,
        event_id=event.id,
        template="phone_code",
        subject=f"phone_code:{row.id}",
        to=uow.vault.decrypt(row.phone_cipher),
        text=uow.settings.sms_signature + text,
    )


def mobile_of(uow: UnitOfWork, case: Case) -> str | None:
    """The number that can receive a message: the one left for contact, otherwise the one called from."""
    if case.anonymous:
        return None
    identity = cases.identity_of(uow, case)
    given = (phone_e164(identity.get(name, "")) for name in ("contact_no", "caller_no"))
    return next((number for number in given if number and MOBILE.fullmatch(number)), None)


def told_of(uow: UnitOfWork, case: Case, action: str, version: int) -> str:
    """The line that the public timeline has of a move."""
    told = select(CaseEvent.citizen_text).where(
        CaseEvent.case_id == case.id, CaseEvent.version == version, CaseEvent.action == action
    )
    return uow.session.scalar(told) or ""


def render(uow: UnitOfWork, case: Case, action: str, told: str, due: str | None) -> str:
    """The text for a move; without a last day the text that names none."""
    template = TEXTS.get(action, TEXTS["default"])
    if due is None and "{due}" in template:
        template = TEXTS["default"]
    return template.format(
        case_no=case.case_no,
        query_code=query_codes.code_of(uow.vault, case),
        what=told,
        due=due,
        link=f"{uow.settings.base_url}/progress",
    )


def last_day(uow: UnitOfWork, case: Case) -> str | None:
    """Until when the lead unit must answer, in plain words."""
    lead = case.lead()
    if lead is None:
        return None
    row = deadlines.find_open(uow.session, case.id, ClockName.HANDLE, lead.id)
    return None if row is None or row.due_at is None else f"{local(row.due_at):%-m月%-d日}"
