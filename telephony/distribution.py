"""Waiting calls to free seats, in the database: `acd.plan` decides, this module makes it so.

`distribute` runs at the end of every unit of work that adds a waiting call or frees a seat, so an offer commits with
its cause; sweeps repeat it. Calls are locked before seats, everywhere. The schema forbids two calls for one seat.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select, update

from hotline.core.uow import UnitOfWork
from telephony import acd, pace, seat_states, workers
from telephony.events import CallOffered, OfferEnded
from telephony.models import Call, CallOffer, CallState, OfferResult, Queue, Seat, SeatState, Strategy

# Distributors take turns: one that ran beside another could see neither its calls nor its seats, and leave both.
DISTRIBUTION_LOCK = 12345_01
MAX_WAITING = 500


def distribute(uow: UnitOfWork) -> int:
    """Offer waiting calls to free seats; the number of offers made."""
    uow.session.flush()  # what this unit of work has changed takes part
    uow.session.execute(select(func.pg_advisory_xact_lock(DISTRIBUTION_LOCK)))
    calls = {call.id: call for call in _waiting_calls(uow)}
    if not calls:
        return 0
    seats = {seat.id: seat for seat in _free_seats(uow)}
    if not seats:
        return 0
    refusals = _refusals(uow, [call for call in calls.values() if call.first_offered_at])
    offers = acd.plan(
        [_waiting(call, refusals[call.id]) for call in calls.values()],
        [_free(seat) for seat in seats.values()],
        uow.now,
        _last_seats(uow, calls.values()),
    )
    for offer in offers:
        _offer(uow, calls[offer.call_id], seats[offer.seat_id])
    return len(offers)


def expire_offers(uow: UnitOfWork) -> int:
    """Calls that nobody answered in time keep their place and go to the next seat; run by the sweep."""
    due = uow.session.scalars(
        select(Call)
        .where(Call.state == CallState.OFFERED, Call.offer_until <= uow.now)
        .with_for_update(skip_locked=True, key_share=True, of=Call)
        .execution_options(populate_existing=True)
    ).all()
    for call in due:
        end_offer(uow, call, OfferResult.TIMED_OUT)
    return len(due)


def end_offer(uow: UnitOfWork, call: Call, result: OfferResult) -> None:
    """Take an unanswered call back from its seat; the caller waits again, at the old place."""
    if call.seat_id is None:
        return
    seat = seat_states.locked(uow, call.seat_id)
    close_offer(uow, call, result)
    call.state, call.seat_id, call.offer_until = CallState.WAITING, None, None
    uow.session.flush()  # the seat is free for the schema before it is free for the plan
    uow.record(OfferEnded(call_id=call.id, seat_id=seat.id, result=result))
    workers.wake(uow, call)
    _free_after(uow, seat, call.queue, result)


def close_offer(uow: UnitOfWork, call: Call, result: OfferResult) -> None:
    uow.session.execute(
        update(CallOffer)
        .where(CallOffer.call_id == call.id, CallOffer.ended_at.is_(None))
        .values(ended_at=uow.now, result=result)
    )


def _free_after(uow: UnitOfWork, seat: Seat, queue: Queue | None, result: OfferResult) -> None:
    """A seat that has let a call pass goes behind the others; one that does so again and again is not there."""
    if result is OfferResult.TIMED_OUT:
        seat.misses += 1
        seat.idle_since = uow.now
        if queue is not None and seat.misses >= queue.max_misses:
            seat_states.change(uow, seat, SeatState.BUSY, reason=seat_states.AUTO_BUSY)
            return
    if result is OfferResult.DECLINED:
        seat_states.start_wrap_up(uow, seat, queue)
    else:
        seat_states.change(uow, seat, SeatState.AVAILABLE)


def _waiting_calls(uow: UnitOfWork) -> list[Call]:
    return list(
        uow.session.scalars(
            select(Call)
            .where(Call.state == CallState.WAITING)
            .order_by(Call.priority.desc(), Call.queued_at, Call.id)
            .limit(MAX_WAITING)
            .with_for_update(skip_locked=True, key_share=True, of=Call)
            .execution_options(populate_existing=True)
        )
    )


def _free_seats(uow: UnitOfWork) -> list[Seat]:
    return list(
        uow.session.scalars(
            select(Seat)
            .where(Seat.state == SeatState.AVAILABLE)
            .with_for_update(skip_locked=True, key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def _refusals(uow: UnitOfWork, calls: list[Call]) -> dict[int, frozenset[int]]:
    refused: dict[int, set[int]] = defaultdict(set)
    if calls:
        rows = uow.session.execute(
            select(CallOffer.call_id, CallOffer.seat_id).where(
                CallOffer.call_id.in_([call.id for call in calls]),
                CallOffer.result.in_([OfferResult.TIMED_OUT, OfferResult.DECLINED]),
            )
        )
        for call_id, seat_id in rows:
            refused[call_id].add(seat_id)
    return defaultdict(frozenset, {call_id: frozenset(seats) for call_id, seats in refused.items()})


def _last_seats(uow: UnitOfWork, calls: Iterable[Call]) -> dict[str, int]:
    """The seat that each round-robin queue asked last."""
    queues = {call.queue for call in calls if call.queue and call.queue.strategy == Strategy.ROUND_ROBIN}
    last: dict[str, int] = {}
    for queue in queues:
        seat_id = uow.session.scalar(
            select(CallOffer.seat_id)
            .join(Call, Call.id == CallOffer.call_id)
            .where(Call.queue_id == queue.id)
            .order_by(CallOffer.id.desc())
            .limit(1)
        )
        if seat_id is not None:
            last[queue.code] = seat_id
    return last


def _waiting(call: Call, refused_by: frozenset[int]) -> acd.WaitingCall:
    queue = call.queue
    return acd.WaitingCall(
        call_id=call.id,
        queue=queue.code if queue else "",
        queued_at=call.queued_at or call.rang_at,
        priority=call.priority,
        strategy=Strategy(queue.strategy) if queue else Strategy.LONGEST_IDLE,
        needs={**(queue.needs if queue else {}), **call.needs},
        tier_wait_s=queue.tier_wait_s if queue else 30,
        wanted_seat_id=call.wanted_seat_id,
        refused_by=refused_by,
    )


def _free(seat: Seat) -> acd.FreeSeat:
    return acd.FreeSeat(
        seat_id=seat.id,
        idle_since=seat.idle_since or seat.since,
        tiers=seat.tiers,
        skills=seat.skills,
        calls=seat.calls,
        talk_s=seat.talk_s,
    )


def _offer(uow: UnitOfWork, call: Call, seat: Seat) -> None:
    timeout_s = call.queue.offer_timeout_s if call.queue else 20
    call.state, call.seat_id = CallState.OFFERED, seat.id
    call.offered_at = uow.now
    call.first_offered_at = call.first_offered_at or uow.now
    call.offer_until = uow.now + timedelta(seconds=pace.seconds(uow.settings, timeout_s))
    uow.session.add(CallOffer(call_id=call.id, seat_id=seat.id, user_id=seat.user_id, offered_at=uow.now))
    seat_states.change(uow, seat, SeatState.RINGING)
    uow.record(CallOffered(call_id=call.id, seat_id=seat.id))
    workers.wake(uow, call)
