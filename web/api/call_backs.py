"""Missed calls to ring back: take one, note a try, finish it, see its number."""

from datetime import datetime

from flask import Response
from pydantic import Field

from hotline.accounts.models import User
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.desk import drafts
from telephony import call_backs, outbound, recordings
from telephony.models import CallBackRequest, CallBackResult, CallBackState
from web.api.calls import CallOut, call_out
from web.api.schemas import Choice, Choices, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("call_backs", "漏话回拨")

WORK = Permission.CALL_BACK_WORK
RESULT_LABELS = {
    CallBackResult.REACHED: "已联系上",
    CallBackResult.CALLED_AGAIN: "对方已再次来电",
    CallBackResult.NOT_REACHED: "联系不上",
    CallBackResult.WRONG_NUMBER: "空号或错号",
    CallBackResult.NOT_WANTED: "对方表示不需要",
}


class CallBackOut(Outgoing):
    id: int
    caller_masked: str
    state: str = Field(description="open, taken, done")
    missed_calls: int
    first_missed_at: datetime
    last_missed_at: datetime
    due_at: datetime
    overdue: bool
    owner_id: int | None
    owner_name: str | None
    attempts: int
    last_attempt_at: datetime | None
    result: str | None
    note: str | None
    finished_at: datetime | None
    message_call_id: int | None = Field(description="the call in which a message was left")
    message_recording_id: int | None
    case_id: int | None = Field(description="the draft of that message, once the request is taken")


class CallBackList(Outgoing):
    items: list[CallBackOut]


class CallBackPath(Incoming):
    request_id: Id


class ListQuery(Incoming):
    include_done: bool = False


class AttemptIn(Incoming):
    reached: bool = False
    note: str | None = Field(None, max_length=500)
    call_id: Id | None = None


class FinishIn(Incoming):
    result: CallBackResult = CallBackResult.REACHED
    note: str | None = Field(None, max_length=500)


class NumberOut(Outgoing):
    number: str


def call_back_out(uow: UnitOfWork, row: CallBackRequest) -> CallBackOut:
    owner = uow.session.get(User, row.owner_id) if row.owner_id else None
    message = call_backs.message(uow, row)
    sound = recordings.of_call(uow, message) if message else []
    return CallBackOut(
        id=row.id,
        caller_masked=row.number_masked,
        state=row.state,
        missed_calls=row.missed_calls,
        first_missed_at=row.first_missed_at,
        last_missed_at=row.last_missed_at,
        due_at=row.due_at,
        overdue=row.state != CallBackState.DONE and row.due_at < uow.now,
        owner_id=row.owner_id,
        owner_name=owner.name if owner else None,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        result=row.result,
        note=row.note,
        finished_at=row.finished_at,
        message_call_id=message.id if message else None,
        message_recording_id=sound[0].id if sound else None,
        case_id=drafts.case_of_call(uow, message.id) if message else None,
    )


@bp.get("/call_backs", responses={200: CallBackList})
@opens_to(WORK)
def listing(query: ListQuery) -> Response:
    """What is to be called back, the most urgent first."""
    with open_uow() as uow:
        rows = call_backs.listing(uow, include_done=query.include_done)
        return reply(CallBackList(items=[call_back_out(uow, row) for row in rows]))


@bp.post("/call_backs/<int:request_id>/take", responses={200: CallBackOut})
@opens_to(WORK)
def take(path: CallBackPath) -> Response:
    """Make it one's own; a message that was left becomes a draft."""
    with open_uow() as uow:
        row = call_backs.take(uow, path.request_id)
        drafts.open_for_message(uow, row)
        return reply(call_back_out(uow, row))


@bp.post("/call_backs/<int:request_id>/give_back", responses={200: CallBackOut})
@opens_to(WORK)
def give_back(path: CallBackPath) -> Response:
    with open_uow() as uow:
        return reply(call_back_out(uow, call_backs.give_back(uow, path.request_id)))


@bp.post("/call_backs/<int:request_id>/attempt", responses={200: CallBackOut})
@opens_to(WORK)
def attempt(path: CallBackPath, body: AttemptIn) -> Response:
    """Note one try; reached closes the request."""
    with open_uow() as uow:
        row = call_backs.attempt(
            uow, path.request_id, reached=body.reached, note=body.note, call_id=body.call_id
        )
        return reply(call_back_out(uow, row))


@bp.post("/call_backs/<int:request_id>/ring", responses={201: CallOut})
@opens_to(Permission.CALL_ANSWER)
def ring(path: CallBackPath) -> Response:
    """Ring the missed caller from one's seat; the end of that call notes the attempt."""
    with open_uow() as uow:
        return reply(call_out(uow, outbound.call_back(uow, path.request_id)), 201)


@bp.post("/call_backs/<int:request_id>/finish", responses={200: CallBackOut})
@opens_to(WORK)
def finish(path: CallBackPath, body: FinishIn) -> Response:
    with open_uow() as uow:
        row = call_backs.finish(uow, path.request_id, result=body.result, note=body.note)
        return reply(call_back_out(uow, row))


@bp.post("/call_backs/<int:request_id>/number", responses={200: NumberOut})
@opens_to(WORK)
def number(path: CallBackPath) -> Response:
    """The number in clear, for the owner of the request; the look is written down."""
    with open_uow() as uow:
        return reply(NumberOut(number=call_backs.number(uow, path.request_id)))


@bp.get("/lookups/call_back_results", responses={200: Choices})
@opens_to(WORK)
def results() -> Response:
    return reply(Choices(items=[Choice(code=code, name=label) for code, label in RESULT_LABELS.items()]))
