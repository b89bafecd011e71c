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


@dataclass(frozen=True)
class FreeSeat:
    """`tiers`: queue → tier from 1; empty means every queue in the first tier. `calls`, `talk_s`: since sign-in."""

    seat_id: int
    idle_since: datetime
    tiers: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    calls: int = 0
    talk_s: int = 0

    def tier(self, queue: str) -> int | None:
        return self.tiers.get(queue) if self.tiers else 1

    def meets(self, needs: Mapping[str, int]) -> bool:
        return not needs or all(self.skills.get(skill, 0) >= level for skill, level in needs.items())


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
    Strategy.RING_ALL: lambda seat: (seat.idle_since,),
}


def plan(
    waiting: Iterable[WaitingCall],
    seats: Sequence[FreeSeat],
    now: datetime,
    last_seats: Mapping[str, int] | None = None,
) -> list[Offer]:
    """Offers such that nobody is overtaken within a priority and no fitting seat stays free beside a waiting caller.

    `last_seats`: the seat that each round-robin queue has asked last. A call that rings everywhere has an offer for each
    of its seats, one after the other.
    """
    by_id = {seat.seat_id: seat for seat in seats}
    pools = _Pools(seats, last_seats or {})
    taken: set[int] = set()
    offers = []
    for call in sorted(waiting, key=lambda one: (-one.priority, one.queued_at, one.call_id)):
        if len(taken) == len(by_id):
            break
        wanted, pool = _wanted(call, by_id, taken), pools.of(call)
        seat = wanted or pool.take(call, taken, now)
        while seat is not None:
            taken.add(seat.seat_id)
            offers.append(Offer(call_id=call.call_id, seat_id=seat.seat_id))
            everywhere = call.strategy is Strategy.RING_ALL and wanted is None
            seat = pool.take(call, taken, now) if everywhere else None
    return offers


def _wanted(call: WaitingCall, by_id: Mapping[int, FreeSeat], taken: set[int]) -> FreeSeat | None:
    wanted = call.wanted_seat_id
    if wanted is None or wanted in taken or wanted in call.refused_by:
        return None
    return by_id.get(wanted)


class _Pools:
    """Callers of one queue with the same needs share one list of seats; each strategy sorts all seats once."""

    def __init__(self, seats: Sequence[FreeSeat], last_seats: Mapping[str, int]) -> None:
        self._seats, self._last_seats = seats, last_seats
        self._ranked: dict[Strategy, list[FreeSeat]] = {}
        self._pools: dict[tuple[object, ...], _Pool] = {}

    def of(self, call: WaitingCall) -> "_Pool":
        kind = (call.queue, call.strategy, tuple(sorted(call.needs.items())))
        if kind not in self._pools:
            if call.strategy not in self._ranked:
                rank = RANKS[call.strategy]
                self._ranked[call.strategy] = sorted(
                    self._seats, key=lambda seat: (*rank(seat), seat.seat_id)
                )
            self._pools[kind] = _Pool(call, self._ranked[call.strategy], self._last_seats.get(call.queue, 0))
        return self._pools[kind]


class _Pool:
    """Seats that fit one kind of call, best first, each handed out once."""

    def __init__(self, call: WaitingCall, ranked: Iterable[FreeSeat], last_seat: int) -> None:
        fitting = [
            (tier, seat)
            for seat in ranked
            if seat.meets(call.needs) and (tier := seat.tier(call.queue)) is not None
        ]
        if call.strategy is Strategy.ROUND_ROBIN:
            fitting.sort(key=lambda item: (item[0], item[1].seat_id <= last_seat))
        else:
            fitting.sort(key=lambda item: item[0])
        self._seats, self._start = fitting, 0

    def take(self, call: WaitingCall, taken: set[int], now: datetime) -> FreeSeat | None:
        """The best seat left; one that has refused this very call only where there is no other."""
        waited_s = (now - call.queued_at).total_seconds()
        deepest = 1 + int(waited_s // call.tier_wait_s) if call.tier_wait_s > 0 else len(self._seats) + 1
        while self._start < len(self._seats) and self._seats[self._start][1].seat_id in taken:
            self._start += 1
        second_choice = None
        for index in range(self._start, len(self._seats)):
            tier, seat = self._seats[index]
            if tier > deepest:
                break
            if seat.seat_id in taken:
                continue
            if seat.seat_id not in call.refused_by:
                return seat
            second_choice = second_choice or seat
        return second_choice
