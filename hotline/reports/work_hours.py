"""Working time between two instants, summed by the database: office hours of the calendar in force.

The windows of the calendar go to the query as three arrays; the working time up to an instant is then one binary
search and one subtraction, so that a year of orders is summed without reading them.
"""

from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, DateTime, Float, cast, func, literal, select
from sqlalchemy.types import TypeEngine

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
    """SQL for working seconds; made once per query, which joins `table`."""

    def __init__(self, uow: UnitOfWork, period: Period) -> None:
        book = deadlines.book_of(uow.session)
        since = period.start - BEFORE
        spans = windows(book.counting(book.template), book.calendar, since, period.end)
        lengths = [(end - begin).total_seconds() for begin, end in spans]
        # A stretch without length stands before the first window, so that every instant falls into one.
        opens = [since, *(begin for begin, _ in spans)]
        self.table = select(
            _array(opens, DateTime(timezone=True)).label("opens"),
            _array([0.0, *lengths], Float()).label("lengths"),
            _array([0.0, 0.0, *accumulate(lengths[:-1])], Float()).label("before"),
        ).cte("hours")

    def seconds(self, start: Any, end: Any) -> ColumnElement[float]:
        """Σ of the working time from `start` to `end`."""
        return func.sum(self._until(end) - self._until(start))

    def _until(self, at: Any) -> ColumnElement[float]:
        hours = self.table.c
        place = func.greatest(func.width_bucket(at, hours.opens), 1)
        into = cast(func.extract("epoch", at - hours.opens[place]), Float)
        return hours.before[place] + func.greatest(func.least(into, hours.lengths[place]), 0)


def _array(values: list[Any], of: TypeEngine[Any]) -> ColumnElement[Any]:
    return cast(literal(values, ARRAY(of)), ARRAY(of))
