"""Calls: the list, one call, call control, recordings and their logged playback."""

from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import Field

from hotline.accounts.models import User
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.desk import drafts
from telephony import call_control, calls, outbound, recordings
from telephony.errors import RecordingNotFound
from telephony.models import Call, Recording
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("calls", "通话与录音")

SEE = (Permission.CALL_SEE_OWN, Permission.CALL_SEE_ALL)
CONTROL = {
    "answer": call_control.answer,
    "decline": call_control.decline,
    "hold": call_control.hold,
    "resume": call_control.resume,
    "mute": call_control.mute,
    "unmute": call_control.unmute,
    "pause_recording": call_control.pause_recording,
    "resume_recording": call_control.resume_recording,
    "hang_up": call_control.hang_up,
}
PAGE = 50
SOUND = {
    "description": "Ogg/Opus",
    "content": {recordings.MIME_TYPE: {"schema": {"type": "string", "format": "binary"}}},
}


class RecordingOut(Outgoing):
    id: int
    state: str = Field(description="running, raw (being compressed), final, unusable")
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    size_bytes: int | None
    sha256: str | None
    legal_hold: bool
    trouble: str | None = Field(description="disk_full: a part was never written")
    damaged_at: datetime | None


class CallOut(Outgoing):
    """The call record with every time of it."""

    id: int
    direction: str
    state: str
    outcome: str | None
    ended_by: str | None
    caller_masked: str
    called: str
    agent_id: int | None
    agent_name: str | None
    case_ids: list[int]
    rang_at: datetime
    answered_at: datetime | None = Field(description="by the machine")
    queued_at: datetime | None
    first_offered_at: datetime | None
    offered_at: datetime | None
    talking_at: datetime | None = Field(description="by a person")
    ended_at: datetime | None
    queue_s: int | None
    ring_s: int | None
    talk_s: int | None
    hold_s: int
    wrap_up_s: int | None
    on_hold: bool
    muted: bool
    recording_paused: bool
    mos: float | None = Field(description="lowest estimate of the line's quality, 1–4.5")
    rating: int | None = Field(description="pressed after the call: 1 满意, 2 基本满意, 3 不满意")


class CallList(Outgoing):
    items: list[CallOut]
    next_cursor: int | None


class Recordings(Outgoing):
    items: list[RecordingOut]


class CallPath(Incoming):
    call_id: Id


class ControlPath(Incoming):
    call_id: Id
    action: Literal[
        "answer",
        "decline",
        "hold",
        "resume",
        "mute",
        "unmute",
        "pause_recording",
        "resume_recording",
        "hang_up",
    ]


class DigitsIn(Incoming):
    digits: str = Field(pattern=r"^[0-9*#]{1,20}$")


class DialIn(Incoming):
    number: str = Field(min_length=3, max_length=30, description="as people write it: 138 0013 8000")


class RecordingPath(Incoming):
    recording_id: Id


class CallQuery(Incoming):
    cursor: Id | None = Field(None, description="next_cursor of the page before")
    mine: bool = Field(False, description="only those that this person took or made")


def call_out(uow: UnitOfWork, call: Call) -> CallOut:
    agent = uow.session.get(User, call.user_id) if call.user_id else None
    return CallOut(
        id=call.id,
        direction=call.direction,
        state=call.state,
        outcome=call.outcome,
        ended_by=call.ended_by,
        caller_masked=call.number_masked,
        called=call.called,
        agent_id=call.user_id,
        agent_name=agent.name if agent else None,
        case_ids=drafts.cases_of_call(uow, call.id),
        rang_at=call.rang_at,
        answered_at=call.answered_at,
        queued_at=call.queued_at,
        first_offered_at=call.first_offered_at,
        offered_at=call.offered_at,
        talking_at=call.talking_at,
        ended_at=call.ended_at,
        queue_s=call.queue_s,
        ring_s=call.ring_s,
        talk_s=call.talk_s,
        hold_s=call.hold_s,
        wrap_up_s=call.wrap_up_s,
        on_hold=call.held_at is not None,
        muted=call.muted,
        recording_paused=call.recording_paused,
        mos=call.mos,
        rating=call.rating,
    )


@bp.get("/calls", responses={200: CallList})
@opens_to(*SEE)
def listing(query: CallQuery) -> Response:
    """Newest first: one's own calls, all of them for whoever may see all."""
    with open_uow() as uow:
        rows = calls.listing(uow, before_id=query.cursor, limit=PAGE + 1, mine=query.mine)
        items = [call_out(uow, call) for call in rows[:PAGE]]
    return reply(CallList(items=items, next_cursor=items[-1].id if len(rows) > PAGE else None))


@bp.get("/calls/<int:call_id>", responses={200: CallOut})
@opens_to(*SEE)
def one(path: CallPath) -> Response:
    with open_uow() as uow:
        return reply(call_out(uow, calls.visible(uow, path.call_id)))


@bp.post("/calls", responses={201: CallOut})
@opens_to(Permission.CALL_ANSWER)
def dial(body: DialIn) -> Response:
    """Ring a citizen from one's seat, with the hotline's own number."""
    with open_uow() as uow:
        return reply(call_out(uow, outbound.dial(uow, body.number)), 201)


@bp.post("/calls/<int:call_id>/digits", responses={200: Done})
@opens_to(Permission.CALL_ANSWER)
def digits(path: CallPath, body: DigitsIn) -> Response:
    """Keys to the department's voice menu, or to the caller."""
    with open_uow() as uow:
        call_control.send_digits(uow, path.call_id, body.digits)
    return reply(Done())


@bp.post("/calls/<int:call_id>/<action>", responses={200: CallOut})
@opens_to(Permission.CALL_ANSWER)
def control(path: ControlPath) -> Response:
    """Answer, decline, hold, mute or hang up the call at one's seat, or pause its recording."""
    with open_uow() as uow:
        return reply(call_out(uow, CONTROL[path.action](uow, path.call_id)))


@bp.get("/calls/<int:call_id>/recordings", responses={200: Recordings})
@opens_to(*SEE)
def recordings_of(path: CallPath) -> Response:
    with open_uow() as uow:
        rows = recordings.of_call(uow, calls.visible(uow, path.call_id))
        return reply(Recordings(items=[RecordingOut.model_validate(row) for row in rows]))


@bp.get("/calls/<int:call_id>/recording", responses={200: RecordingOut})
@opens_to(*SEE)
def recording_of(path: CallPath) -> Response:
    """The first recording of a call: the conversation itself."""
    with open_uow() as uow:
        rows: list[Recording] = recordings.of_call(uow, calls.visible(uow, path.call_id))
        if not rows:
            raise RecordingNotFound
        return reply(RecordingOut.model_validate(rows[0]))


@bp.get("/recordings/<int:recording_id>/audio", responses={200: SOUND})
@opens_to(Permission.RECORDING_PLAY)
def audio(path: RecordingPath) -> Response:
    """Ogg/Opus, caller left, agent right; every playback is written into the audit trail."""
    with open_uow() as uow:
        _, sound = recordings.play(uow, path.recording_id)
    response = Response(sound, mimetype=recordings.MIME_TYPE)
    response.headers["Content-Disposition"] = "inline"
    return response
