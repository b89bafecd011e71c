"""Bringing in others: consult, three-way, and handing the caller over to a seat, a queue or an outside telephone.

To consult is to hold the caller and to speak with a guest; three-way is to resume with the guest still there.
"""

from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import (
    call_control,
    calls,
    dialplan,
    distribution,
    parties,
    queues,
    seat_states,
    seats,
    workers,
)
from telephony.errors import CallGone, CallNotTalking, NobodyIsThere, SeatNotFree, SomebodyIsThere
from telephony.events import CallChanged, CallQueued, PartyChanged
from telephony.models import Call, CallState, EndedBy, Outcome, Queue, Seat, SeatState
from telephony.party_models import CallParty, PartyKind, PartyState

# A caller who is handed on has waited already.
TRANSFERRED_PRIORITY = 5


def consult_number(uow: UnitOfWork, call_id: int, number: str) -> CallParty:
    """Ring a department, 110 or any telephone of the plan while the caller hears music."""
    call = _ready_for_a_guest(uow, call_id)
    digits = dialplan.outside(uow, number)
    party = parties.add(uow, call, PartyKind.OUTSIDE, label=dialplan.label(digits), number=digits)
    uow.audit(f"call:{call.id}", "dial_out", number=dialplan.label(digits))
    return _asked(uow, call, party)


def consult_seat(uow: UnitOfWork, call_id: int, seat_id: int) -> CallParty:
    """Ring another agent, who must be free, while the caller hears music."""
    call = _ready_for_a_guest(uow, call_id)
    seat = seat_states.locked(uow, seat_id)
    if seat.state != SeatState.AVAILABLE:
        raise SeatNotFree
    party = parties.add(uow, call, PartyKind.SEAT, label=f"坐席 {seat.number}", seat=seat)
    seat_states.change(uow, seat, SeatState.RINGING)
    return _asked(uow, call, party)


def answer_consult(uow: UnitOfWork, call_id: int) -> CallParty:
    """The guest, an agent, picks up."""
    require(uow.actor, Permission.CALL_ANSWER)
    call = calls.locked(uow, call_id)
    seat = seats.own(uow, lock=True)
    party = parties.of_seat(uow, seat.id)
    if party is None or party.call_id != call.id or party.state != PartyState.RINGING:
        raise CallGone
    seat_states.change(uow, seat, SeatState.TALKING)
    answered(uow, call, party)
    return party


def leave_consult(uow: UnitOfWork, call_id: int) -> CallParty:
    """The guest, an agent, declines or hangs up; the caller stays with the agent who asked."""
    call = calls.locked(uow, call_id)
    party = parties.of_seat(uow, seats.own(uow, lock=True).id)
    if party is None or party.call_id != call.id:
        raise CallGone
    gone(uow, call, party)
    return party


def three_way(uow: UnitOfWork, call_id: int) -> Call:
    """Caller, agent and guest together."""
    call = call_control.talking(uow, call_id)
    _joined_guest(uow, call)
    return call_control.resume(uow, call_id)


def drop_guest(uow: UnitOfWork, call_id: int) -> Call:
    """Back to the caller alone, who stays on hold until resumed."""
    call = call_control.talking(uow, call_id)
    for party in _guests(uow, call):
        gone(uow, call, party)
    return call


def complete(uow: UnitOfWork, call_id: int) -> Call:
    """Leave the caller to the guest: a consulted transfer."""
    call = call_control.talking(uow, call_id)
    party = _joined_guest(uow, call)
    call_control.resume(uow, call_id)
    own_seat_id, call.seat_id = call.seat_id, None
    uow.session.flush()  # one seat leaves before the other holds the call
    if party.kind == PartyKind.SEAT and party.seat_id is not None:
        party.state, party.left_at = PartyState.LEFT, uow.now
        uow.session.flush()
        call.seat_id, call.muted = party.seat_id, False
        call.user_id = seat_states.user_of(uow, party.seat_id)
    calls.release_seat(uow, call, own_seat_id or 0)
    _handed_over(uow, call, to=party.label)
    uow.record(CallChanged(call_id=call.id, seat_id=own_seat_id))
    return call


