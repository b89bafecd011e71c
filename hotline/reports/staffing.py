"""Seats needed for each half hour of a coming week: forecast from history, Erlang C, shrinkage. Read-only.

Handling time is the mean of the history; seats = agents ÷ (1 − shrinkage), rounded up.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from dispatch.deadlines import book_of
from hotline.core.clock import local_date
from hotline.core.uow import UnitOfWork
from hotline.reports import erlang, scope
from hotline.reports.forecast import SLOTS, DayForecast, History, forecast
from hotline.reports.intervals import ONE_DAY, Interval, Period, key
from telephony import measures as m
from telephony.models import Call

HISTORY_WEEKS = 13
SLOT = timedelta(minutes=30)
USUAL_HANDLING_S = 240.0
"""Middle of the 3–5 minutes of DOMAIN §5, where no call was handled yet."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the shift leader asks for. `least` agents are there even where hardly anybody calls."""

    service_level: float = 0.9
    within_s: int = m.SERVICE_LEVEL_S
    max_occupancy: float = 0.85
    shrinkage: float = 0.3
    least: int = 1


@dataclass(frozen=True, kw_only=True)
class Slot:
    at: datetime
    calls: float
    load: float
    agents: int
    seats: int
    service_level: float
    occupancy: float
    answer_speed_s: float


@dataclass(frozen=True, kw_only=True)
class DayPlan:
    on: date
    is_workday: bool
    name: str
    like: str
    days: int
    calls: float
    slots: list[Slot]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`handling_known` is False where the house has no history and a usual handling time stands in."""

    week: date
    wish: Wish
    handling_s: float
    handling_known: bool
    history_days: int
    days: list[DayPlan]


def plan(
    uow: UnitOfWork, week: date | None = None, *, wish: Wish | None = None, queue_id: int | None = None
) -> Plan:
    """The week that begins with the Monday of `week`; next week by default."""
    scope.calls(uow)
    today = local_date(uow.now)
    chosen = week or today + 7 * ONE_DAY
    monday = chosen - timedelta(days=chosen.weekday())
    wish = wish or Wish()
    calendar = book_of(uow.session).calendar
    history = arrivals(uow, min(today, monday), queue_id)
    handling = _handling_s(uow, min(today, monday), queue_id)
    handling_s = handling or USUAL_HANDLING_S
    days = []
    for number in range(7):
        day = calendar.day(monday + timedelta(days=number))
        expected = forecast(history, day.on, calendar)
        days.append(
            DayPlan(
                on=day.on, is_workday=day.is_workday, name=day.name, like=expected.like, days=expected.days,
                calls=sum(expected.calls), slots=list(_slots(expected, handling_s, wish)),
            )
        )  # fmt: skip
    return Plan(
        week=monday, wish=wish, handling_s=handling_s, handling_known=handling is not None,
        history_days=len(history), days=days,
    )  # fmt: skip


def _slots(expected: DayForecast, handling_s: float, wish: Wish) -> Iterator[Slot]:
    begin = datetime.combine(expected.on, time(0))
    for number, calls in enumerate(expected.calls):
        load = calls * handling_s / SLOT.total_seconds()
        wanted = erlang.agents_for(
            load, handling_s,
            target=wish.service_level, within_s=wish.within_s, max_occupancy=wish.max_occupancy,
        )  # fmt: skip
        agents = max(wanted, wish.least)
        yield Slot(
            at=begin + number * SLOT,
            calls=calls,
            load=load,
            agents=agents,
            seats=math.ceil(agents / (1 - wish.shrinkage) - 1e-9),
            service_level=erlang.service_level(load, agents, handling_s, wish.within_s),
            occupancy=load / agents if agents else 0.0,
            answer_speed_s=erlang.answer_speed_s(load, agents, handling_s) or 0.0,
        )


def arrivals(uow: UnitOfWork, before: date, queue_id: int | None = None) -> History:
    """Calls that reached the queue per half hour, from the first day with a call; abandons within 5 s left out."""
    period = _history_period(before)
    slot = key(Interval.HALF_HOUR, Call.rang_at)
    query = (
        select(slot, func.count())
        .where(period.contains(Call.rang_at), m.reached_queue, ~func.coalesce(m.gave_up_at_once, False))
        .group_by(slot)
    )
    if queue_id is not None:
        query = query.where(Call.queue_id == queue_id)
    counted = uow.session.execute(query).all()
    if not counted:
        return {}
    first = min(at for at, _ in counted).date()
    history = {first + n * ONE_DAY: [0.0] * SLOTS for n in range((before - first).days)}
    for at, count in counted:
        history[at.date()][at.hour * 2 + at.minute // 30] = float(count)
    return history


def _handling_s(uow: UnitOfWork, before: date, queue_id: int | None) -> float | None:
    whole = Call.ended_at - Call.talking_at
    query = select(func.avg(whole), func.avg(func.coalesce(Call.wrap_up_s, 0))).where(
        _history_period(before).contains(Call.rang_at),
        m.reached_queue,
        m.answered,
        Call.ended_at.is_not(None),
    )
    if queue_id is not None:
        query = query.where(Call.queue_id == queue_id)
    talk, wrap_up_s = uow.session.execute(query).one()
    return None if talk is None else talk.total_seconds() + float(wrap_up_s)


def _history_period(before: date) -> Period:
    return Period(before - timedelta(weeks=HISTORY_WEEKS), before - ONE_DAY)
