"""What a shift leader does with the calls and seats of others: listen, whisper, barge, take over, clear, force, move.

Every act needs its permission and is written into the audit trail of the call or the seat.
"""

from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import calls, distribution, parties, queues, seat_states, seats, workers
from telephony.bridge import Mode
from telephony.errors import AlreadyListening, CallGone, CallNotTalking, SeatInCall, UnknownBusyReason
from telephony.events import CallChanged, CallQueued, PartyChanged
from telephony.models import Call, CallState, EndedBy, Outcome, Seat, SeatState
from telephony.party_models import CallParty, PartyKind

SUPERVISING = "supervising"
MODE_LABELS: dict[str, str] = {Mode.LISTEN: "监听", Mode.WHISPER: "密语", Mode.TALK: "强插"}


def listen(uow: UnitOfWork, call_id: int, mode: Mode = Mode.LISTEN) -> CallParty:
    """Hear a conversation (监听), speak to its agent alone (密语) or to both (强插); again to change the mode."""
    require(uow.actor, Permission.CALL_MONITOR)
    call = calls.locked(uow, call_id)
    if call.state != CallState.TALKING:
        raise CallNotTalking
    seat = seats.own(uow, lock=True)
    party = parties.of_seat(uow, seat.id)
    if party is None:
        party = _sit_down(uow, call, seat, mode)
    elif party.call_id != call.id or party.kind != PartyKind.LEADER:
        raise AlreadyListening
    was_heard, party.mode = party.mode != Mode.LISTEN, mode
    uow.audit(f"call:{call.id}", mode)
    _tell(uow, call, party, heard=was_heard or mode != Mode.LISTEN)
    return party


def stop(uow: UnitOfWork, call_id: int) -> None:
    call, party = _my_part(uow, call_id)
    parties.leave(uow, party, call)
    _tell(uow, call, party, heard=party.mode != Mode.LISTEN)


def take_over(uow: UnitOfWork, call_id: int) -> Call:
    """The leader holds the call now (拦截); the agent goes into the wrap-up."""
    call, party = _my_part(uow, call_id)
    if call.state != CallState.TALKING:
        raise CallNotTalking
    seat = seats.own(uow, lock=True)
    before, reason = seat.state, seat.reason
    parties.leave(uow, party, call)
    agents_seat_id, call.seat_id = call.seat_id, None
    uow.session.flush()  # one seat leaves before the other holds the call
    call.seat_id, call.user_id, call.muted = seat.id, seat.user_id, False
    seat_states.change(uow, seat, SeatState.TALKING)
    seat.next_state, seat.next_reason = before, reason
    if agents_seat_id is not None:
        calls.release_seat(uow, call, agents_seat_id)
    uow.audit(f"call:{call.id}", "take_over")
    for seat_id in (agents_seat_id, seat.id):
        uow.record(CallChanged(call_id=call.id, seat_id=seat_id))
    workers.wake(uow, call)
    return call


def clear(uow: UnitOfWork, call_id: int) -> Call:
    """End a conversation (强拆)."""
    require(uow.actor, Permission.CALL_MONITOR)
    call = calls.locked(uow, call_id)
    if call.state != CallState.TALKING:
        raise CallNotTalking
    uow.audit(f"call:{call.id}", "clear")
    calls.end(uow, call, EndedBy.SYSTEM, Outcome.ANSWERED)
    return call


def force(uow: UnitOfWork, seat_id: int, state: SeatState, reason: str | None = None) -> Seat:
    """Make somebody's seat available, busy or signed out; never while it rings or talks."""
    require(uow.actor, Permission.SEAT_FORCE)
    seat = seat_states.locked(uow, seat_id)
    if seat.state in seats.IN_CALL:
        raise SeatInCall
    if state == SeatState.BUSY and reason not in seats.BUSY_REASONS:
        raise UnknownBusyReason([{"field": "reason", "reason": "请从列表中选择"}])
    uow.audit(f"seat:{seat.id}", "force", state=state, reason=reason)
    if state == SeatState.AVAILABLE:
        seats.make_available(uow, seat)
    elif state in (SeatState.BUSY, SeatState.SIGNED_OUT):
        seat_states.change(uow, seat, state, reason=reason)
    return seat


def move(uow: UnitOfWork, call_id: int, queue_id: int) -> Call:
    """A waiting caller into another queue, at the time of the first one."""
    require(uow.actor, Permission.CALL_MONITOR)
    call = calls.locked(uow, call_id)
    if call.state != CallState.WAITING:
        raise CallGone
    queue = queues.get(uow, queue_id)
    call.queue, call.queue_id = queue, queue.id
    uow.audit(f"call:{call.id}", "move", queue=queue.code)
    uow.record(CallQueued(call_id=call.id, queue_id=queue.id))
    distribution.distribute(uow)
    return call


def _sit_down(uow: UnitOfWork, call: Call, seat: Seat, mode: Mode) -> CallParty:
    """No caller is offered to a leader who listens."""
    if seat.state in seats.IN_CALL:
        raise SeatInCall
    if seat.state == SeatState.AVAILABLE:
        seat_states.change(uow, seat, SeatState.BUSY, reason=SUPERVISING)
    party = parties.add(uow, call, PartyKind.LEADER, label=f"班长 {seat.number}", mode=mode, seat=seat)
    parties.join(uow, party)
    return party


def _my_part(uow: UnitOfWork, call_id: int) -> tuple[Call, CallParty]:
    require(uow.actor, Permission.CALL_MONITOR)
    call = calls.locked(uow, call_id)
    party = parties.of_seat(uow, seats.own(uow).id)
    if party is None or party.call_id != call.id or party.kind != PartyKind.LEADER:
        raise CallGone
    return call, party


def _tell(uow: UnitOfWork, call: Call, party: CallParty, *, heard: bool) -> None:
    """The leader's console always; the agent's where he hears the leader, or has until now."""
    for seat_id in [party.seat_id, call.seat_id] if heard else [party.seat_id]:
        uow.record(PartyChanged(call_id=call.id, seat_id=seat_id, party_id=party.id, state=party.state))
    workers.wake(uow, call)
