"""Where the seats' time went: signed in, busy, in calls, after calls; each stretch cut to its interval.

From `seat_span`; read-only. Seconds.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from hotline.core.clock import LOCAL
from hotline.core.uow import UnitOfWork
from hotline.reports.intervals import Interval, Period, key_local, step
from hotline.reports.tally import Source, grouped
from telephony.models import SeatSpan, SeatState

LONGEST = timedelta(days=7)
"""No stretch of one state is longer; bounds how far back the index is read."""
STATES = {
    "busy_s": SeatState.BUSY,
    "in_call_s": SeatState.TALKING,
    "after_call_s": SeatState.WRAP_UP,
    "ringing_s": SeatState.RINGING,
}
NAMES = ("signed_in_s", *STATES)


def by_agent(uow: UnitOfWork, period: Period) -> Source:
    began, ended = _bounds(uow, period)
    query = (
        select(SeatSpan.user_id, *_sums(ended - began))
        .where(*_touching(period, ended))
        .group_by(SeatSpan.user_id)
    )
    return grouped(uow, query, NAMES)


def by_interval(uow: UnitOfWork, period: Period, interval: Interval) -> Source:
    """A stretch counts in every interval that it touches, with its part of it."""
    began, ended = (func.timezone(LOCAL.key, bound) for bound in _bounds(uow, period))
    length = step(interval)
    every = func.generate_series(key_local(interval, began), ended, length)
    touched = every.table_valued("at").render_derived()
    inside = func.least(ended, touched.c.at + length) - func.greatest(began, touched.c.at)
    query = (
        select(touched.c.at, *_sums(inside))
        .select_from(SeatSpan)
        .join(touched, touched.c.at < ended)
        .where(*_touching(period, _bounds(uow, period)[1]))
        .group_by(touched.c.at)
    )
    return grouped(uow, query, NAMES)


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


def _sums(seconds: Any) -> list[Any]:
    return [func.sum(seconds)] + [
        func.sum(seconds).filter(SeatSpan.state == state) for state in STATES.values()
    ]
