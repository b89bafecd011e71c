"""Waiting calls to free seats, in the database: `acd.plan` decides, this module makes it so.

`distribute` runs at the end of every unit of work that adds a waiting call or frees a seat, so an offer commits with
its cause; sweeps repeat it. Calls are locked before seats, everywhere. The schema forbids two calls for one seat.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType

from sqlalchemy import Text, cast, func, select

from hotline.core.uow import UnitOfWork
from telephony import acd, offers
from telephony.models import Call, CallOffer, CallState, OfferResult, Seat, SeatState, Strategy

# Distributors take turns: one that ran beside another could see neither its calls nor its seats, and leave both.
DISTRIBUTION_LOCK = 12345_01
MAX_WAITING = 500


def distribute(uow: UnitOfWork) -> int:
    """Offer waiting calls to free seats; the number of calls that ring now."""
    uow.session.flush()  # what this unit of work has changed takes part
    uow.session.execute(select(func.pg_advisory_xact_lock(DISTRIBUTION_LOCK)))
    calls = {call.id: call for call in _waiting_calls(uow)}
    if not calls:
        return 0
    free = _free_seats(uow)
    if not free:
        return 0
    refusals = _refusals(uow, [call for call in calls.values() if call.first_offered_at])
    waiting = {call.id: _waiting(call, refusals[call.id]) for call in calls.values()}
    last_seats = _last_seats(uow, calls.values())
    rung = 0
    while free and waiting and (planned := acd.plan(waiting.values(), free, uow.now, last_seats)):
        seats = _locked(uow, planned)
        for call_id, chosen in groupby(planned, key=lambda offer: offer.call_id):
            if rings := [seats[offer.seat_id] for offer in chosen if offer.seat_id in seats]:
                offers.ring(uow, calls[call_id], rings)
                del waiting[call_id]
                rung += 1
        if len(seats) == len(planned):
            break
        # Some have just left their seats: their callers are planned again among those who have not.
        asked = {offer.seat_id for offer in planned}
        free = [seat for seat in free if seat.seat_id not in asked]
    return rung


def expire_offers(uow: UnitOfWork) -> int:
    """Calls that nobody answered in time keep their place and go to the next seat; run by the sweep."""
    due = uow.session.scalars(
        select(Call)
        .where(Call.state == CallState.OFFERED, Call.offer_until <= uow.now)
        .with_for_update(skip_locked=True, key_share=True, of=Call)
        .execution_options(populate_existing=True)
    ).all()
    for call in due:
        offers.end(uow, call, OfferResult.TIMED_OUT)
    return len(due)


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


def _free_seats(uow: UnitOfWork) -> list[acd.FreeSeat]:
    """As they are now, nobody kept from changing his: a thousand locks would cost more than the plan."""
    rows = uow.session.execute(
        select(
            Seat.id,
            func.coalesce(Seat.idle_since, Seat.since),
            cast(Seat.tiers, Text),
            cast(Seat.skills, Text),
            Seat.calls,
            Seat.talk_s,
        ).where(Seat.state == SeatState.AVAILABLE)
    )
    return [
        acd.FreeSeat(seat_id, idle_since, _levels(tiers), _levels(skills), calls, talk_s)
        for seat_id, idle_since, tiers, skills, calls, talk_s in rows
    ]


@lru_cache(maxsize=4_096)
def _levels(text: str) -> Mapping[str, int]:
    """Hundreds of seats have the same skills: read once."""
    levels: dict[str, int] = json.loads(text)
    return MappingProxyType(levels)


def _locked(uow: UnitOfWork, planned: list[acd.Offer]) -> dict[int, Seat]:
    """Those of the planned seats that are still free, for us alone."""
    chosen = (
        select(Seat)
        .where(Seat.id.in_([offer.seat_id for offer in planned]), Seat.state == SeatState.AVAILABLE)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {seat.id: seat for seat in uow.session.scalars(chosen)}


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
