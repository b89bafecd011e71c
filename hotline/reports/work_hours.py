"""Working time between two instants, summed by the database: office hours of the calendar in force.

The windows of the calendar go to the query as three arrays; the working time up to an instant is then one binary
search and one subtraction, so that a year of orders is summed without reading them.
"""

from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, DateTime, Float, cast, func, literal

from dispatch import deadlines
from dispatch.workdays import Calendar, Counting
from hotline.core.clock import local_date
from hotline.core.uow import UnitOfWork
from hotline.reports.intervals import Period

BEFORE = timedelta(days=400)
"""Orders older than this at the start of the period count from here."""


def windows(
    counting: Counting, calendar: Calendar, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """Office hours of every working day between two instants."""
    found: list[tuple[datetime, datetime]] = []
    for day in calendar.days_from(local_date(since)):
        if day.on > local_date(until):
            return found
        if day.is_workday:
            found += counting.hours.spans(day.on)
    return found


class Worked:
    """SQL for working seconds; made once per query."""

    def __init__(self, uow: UnitOfWork, period: Period) -> None:
        book = deadlines.book_of(uow.session)
        since = period.start - BEFORE
        spans = windows(book.counting(book.template), book.calendar, since, period.end)
        lengths = [(end - begin).total_seconds() for begin, end in spans]
        before = [0.0, *accumulate(lengths)]
        # The stretch before the first window has no length, so that every instant falls into one.
        self._opens = cast(
            literal([since, *(begin for begin, _ in spans)], ARRAY(DateTime(timezone=True))),
            ARRAY(DateTime(timezone=True)),
        )
        self._lengths = cast(literal([0.0, *lengths], ARRAY(Float)), ARRAY(Float))
        self._before = cast(literal([0.0, *before[:-1]], ARRAY(Float)), ARRAY(Float))

    def seconds(self, start: Any, end: Any) -> ColumnElement[float]:
        """Σ of the working time from `start` to `end`."""
        return func.sum(self._until(end) - self._until(start))

    def _until(self, at: Any) -> ColumnElement[float]:
        place = func.greatest(func.width_bucket(at, self._opens), 1)
        into = cast(func.extract("epoch", at - self._opens[place]), Float)
        return self._before[place] + func.greatest(func.least(into, self._lengths[place]), 0)
