"""The shift leader's hand in the calls and seats of others; every act is in the audit trail."""

from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from hotline.core.identity import Permission
from telephony import line_switches, seats, supervise
from telephony.bridge import Mode
from telephony.models import Seat, SeatState
from telephony.seat_states import STATE_LABELS
from web.api.calls import CallOut, CallPath, call_out
from web.api.schemas import Choice, Choices, Done, Outgoing, reply
from web.api.transfers import PartyOut, QueueIn, party_out
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("supervise", "班长监控")

MONITOR = Permission.CALL_MONITOR
Code = Annotated[str, Field(min_length=1, max_length=50)]
Level = Annotated[int, Field(ge=1, le=5)]


class ListenIn(Incoming):
    mode: Mode = Field(Mode.LISTEN, description="listen 监听, whisper 密语, talk 强插; again to change")


class ForceIn(Incoming):
    state: Literal[SeatState.AVAILABLE, SeatState.BUSY, SeatState.SIGNED_OUT]
    reason: str | None = Field(None, max_length=50, description="for busy, from the list of reasons")


class QualifyIn(Incoming):
    skills: dict[Code, Level] = Field(default_factory=dict, max_length=50, description="skill → level")
    tiers: dict[Code, Level] = Field(
        default_factory=dict, max_length=50, description="queue code → tier; empty: every queue"
    )


class SwitchIn(Incoming):
    on: bool


class SwitchOut(Outgoing):
    on: bool


class SeatPath(Incoming):
    seat_id: Id


class SeatOfOther(Outgoing):
    """A seat as its leader sees it."""

    id: int
    number: str
    state: str
    state_label: str
    reason: str | None
    skills: dict[str, int]
    tiers: dict[str, int]


def seat_state(seat: Seat) -> SeatOfOther:
    return SeatOfOther(
        id=seat.id,
        number=seat.number,
        state=seat.state,
        state_label=STATE_LABELS[seat.state],
        reason=seat.reason,
        skills=seat.skills,
        tiers=seat.tiers,
    )


@bp.post("/calls/<int:call_id>/supervise/listen", responses={200: PartyOut})
@opens_to(MONITOR)
def listen(path: CallPath, body: ListenIn) -> Response:
    """Hear a conversation, speak to its agent alone, or to both."""
    with open_uow() as uow:
        return reply(party_out(supervise.listen(uow, path.call_id, body.mode)))


@bp.post("/calls/<int:call_id>/supervise/stop", responses={200: Done})
@opens_to(MONITOR)
def stop(path: CallPath) -> Response:
    with open_uow() as uow:
        supervise.stop(uow, path.call_id)
    return reply(Done())


@bp.post("/calls/<int:call_id>/supervise/take_over", responses={200: CallOut})
@opens_to(MONITOR)
def take_over(path: CallPath) -> Response:
    """The leader who listens holds the call now; its agent goes into the wrap-up."""
    with open_uow() as uow:
        return reply(call_out(uow, supervise.take_over(uow, path.call_id)))


@bp.post("/calls/<int:call_id>/supervise/clear", responses={200: CallOut})
@opens_to(MONITOR)
def clear(path: CallPath) -> Response:
    """End a conversation of somebody else."""
    with open_uow() as uow:
        return reply(call_out(uow, supervise.clear(uow, path.call_id)))


@bp.post("/calls/<int:call_id>/supervise/move", responses={200: CallOut})
@opens_to(MONITOR)
def move(path: CallPath, body: QueueIn) -> Response:
    """A waiting caller into another queue; the time of waiting stays."""
    with open_uow() as uow:
        return reply(call_out(uow, supervise.move(uow, path.call_id, body.queue_id)))


@bp.get("/line/emergency", responses={200: SwitchOut})
@opens_to(Permission.CALL_ANSWER, Permission.BOARD_SEE)
def emergency() -> Response:
    """Whether all callers hear the emergency announcement before the queue."""
    with open_uow() as uow:
        return reply(SwitchOut(on=line_switches.is_on(uow, line_switches.EMERGENCY)))


@bp.post("/line/emergency", responses={200: SwitchOut})
@opens_to(Permission.SEAT_FORCE)
def turn_emergency(body: SwitchIn) -> Response:
    with open_uow() as uow:
        line_switches.turn(uow, line_switches.EMERGENCY, on=body.on)
    return reply(SwitchOut(on=body.on))


@bp.post("/seats/<int:seat_id>/force", responses={200: SeatOfOther})
@opens_to(Permission.SEAT_FORCE)
def force(path: SeatPath, body: ForceIn) -> Response:
    """Make somebody's seat available, busy or signed out; never while it rings or talks."""
    with open_uow() as uow:
        return reply(seat_state(supervise.force(uow, path.seat_id, SeatState(body.state), body.reason)))


@bp.put("/seats/<int:seat_id>/skills", responses={200: SeatOfOther})
@opens_to(Permission.SEAT_FORCE)
def qualify(path: SeatPath, body: QualifyIn) -> Response:
    """What an agent can do and whose calls he takes."""
    with open_uow() as uow:
        return reply(seat_state(seats.qualify(uow, path.seat_id, skills=body.skills, tiers=body.tiers)))


@bp.get("/lookups/listening_modes", responses={200: Choices})
@opens_to(MONITOR)
def modes() -> Response:
    return reply(
        Choices(items=[Choice(code=code, name=name) for code, name in supervise.MODE_LABELS.items()])
    )
