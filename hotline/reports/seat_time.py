"""Where the seats' time went: signed in, busy, in calls, after calls; each stretch cut to its interval.

From `seat_span`; read-only. Seconds.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true, union_all

from hotline.core.clock import LOCAL
from hotline.core.uow import UnitOfWork
from hotline.reports.figures import Counts
from hotline.reports.intervals import Interval, Period, key_local, step
from hotline.reports.tally import Source
from telephony.models import SeatSpan, SeatState

LONGEST = timedelta(days=7)
"""No stretch of one state is longer; bounds how far back the index is read."""
COUNTERS = {
    SeatState.BUSY: "busy_s",
    SeatState.TALKING: "in_call_s",
    SeatState.WRAP_UP: "after_call_s",
    SeatState.RINGING: "ringing_s",
}
EMPTY: Counts = dict.fromkeys(("signed_in_s", *COUNTERS.values()), 0.0)


def by_agent(uow: UnitOfWork, period: Period) -> Source:
    began, ended = _bounds(uow, period)
    query = (
        select(SeatSpan.user_id, SeatSpan.state, func.sum(ended - began))
        .where(*_touching(period, ended))
        .group_by(SeatSpan.user_id, SeatSpan.state)
    )
    return _source(uow, query)


def by_interval(uow: UnitOfWork, period: Period, interval: Interval) -> Source:
    """A stretch counts in every interval that it touches, with its part of it."""
    began, ended = (func.timezone(LOCAL.key, bound) for bound in _bounds(uow, period))
    first, last = key_local(interval, began), key_local(interval, ended)
    touching = _touching(period, _bounds(uow, period)[1])
    # Nearly all stretches lie within one interval; only the others are worth a row for each.
    within = select(first.label("at"), SeatSpan.state, (ended - began).label("spent")).where(
        first == last, *touching
    )
    length = step(interval)
    touched = func.generate_series(first, last, length).table_valued("at").render_derived()
    inside = func.least(ended, touched.c.at + length) - func.greatest(began, touched.c.at)
    across = (
        select(touched.c.at, SeatSpan.state, inside.label("spent"))
        .select_from(SeatSpan)
        .join(touched, true())
        .where(first != last, *touching)
    )
    parts = union_all(within, across).subquery().c
    query = select(parts.at, parts.state, func.sum(parts.spent)).group_by(parts.at, parts.state)
    return _source(uow, query)


def _bounds(uow: UnitOfWork, period: Period) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Begin and end of the stretch within the period; one that still runs ends now."""
    last = min(period.end, max(uow.now, period.start))
    return func.greatest(SeatSpan.started_at, period.start), func.least(
        func.coalesce(SeatSpan.ended_at, uow.now), last
    )


def _touching(period: Period, ended: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [
        SeatSpan.started_at >= period.start - LONGEST,
        SeatSpan.started_at < period.end,
        ended > period.start,
    ]


def _source(uow: UnitOfWork, query: Select[Any, Any, Any]) -> Source:
    """Rows of (key, state, time) as counters by key; every state is signed in."""
    found: Source = {None: EMPTY}
    for group, state, spent in uow.session.execute(query):
        counts = found.setdefault(group, EMPTY.copy())
        counts["signed_in_s"] += spent.total_seconds()
        if state in COUNTERS:
            counts[COUNTERS[state]] += spent.total_seconds()
    return found
