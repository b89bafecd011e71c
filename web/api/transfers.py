"""Bringing others into a call and handing the caller over: consult, three-way, transfer to seat, queue or number."""

from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import Field

from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.desk import board
from telephony import calls, parties, queues, transfers
from telephony.models import SeatState
from telephony.party_models import CallParty
from web.api.calls import CallOut, CallPath, call_out
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("transfers", "转接与三方通话")

AGENT = Permission.CALL_ANSWER
MOVES = {
    "three_way": transfers.three_way,
    "drop_guest": transfers.drop_guest,
    "complete_transfer": transfers.complete,
}
GUEST_MOVES = {"answer_consult": transfers.answer_consult, "leave_consult": transfers.leave_consult}


class PartyOut(Outgoing):
    """Somebody in a call beside the caller and the seat that holds it."""

    id: int
    kind: str = Field(description="seat, outside, leader")
    state: str = Field(description="ringing, joined, left, failed")
    mode: str = Field(description="talk, listen, whisper")
    label: str
    asked_at: datetime
    joined_at: datetime | None


class PartyList(Outgoing):
    items: list[PartyOut]


class FreeSeat(Outgoing):
    id: int
    number: str
    user_name: str


class FreeSeats(Outgoing):
    items: list[FreeSeat]


class QueueChoice(Outgoing):
    id: int
    code: str
    name: str


class QueueChoices(Outgoing):
    items: list[QueueChoice]


class NumberIn(Incoming):
    number: str = Field(min_length=3, max_length=30, description="as people write it: 0731-83612345, 110")


class SeatIn(Incoming):
    seat_id: Id


class QueueIn(Incoming):
    queue_id: Id


class MovePath(CallPath):
    move: Literal["three_way", "drop_guest", "complete_transfer"]


class GuestPath(CallPath):
    act: Literal["answer_consult", "leave_consult"]


def party_out(party: CallParty) -> PartyOut:
    return PartyOut.model_validate(party)


def parties_of(uow: UnitOfWork, call_id: int) -> list[PartyOut]:
    return [party_out(party) for party in parties.shown(uow, call_id)]


@bp.get("/calls/<int:call_id>/parties", responses={200: PartyList})
@opens_to(Permission.CALL_SEE_OWN, Permission.CALL_SEE_ALL)
def guests(path: CallPath) -> Response:
    """Who rings for this call or is in it now; a leader who only listens is shown to leaders."""
    with open_uow() as uow:
        return reply(PartyList(items=parties_of(uow, calls.visible(uow, path.call_id).id)))


@bp.post("/calls/<int:call_id>/consult_number", responses={200: PartyOut})
@opens_to(AGENT)
def consult_number(path: CallPath, body: NumberIn) -> Response:
    """Ring a department, 110 or any telephone of the plan; the caller hears music meanwhile."""
    with open_uow() as uow:
        return reply(party_out(transfers.consult_number(uow, path.call_id, body.number)))


@bp.post("/calls/<int:call_id>/consult_seat", responses={200: PartyOut})
@opens_to(AGENT)
def consult_seat(path: CallPath, body: SeatIn) -> Response:
    """Ring another agent, who must be free."""
    with open_uow() as uow:
        return reply(party_out(transfers.consult_seat(uow, path.call_id, body.seat_id)))


@bp.post("/calls/<int:call_id>/guest/<act>", responses={200: PartyOut})
@opens_to(AGENT)
def guest_acts(path: GuestPath) -> Response:
    """The agent who was asked: pick up, or decline and leave."""
    with open_uow() as uow:
        return reply(party_out(GUEST_MOVES[path.act](uow, path.call_id)))


@bp.post("/calls/<int:call_id>/transfer/<move>", responses={200: CallOut})
@opens_to(AGENT)
def moves(path: MovePath) -> Response:
    """With a guest on the line: all three together, back to the caller alone, or leave the caller to the guest."""
    with open_uow() as uow:
        return reply(call_out(uow, MOVES[path.move](uow, path.call_id)))


@bp.post("/calls/<int:call_id>/transfer/to_seat", responses={200: CallOut})
@opens_to(AGENT)
def to_seat(path: CallPath, body: SeatIn) -> Response:
    """Blind: the caller rings at a free seat; should it not answer, any other takes the call."""
    with open_uow() as uow:
        return reply(call_out(uow, transfers.to_seat(uow, path.call_id, body.seat_id)))


@bp.post("/calls/<int:call_id>/transfer/to_queue", responses={200: CallOut})
@opens_to(AGENT)
def to_queue(path: CallPath, body: QueueIn) -> Response:
    """Blind: the caller waits in another queue, before those who have just come."""
    with open_uow() as uow:
        return reply(call_out(uow, transfers.to_queue(uow, path.call_id, body.queue_id)))


@bp.post("/calls/<int:call_id>/transfer/to_number", responses={200: CallOut})
@opens_to(AGENT)
def to_number(path: CallPath, body: NumberIn) -> Response:
    """Blind: the caller is connected with an outside telephone, the agent leaves at once."""
    with open_uow() as uow:
        return reply(call_out(uow, transfers.to_number(uow, path.call_id, body.number)))


@bp.get("/lookups/free_seats", responses={200: FreeSeats})
@opens_to(AGENT)
def free_seats() -> Response:
    """Whom a call can be handed to now."""
    with open_uow() as uow:
        free = [seat for seat in board.seats(uow) if seat.state == SeatState.AVAILABLE]
    items = [FreeSeat(id=seat.seat_id, number=seat.number, user_name=seat.user_name) for seat in free]
    return reply(FreeSeats(items=items))


@bp.get("/lookups/queues", responses={200: QueueChoices})
@opens_to(AGENT, Permission.CALL_MONITOR)
def queue_choices() -> Response:
    with open_uow() as uow:
        return reply(
            QueueChoices(items=[QueueChoice.model_validate(queue) for queue in queues.all_of_them(uow)])
        )
