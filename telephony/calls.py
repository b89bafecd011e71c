"""The life of a call in the database, from ring to end. Called by the worker's writer and by call control.

Every way out is decided here: answered, missed (which makes a call-back request) or lost with its worker.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from hotline.core.identity import Permission
from hotline.core.privacy import mask_phone
from hotline.core.uow import UnitOfWork
from telephony import (
    call_backs,
    callers,
    distribution,
    offers,
    parties,
    queues,
    recordings,
    seat_states,
    workers,
)
from telephony.errors import CallNotFound
from telephony.events import (
    CallArrived,
    CallEnded,
    CallMissed,
    CallQuality,
    CallQueued,
    CallRated,
    WorkerChanged,
)
from telephony.models import (
    LIVE_STATES,
    MISSED_OUTCOMES,
    SEAT_HOLDING_STATES,
    Call,
    CallOffer,
    CallState,
    Direction,
    EndedBy,
    OfferResult,
    Outcome,
    Seat,
    WorkerState,
)

RATINGS = ("1", "2", "3")
RATING = "rating"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What the worker knows of a caller whom it has just answered."""

    worker_id: int
    sip_call_id: str
    number: str | None
    called: str
    rang_at: datetime
    answered_at: datetime
    recording: str


def arrive(uow: UnitOfWork, arrival: Arrival) -> Call:
    call = Call(
        state=CallState.GREETING,
        worker_id=arrival.worker_id,
        sip_call_id=arrival.sip_call_id,
        called=arrival.called,
        rang_at=arrival.rang_at,
        answered_at=arrival.answered_at,
    )
    if arrival.number is not None:
        keep_number(uow, call, arrival.number)
    call.priority = callers.priority(uow, call)  # looked up while the greeting is heard, not when it is over
    uow.session.add(call)
    uow.session.flush()  # recording and events name the call
    recordings.start(uow, call, arrival.recording)
    uow.record(CallArrived(call_id=call.id))
    return call


def keep_number(uow: UnitOfWork, call: Call, number: str) -> None:
    """Ciphertext, search hash and mask; the number itself is stored nowhere."""
    call.number_cipher = uow.vault.encrypt(number)
    call.number_hash = uow.vault.search_hash(number)
    call.number_masked = mask_phone(number)


def enqueue(uow: UnitOfWork, call_id: int, queue_code: str | None = None) -> Call:
    """The words before are over: wait for a person, or learn at once that there is none.

    The main queue is whichever belongs to the dialled number.
    """
    call = locked(uow, call_id)
    if call.state in (CallState.GREETING, CallState.MENU):
        queue_up(uow, call, queue_code)
    return call


def queue_up(uow: UnitOfWork, call: Call, queue_code: str | None) -> None:
    """The call, which this unit of work has locked, waits for a person from now on."""
    queue = queues.choose(uow, queue_code, call.called)
    with uow.session.no_autoflush:  # one row, written once
        call.queue, call.queue_id = queue, queue.id
        call.queued_at = uow.now
        call.wanted_seat_id = callers.last_seat_id(uow, call) if queue.sticky else None
        staffed, waiting = queues.look(uow, queue)
    if not staffed:
        send_away(uow, call, Outcome.UNSTAFFED)
    elif waiting >= queue.max_waiting:
        send_away(uow, call, Outcome.QUEUE_FULL)
    else:
        call.state = CallState.WAITING
        uow.record(CallQueued(call_id=call.id, queue_id=queue.id))
        workers.wake(uow, call)
        distribution.distribute(uow)


def call_back_instead(uow: UnitOfWork, call_id: int) -> Call:
    """The caller would rather be called back than wait; the request is due when the wait would have been over."""
    call = locked(uow, call_id)
    if call.state == CallState.WAITING:
        wait_min = queues.expected_wait_min(uow, call, queues.position(uow, call))
        send_away(uow, call, Outcome.CALL_BACK_ASKED)
        if wait_min is not None and call.call_back_id is not None:
            call_backs.due_within(uow, call.call_back_id, minutes=wait_min)
    return call


