"""Cases that belong to a call: the draft that opens when an agent answers, and what else was registered in it."""

from typing import Any

from sqlalchemy import select

from dispatch import cases
from dispatch.models import Case
from dispatch.status import CaseStatus
from hotline.core.uow import UnitOfWork
from telephony import call_backs, calls
from telephony.errors import NotYourCall
from telephony.models import Call, CallBackRequest, Direction


def open_case(uow: UnitOfWork, data: dict[str, Any]) -> Case:
    """A new draft; one of a call knows the caller's number, and asking twice for the same call gives the same draft."""
    call_id = data.get("call_id")
    if call_id is None:
        return cases.open_case(uow, data)
    call = calls.visible(uow, call_id)
    if call.user_id != uow.actor.user_id:
        raise NotYourCall
    # Two tabs of one console ask at once: the second waits for the first on the row of the call.
    calls.locked(uow, call.id)
    return _open_draft(uow, call.id) or cases.open_case(uow, _from_call(uow, call) | data)


def open_for_message(uow: UnitOfWork, request: CallBackRequest) -> Case | None:
    """The draft of a message that was left on the line, for whoever has taken it over; one per message."""
    call = call_backs.message(uow, request)
    if call is None:
        return None
    draft = _open_draft(uow, call.id)
    data = {"call_id": call.id, "title": "语音留言", "facts": "来电人留言，内容见录音。"}
    return draft or cases.open_case(uow, _from_call(uow, call) | data)


def _open_draft(uow: UnitOfWork, call_id: int) -> Case | None:
    query = select(Case).where(
        Case.call_id == call_id, Case.agent_id == uow.actor.user_id, Case.status == CaseStatus.DRAFT
    )
    return uow.session.scalar(query.order_by(Case.id.desc()).limit(1))


def _from_call(uow: UnitOfWork, call: Call) -> dict[str, Any]:
    number = calls.number(uow, call)
    known = {"access_number": call.called} if call.direction == Direction.INBOUND else {}
    return known | ({"caller_no": number, "contact_no": number} if number else {})


def case_of_call(uow: UnitOfWork, call_id: int) -> int | None:
    """The newest case registered from the call."""
    query = select(Case.id).where(Case.call_id == call_id).order_by(Case.id.desc()).limit(1)
    return uow.session.scalar(query)


def cases_of_call(uow: UnitOfWork, call_id: int) -> list[int]:
    return list(uow.session.scalars(select(Case.id).where(Case.call_id == call_id).order_by(Case.id)))
