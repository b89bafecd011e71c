"""A call that rings: at which seats, and each way in which that ends. Below `distribution` and call control.

`call.seat_id` is the seat that was asked first; with ring-all others ring beside it, each with an offer of its own.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from hotline.core.uow import UnitOfWork
from telephony import pace, seat_states, workers
from telephony.events import CallOffered, OfferEnded
from telephony.models import Call, CallOffer, CallState, OfferResult, Queue, Seat, SeatState


def ring(uow: UnitOfWork, call: Call, seats: Sequence[Seat]) -> None:
    timeout_s = call.queue.offer_timeout_s if call.queue else 20
    with uow.session.no_autoflush:  # every row is written once
        _ring(uow, call, seats, timeout_s)


def _ring(uow: UnitOfWork, call: Call, seats: Sequence[Seat], timeout_s: int) -> None:
    call.state, call.seat_id = CallState.OFFERED, seats[0].id
    call.offered_at = uow.now
    call.first_offered_at = call.first_offered_at or uow.now
    call.offer_until = uow.now + timedelta(seconds=pace.seconds(uow.settings, timeout_s))
    for seat in seats:
        uow.session.add(CallOffer(call_id=call.id, seat_id=seat.id, user_id=seat.user_id, offered_at=uow.now))
        seat_states.change(uow, seat, SeatState.RINGING)
        uow.record(CallOffered(call_id=call.id, seat_id=seat.id))
    workers.wake(uow, call)


def ringing(uow: UnitOfWork, call: Call) -> list[CallOffer]:
    """Where it rings now, the seat asked first before the others."""
    query = select(CallOffer).where(CallOffer.call_id == call.id, CallOffer.ended_at.is_(None))
    return list(uow.session.scalars(query.order_by(CallOffer.id)))


def rings_at(uow: UnitOfWork, call: Call, seat_id: int) -> bool:
    return call.state == CallState.OFFERED and seat_id in {offer.seat_id for offer in ringing(uow, call)}


def answered(uow: UnitOfWork, call: Call, seat: Seat) -> bool:
    """The call is this seat's; the others fall silent and keep their place. Whether there were others."""
    others = [offer for offer in ringing(uow, call) if offer.seat_id != seat.id]
    for offer in ringing(uow, call):
        _close(uow, offer, OfferResult.WITHDRAWN if offer in others else OfferResult.ANSWERED)
    call.seat_id = seat.id
    uow.session.flush()  # the seats are free for the schema before they are free for the plan
    _free(uow, call, others, OfferResult.WITHDRAWN)
    return bool(others)


def let_pass(uow: UnitOfWork, call: Call, seat_id: int, result: OfferResult) -> None:
    """This seat is asked no more; where it rings elsewhere too, it goes on ringing there."""
    offers = ringing(uow, call)
    others = [offer for offer in offers if offer.seat_id != seat_id]
    if not others:
        end(uow, call, result)
        return
    passed = [offer for offer in offers if offer.seat_id == seat_id]
    for offer in passed:
        _close(uow, offer, result)
    call.seat_id = others[0].seat_id
    uow.session.flush()
    workers.wake(uow, call)
    _free(uow, call, passed, result)


def end(uow: UnitOfWork, call: Call, result: OfferResult) -> None:
    """Take an unanswered call back from its seats; the caller waits again, at the old place."""
    offers = ringing(uow, call)
    for offer in offers:
        _close(uow, offer, result)
    call.state, call.seat_id, call.offer_until = CallState.WAITING, None, None
    uow.session.flush()
    workers.wake(uow, call)
    _free(uow, call, offers, result)


def _close(uow: UnitOfWork, offer: CallOffer, result: OfferResult) -> None:
    offer.ended_at, offer.result = uow.now, result


def _free(uow: UnitOfWork, call: Call, ended: Sequence[CallOffer], result: OfferResult) -> None:
    for offer in ended:
        uow.record(OfferEnded(call_id=call.id, seat_id=offer.seat_id, result=result))
        _free_after(uow, seat_states.locked(uow, offer.seat_id), call.queue, result)


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