def send_away(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """No person: the caller is told so before the line is cut, and rung back unless he has what he wanted."""
    call.state, call.outcome = CallState.FAREWELL, outcome
    if outcome in MISSED_OUTCOMES:
        _miss(uow, call, outcome)
    workers.wake(uow, call)


def rate(uow: UnitOfWork, call: Call) -> None:
    """The conversation is over for the agent; the caller stays for one key. The record ends here, the line later."""
    if call.held_at is not None:
        call.hold_s += max(0, round((uow.now - call.held_at).total_seconds()))  # a clock may be set back
        call.held_at = None
    call.state, call.flow_step = CallState.MENU, RATING
    call.outcome, call.ended_at, call.ended_by = Outcome.ANSWERED, uow.now, EndedBy.AGENT
    uow.session.flush()  # the seat is free for the schema before anything else takes it
    uow.record(CallEnded(call_id=call.id, seat_id=call.seat_id, outcome=call.outcome))
    parties.leave_all(uow, call)
    if call.seat_id is not None:
        release_seat(uow, call, call.seat_id)
    workers.wake(uow, call)


def heard(uow: UnitOfWork, call_id: int, mos: float) -> None:
    """How the caller's line sounds; the record keeps the worst."""
    call = locked(uow, call_id)
    call.mos = min(mos, call.mos or mos)
    uow.record(CallQuality(call_id=call.id, seat_id=call.seat_id, mos=mos))


def rated(uow: UnitOfWork, call: Call, key: str) -> None:
    call.rating = int(key) if key in RATINGS else None
    call.state = CallState.FAREWELL
    uow.record(CallRated(call_id=call.id, rating=call.rating))
    workers.wake(uow, call)


def leg_ended(uow: UnitOfWork, call_id: int, ended_by: EndedBy) -> Call:
    """The line to the caller is gone, by whoever's act; the worker has closed the recording."""
    call = locked(uow, call_id)
    recordings.stop(uow, call)
    match call.state:
        case CallState.GREETING | CallState.WAITING:
            end(uow, call, ended_by, Outcome.ABANDONED)
        case CallState.OFFERED:
            offers.end(uow, call, OfferResult.WITHDRAWN)
            end(uow, call, ended_by, Outcome.ABANDONED)
            distribution.distribute(uow)
        case CallState.TALKING:
            end(uow, call, ended_by, Outcome.ANSWERED)
        case CallState.DIALLING:
            end(uow, call, ended_by, Outcome.NOT_REACHED)
        case CallState.MENU:
            end(uow, call, ended_by, _outcome_of_flow(call))
        case CallState.FAREWELL:
            end(uow, call, ended_by, Outcome(call.outcome or Outcome.ANSWERED))
    return call


def end(uow: UnitOfWork, call: Call, ended_by: EndedBy, outcome: Outcome) -> None:
    """Close the record, free the seat into its wrap-up; a call that was missed asks for a call-back."""
    if call.held_at is not None:
        call.hold_s += max(0, round((uow.now - call.held_at).total_seconds()))  # a clock may be set back
        call.held_at = None
    holding, told = call.state in SEAT_HOLDING_STATES, call.ended_at is not None
    if call.ended_at is None:  # otherwise the conversation has ended before the line did
        call.ended_at, call.ended_by = uow.now, ended_by
    call.state = CallState.ENDED
    if call.outcome is None:
        if outcome in MISSED_OUTCOMES:
            _miss(uow, call, outcome)
        call.outcome = outcome
    if call.direction == Direction.OUTBOUND and call.call_back_id is not None:
        call_backs.rang_back(uow, call)
    uow.session.flush()  # the seat is free for the schema before anything else takes it
    uow.record(
        CallEnded(call_id=call.id, seat_id=None if told else call.seat_id, outcome=call.outcome or outcome)
    )
    workers.wake(uow, call)
    parties.leave_all(uow, call)
    if holding and call.seat_id is not None:
        release_seat(uow, call, call.seat_id)


def _outcome_of_flow(call: Call) -> Outcome:
    """Hung up in the flow: a message may have been left, a case may have been told."""
    kind = (call.flow_step or "").partition(":")[0]
    return {"voicemail": Outcome.VOICEMAIL, "told": Outcome.SELF_SERVED}.get(kind, Outcome.ABANDONED)


def release_seat(uow: UnitOfWork, call: Call, seat_id: int) -> None:
    """The agent has done with this call: counted, and time for the wrap-up."""
    seat = seat_states.locked(uow, seat_id)
    call.recording_paused = False  # whoever comes next is recorded again
    seat.calls += 1
    talked_s = round((uow.now - (call.talking_at or uow.now)).total_seconds())
    seat.talk_s += max(0, talked_s - call.hold_s)
    seat_states.start_wrap_up(uow, seat, call.queue)


def close_unstaffed(uow: UnitOfWork) -> int:
    """Callers whose last agent has signed out are not left to the music; run by the sweep."""
    waiting = uow.session.scalars(
        select(Call)
        .where(Call.state == CallState.WAITING)
        .with_for_update(skip_locked=True, key_share=True, of=Call)
        .execution_options(populate_existing=True)
    ).all()
    staffed = {queue: queues.staffed(uow, queue) for queue in {call.queue for call in waiting} if queue}
    left = [call for call in waiting if call.queue and not staffed[call.queue]]
    for call in left:
        send_away(uow, call, Outcome.UNSTAFFED)
    return len(left)


def bury_dead_workers(uow: UnitOfWork) -> int:
    """Calls of workers that died are lost: each asks for a call-back, their seats are free. Anybody may notice."""
    buried = workers.dead(uow)
    for worker in buried:
        worker.state, worker.ended_at = WorkerState.GONE, uow.now
        uow.record(WorkerChanged(worker_id=worker.id, state=WorkerState.GONE))
        calls = uow.session.scalars(
            select(Call)
            .where(Call.worker_id == worker.id, Call.state.in_(LIVE_STATES))
            .with_for_update(key_share=True, of=Call)
            .execution_options(populate_existing=True)
        ).all()
        for call in calls:
            _lose(uow, call)
        recordings.stop_all(uow, worker.id)
    if buried:
        distribution.distribute(uow)
    return len(buried)


def _lose(uow: UnitOfWork, call: Call) -> None:
    if call.state == CallState.OFFERED:
        offers.end(uow, call, OfferResult.WITHDRAWN)
    end(uow, call, EndedBy.SYSTEM, Outcome.LOST)


def _miss(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    call.outcome = outcome
    request = call_backs.open_request(uow, call)
    call.call_back_id = request.id
    uow.record(CallMissed(call_id=call.id, seat_id=call.seat_id, call_back_id=request.id))


def locked(uow: UnitOfWork, call_id: int) -> Call:
    call = uow.session.scalar(
        select(Call)
        .where(Call.id == call_id)
        .with_for_update(key_share=True, of=Call)
        .execution_options(populate_existing=True)
    )
    if call is None:
        raise CallNotFound
    return call


def visible(uow: UnitOfWork, call_id: int) -> Call:
    """The call, if the actor may see it: one's own, or all of them by permission."""
    call = uow.session.get(Call, call_id)
    if call is None or not may_see(uow, call):
        raise CallNotFound
    return call


def may_see(uow: UnitOfWork, call: Call) -> bool:
    if uow.actor.may(Permission.CALL_SEE_ALL):
        return True
    if not uow.actor.may(Permission.CALL_SEE_OWN):
        return False
    at_own_seat = call.seat_id is not None and seat_states.user_of(uow, call.seat_id) == uow.actor.user_id
    rings = any(offer.user_id == uow.actor.user_id for offer in offers.ringing(uow, call))
    return call.user_id == uow.actor.user_id or at_own_seat or rings


def listing(
    uow: UnitOfWork, *, before_id: int | None = None, limit: int = 50, mine: bool = False
) -> list[Call]:
    """Newest first: all of them for whoever may see all and does not ask for his own, else the agent's own calls."""
    query = select(Call).order_by(Call.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Call.id < before_id)
    if mine or not uow.actor.may(Permission.CALL_SEE_ALL):
        query = query.where(Call.user_id == uow.actor.user_id)
    return list(uow.session.scalars(query))


def number(uow: UnitOfWork, call: Call) -> str | None:
    """The caller's number in clear; for those who have to ring it."""
    return None if call.number_cipher is None else uow.vault.decrypt(call.number_cipher)


def of_seat(uow: UnitOfWork, seat_id: int) -> Call | None:
    """The one call that the seat holds or that rings there."""
    held = and_(Call.seat_id == seat_id, Call.state.in_(SEAT_HOLDING_STATES))
    rings = select(CallOffer.call_id).where(CallOffer.seat_id == seat_id, CallOffer.ended_at.is_(None))
    return uow.session.scalar(select(Call).where(or_(held, Call.id == rings.scalar_subquery())))


def was_offered(uow: UnitOfWork, call: Call, seat: Seat) -> bool:
    query = select(CallOffer.id).where(CallOffer.call_id == call.id, CallOffer.seat_id == seat.id).limit(1)
    return uow.session.scalar(query) is not None
