"""Who takes which waiting call: pure, no database, no clock.

`plan` is given everything and decides; `distribution` makes it so. Order of callers: priority, then time in the
queue. Order of seats: the queue's strategy within the lowest tier that may already be asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telephony.models import Strategy

NO_SKILLS: Mapping[str, int] = {}


@dataclass(frozen=True, kw_only=True)
class WaitingCall:
    """`tier_wait_s`: after each such wait one more tier of seats is asked. `wanted_seat_id`: taken if it is free."""

    call_id: int
    queue: str
    queued_at: datetime
    priority: int = 0
    strategy: Strategy = Strategy.LONGEST_IDLE
    needs: Mapping[str, int] = field(default_factory=dict)
    tier_wait_s: int = 30
    wanted_seat_id: int | None = None
    refused_by: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class FreeSeat:
    """`tiers`: queue → tier from 1; empty means every queue in the first tier. `last_call_at` None: not yet called."""

    seat_id: int
    idle_since: datetime
    tiers: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    calls: int = 0
    talk_s: int = 0

    def tier(self, queue: str) -> int | None:
        return self.tiers.get(queue) if self.tiers else 1

    def meets(self, needs: Mapping[str, int]) -> bool:
        return all(self.skills.get(skill, 0) >= level for skill, level in needs.items())


@dataclass(frozen=True, kw_only=True)
class Offer:
    call_id: int
    seat_id: int


Rank = Callable[[FreeSeat], tuple[object, ...]]
RANKS: dict[Strategy, Rank] = {
    Strategy.LONGEST_IDLE: lambda seat: (seat.idle_since,),
    Strategy.ROUND_ROBIN: lambda seat: (seat.seat_id,),
    Strategy.FEWEST_CALLS: lambda seat: (seat.calls, seat.idle_since),
    Strategy.LEAST_TALK_TIME: lambda seat: (seat.talk_s, seat.idle_since),
}


def plan(
    waiting: Iterable[WaitingCall],
    seats: Sequence[FreeSeat],
    now: datetime,
    last_seats: Mapping[str, int] | None = None,
) -> list[Offer]:
    """Offers such that nobody is overtaken within a priority and no fitting seat stays free beside a waiting caller.

    `last_seats`: the seat that each round-robin queue has asked last.
    """
    pools: dict[tuple[object, ...], _Pool] = {}
    by_id = {seat.seat_id: seat for seat in seats}
    turn = dict(last_seats or {})
    taken: set[int] = set()
    offers = []
    for call in sorted(waiting, key=lambda one: (-one.priority, one.queued_at, one.call_id)):
        if len(taken) == len(by_id):
            break
        seat = _wanted(call, by_id, taken)
        if seat is None:
            # Callers of one queue with the same needs share one sorted list of seats.
            kind = (call.queue, call.strategy, tuple(sorted(call.needs.items())))
            if kind not in pools:
                pools[kind] = _Pool(call, seats, turn.get(call.queue))
            seat = pools[kind].take(call, taken, now)
        if seat is not None:
            taken.add(seat.seat_id)
            offers.append(Offer(call_id=call.call_id, seat_id=seat.seat_id))
    return offers


def _wanted(call: WaitingCall, by_id: Mapping[int, FreeSeat], taken: set[int]) -> FreeSeat | None:
    wanted = call.wanted_seat_id
    if wanted is None or wanted in taken or wanted in call.refused_by:
        return None
    return by_id.get(wanted)


class _Pool:
    """Seats that fit one kind of call, best first, each handed out once."""

    def __init__(self, call: WaitingCall, seats: Iterable[FreeSeat], last_seat: int | None) -> None:
        rank = RANKS[call.strategy]
        fitting = [
            (tier, seat)
            for seat in seats
            if (tier := seat.tier(call.queue)) is not None and seat.meets(call.needs)
        ]

        def order(item: tuple[int, FreeSeat]) -> tuple[object, ...]:
            tier, seat = item
            passed = call.strategy is Strategy.ROUND_ROBIN and seat.seat_id <= (last_seat or 0)
            return (tier, passed, *rank(seat), seat.seat_id)

        self._seats = sorted(fitting, key=order)
        self._start = 0

    def take(self, call: WaitingCall, taken: set[int], now: datetime) -> FreeSeat | None:
        """The best seat left; one that has refused this very call only where there is no other."""
        waited_s = (now - call.queued_at).total_seconds()
        deepest = 1 + int(waited_s // call.tier_wait_s) if call.tier_wait_s > 0 else len(self._seats) + 1
        while self._start < len(self._seats) and self._seats[self._start][1].seat_id in taken:
            self._start += 1
        second_choice = None
        for tier, seat in self._seats[self._start :]:
            if tier > deepest:
                break
            if seat.seat_id in taken:
                continue
            if seat.seat_id not in call.refused_by:
                return seat
            second_choice = second_choice or seat
        return second_choice
