"""Calls that an agent makes: to any number of the plan, or back to a missed caller, with the hotline's own number."""

from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import call_backs, calls, dialplan, seat_states, seats, workers
from telephony.errors import NoLineFree, SeatInCall, SeatNotSignedIn
from telephony.events import CallAnswered, CallChanged
from telephony.models import Call, CallState, Direction, Seat, SeatState


def dial(uow: UnitOfWork, number: str) -> Call:
    """Ring a citizen; the agent hears the ringing tone as soon as the headset is connected."""
    require(uow.actor, Permission.CALL_ANSWER)
    return _dial(uow, dialplan.outside(uow, number))


def call_back(uow: UnitOfWork, request_id: int) -> Call:
    """Ring a missed caller whose request is mine; the end of the call notes the attempt."""
    call = _dial(uow, dialplan.outside(uow, call_backs.number(uow, request_id)))
    call.call_back_id = request_id
    return call


def answered(uow: UnitOfWork, call_id: int) -> Call:
    """The citizen has picked up."""
    call = calls.locked(uow, call_id)
    if call.state == CallState.DIALLING:
        call.state = CallState.TALKING
        call.answered_at = call.talking_at = uow.now
        uow.record(CallAnswered(call_id=call.id, seat_id=call.seat_id, user_id=call.user_id))
        workers.wake(uow, call)
    return call


def _dial(uow: UnitOfWork, digits: str) -> Call:
    seat = _free_seat(uow)
    worker_id = workers.with_room(uow)
    if worker_id is None:
        raise NoLineFree
    call = Call(
        direction=Direction.OUTBOUND,
        state=CallState.DIALLING,
        worker_id=worker_id,
        sip_call_id="",
        seat_id=seat.id,
        user_id=seat.user_id,
        called=dialplan.label(digits),
        rang_at=uow.now,
    )
    calls.keep_number(uow, call, digits)
    uow.session.add(call)
    uow.session.flush()  # the worker is woken with its id
    before, reason = seat.state, seat.reason
    seat_states.change(uow, seat, SeatState.TALKING)
    if before == SeatState.BUSY:
        seat.next_state, seat.next_reason = before, reason
    uow.audit(f"call:{call.id}", "dial_out", number=call.called)
    uow.record(CallChanged(call_id=call.id, seat_id=seat.id))
    workers.wake(uow, call)
    return call


def _free_seat(uow: UnitOfWork) -> Seat:
    seat = seats.own(uow, lock=True)
    if seat.state == SeatState.SIGNED_OUT:
        raise SeatNotSignedIn
    if seat.state in seats.IN_CALL:
        raise SeatInCall
    return seat