def to_seat(uow: UnitOfWork, call_id: int, seat_id: int) -> Call:
    """Blind: the caller rings at another seat; should it not answer, any other takes the call."""
    call = call_control.talking(uow, call_id)
    seat = uow.session.get(Seat, seat_id)
    if seat is None or seat.state != SeatState.AVAILABLE:
        raise SeatNotFree
    call.wanted_seat_id = seat.id
    _back_into_queue(uow, call, call.queue or queues.main(uow))
    _handed_over(uow, call, to=f"坐席 {seat.number}")
    return call


def to_queue(uow: UnitOfWork, call_id: int, queue_id: int) -> Call:
    """Blind: the caller waits in another queue, before those who have just come."""
    call = call_control.talking(uow, call_id)
    _back_into_queue(uow, call, queues.get(uow, queue_id))
    _handed_over(uow, call, to=call.queue.name if call.queue else "")
    return call


def to_number(uow: UnitOfWork, call_id: int, number: str) -> Call:
    """Blind: the caller is connected with an outside telephone, the agent leaves at once."""
    call = _ready_for_a_guest(uow, call_id)
    digits = dialplan.outside(uow, number)
    party = parties.add(uow, call, PartyKind.OUTSIDE, label=dialplan.label(digits), number=digits)
    own_seat_id, call.seat_id = call.seat_id, None
    uow.session.flush()
    calls.release_seat(uow, call, own_seat_id or 0)
    _handed_over(uow, call, to=party.label)
    uow.record(CallChanged(call_id=call.id, seat_id=own_seat_id))
    return call


def answered(uow: UnitOfWork, call: Call, party: CallParty) -> None:
    """The guest is on the line; a caller whose agent has left already is his at once."""
    parties.join(uow, party)
    if call.seat_id is None and call.held_at is not None:
        call_control.off_hold(uow, call)
    _tell(uow, call, party)


def gone(uow: UnitOfWork, call: Call, party: CallParty, *, failed: bool = False) -> None:
    """The guest has left or was never reached; a caller whom nobody else holds goes back to the queue or is done."""
    never_joined = party.state == PartyState.RINGING
    parties.leave(uow, party, call, failed=failed or never_joined)
    _tell(uow, call, party)
    if call.state == CallState.TALKING and call.seat_id is None and not parties.here(uow, call.id):
        if never_joined:
            _back_into_queue(uow, call, call.queue or queues.main(uow))
        else:
            calls.end(uow, call, EndedBy.SYSTEM, Outcome.ANSWERED)
    distribution.distribute(uow)


def _ready_for_a_guest(uow: UnitOfWork, call_id: int) -> Call:
    call = call_control.hold(uow, call_id)
    if _guests(uow, call):
        raise SomebodyIsThere
    return call


def _guests(uow: UnitOfWork, call: Call) -> list[CallParty]:
    return [party for party in parties.here(uow, call.id) if party.kind != PartyKind.LEADER]


def _joined_guest(uow: UnitOfWork, call: Call) -> CallParty:
    joined = [party for party in _guests(uow, call) if party.state == PartyState.JOINED]
    if not joined:
        raise NobodyIsThere
    return joined[0]


def _asked(uow: UnitOfWork, call: Call, party: CallParty) -> CallParty:
    _tell(uow, call, party)
    return party


def _tell(uow: UnitOfWork, call: Call, party: CallParty) -> None:
    for seat_id in dict.fromkeys((call.seat_id, party.seat_id)):
        uow.record(PartyChanged(call_id=call.id, seat_id=seat_id, party_id=party.id, state=party.state))
    workers.wake(uow, call)


def _back_into_queue(uow: UnitOfWork, call: Call, queue: Queue) -> None:
    if call.state != CallState.TALKING:
        raise CallNotTalking
    own_seat_id = call.seat_id
    parties.leave_all(uow, call)
    call_control.off_hold(uow, call)
    call.state, call.seat_id, call.muted = CallState.WAITING, None, False
    call.queue, call.queue_id, call.priority = queue, queue.id, max(call.priority, TRANSFERRED_PRIORITY)
    uow.session.flush()
    if own_seat_id is not None:
        calls.release_seat(uow, call, own_seat_id)
    uow.record(CallQueued(call_id=call.id, queue_id=queue.id))
    workers.wake(uow, call)
    distribution.distribute(uow)


def _handed_over(uow: UnitOfWork, call: Call, *, to: str) -> None:
    uow.audit(f"call:{call.id}", "transfer", to=to)
    workers.wake(uow, call)
