"""Marks on callers' numbers: who is served first, whom the house worries about, who has been set back for a time."""

from datetime import datetime

from flask import Response
from pydantic import AwareDatetime, Field

from hotline.core.identity import Permission
from telephony import callers, calls
from telephony.callers import MARK_LABELS, CallerMark, Mark
from web.api.calls import CallPath
from web.api.schemas import Choice, Choices, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("callers", "来电人标签")

AGENT = Permission.CALL_ANSWER


class MarkIn(Incoming):
    mark: Mark
    reason: str = Field(min_length=1, max_length=200)
    expires_at: AwareDatetime | None = Field(None, description="harasser: at most 30 days from now")


class MarkOut(Outgoing):
    id: int
    mark: str
    label: str
    reason: str
    made_at: datetime
    expires_at: datetime | None


class MarkList(Outgoing):
    items: list[MarkOut]


class MarkPath(Incoming):
    mark_id: Id


def mark_out(row: CallerMark) -> MarkOut:
    return MarkOut(
        id=row.id,
        mark=row.mark,
        label=MARK_LABELS[row.mark],
        reason=row.reason,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )


@bp.get("/calls/<int:call_id>/marks", responses={200: MarkList})
@opens_to(AGENT)
def marks_of_caller(path: CallPath) -> Response:
    """The marks in force on the number of this call."""
    with open_uow() as uow:
        rows = callers.in_force(uow, calls.visible(uow, path.call_id).number_hash)
        return reply(MarkList(items=[mark_out(row) for row in rows]))


@bp.post("/calls/<int:call_id>/marks", responses={201: MarkOut})
@opens_to(AGENT)
def set_mark(path: CallPath, body: MarkIn) -> Response:
    """Mark the number of a call; to set a caller back is the shift leader's and always ends."""
    with open_uow() as uow:
        call = calls.visible(uow, path.call_id)
        row = callers.set_mark(uow, call, body.mark, reason=body.reason, expires_at=body.expires_at)
        return reply(mark_out(row), 201)


@bp.post("/caller_marks/<int:mark_id>/lift", responses={200: MarkOut})
@opens_to(AGENT)
def lift(path: MarkPath) -> Response:
    """End a mark now; the record of it stays."""
    with open_uow() as uow:
        return reply(mark_out(callers.lift(uow, path.mark_id)))


@bp.get("/lookups/caller_marks", responses={200: Choices})
@opens_to(AGENT)
def mark_choices() -> Response:
    return reply(Choices(items=[Choice(code=code, name=name) for code, name in MARK_LABELS.items()]))
