"""Periods and the intervals they are cut into, in the time of Asia/Shanghai. Pure, but for the SQL that truncates.

A period is two dates, both included. Interval keys are local wall-clock times without zone, in SQL and here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, literal
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.sql.expression import cast

from hotline.core.clock import LOCAL, local, local_instant
from hotline.core.errors import DomainError, Invalid

ORIGIN = datetime(2001, 1, 1)  # noqa: DTZ001 - a local wall-clock time, as all keys
MAX_LINES = 1000
MAX_DAYS = 1100
ONE_DAY = timedelta(days=1)


class Interval(StrEnum):
    QUARTER = "15min"
    HALF_HOUR = "30min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LABELS: dict[Interval, str] = {
    Interval.QUARTER: "15 分钟",
    Interval.HALF_HOUR: "30 分钟",
    Interval.HOUR: "小时",
    Interval.DAY: "日",
    Interval.WEEK: "周",
    Interval.MONTH: "月",
}
STEPS: dict[Interval, str] = {
    Interval.QUARTER: "15 minutes",
    Interval.HALF_HOUR: "30 minutes",
    Interval.HOUR: "1 hour",
    Interval.DAY: "1 day",
    Interval.WEEK: "1 week",
    Interval.MONTH: "1 month",
}
MINUTES: dict[Interval, int] = {Interval.QUARTER: 15, Interval.HALF_HOUR: 30, Interval.HOUR: 60}


class PeriodTooLong(DomainError):
    code, status = "report.period_too_long", 422
    text = "一次最多统计 {most} 天，请缩短日期范围"


class IntervalTooFine(DomainError):
    code, status = "report.interval_too_fine", 422
    text = "按“{interval}”统计一次最多 {most} 行，请缩短日期范围或选更粗的时段"


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid([{"field": "until", "reason": "结束日期不能早于开始日期"}])
        if (self.last - self.first).days >= MAX_DAYS:
            raise PeriodTooLong(most=MAX_DAYS)

    @property
    def start(self) -> datetime:
        return local_instant(self.first)

    @property
    def end(self) -> datetime:
        """The first instant after the period."""
        return local_instant(self.last + ONE_DAY)

    def contains(self, column: Any) -> ColumnElement[bool]:
        inside: ColumnElement[bool] = (column >= self.start) & (column < self.end)
        return inside


def key(interval: Interval, column: Any) -> ColumnElement[datetime]:
    """SQL: the local start of the interval that an instant lies in."""
    return key_local(interval, func.timezone(LOCAL.key, column))


def key_local(interval: Interval, at: Any) -> ColumnElement[datetime]:
    if interval in (Interval.QUARTER, Interval.HALF_HOUR):
        return func.date_bin(step(interval), at, literal(ORIGIN))
    return func.date_trunc(literal(interval.value, literal_execute=True), at)


def step(interval: Interval) -> ColumnElement[timedelta]:
    return cast(literal(STEPS[interval], literal_execute=True), INTERVAL)


def key_of(interval: Interval, at: datetime) -> datetime:
    """The same in Python, for an aware instant."""
    here = local(at).replace(tzinfo=None)
    if interval in MINUTES:
        minutes = MINUTES[interval]
        return here.replace(minute=here.minute // minutes * minutes, second=0, microsecond=0)
    day = datetime.combine(here.date(), time(0))
    if interval is Interval.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval is Interval.MONTH else day


def keys(interval: Interval, period: Period) -> list[datetime]:
    """Every interval of the period, empty ones as well."""
    found: list[datetime] = []
    for at in _walk(interval, key_of(interval, period.start)):
        if at >= datetime.combine(period.last + ONE_DAY, time(0)):
            return found
        if len(found) == MAX_LINES:
            break
        found.append(at)
    raise IntervalTooFine(interval=LABELS[interval], most=MAX_LINES)


def _walk(interval: Interval, at: datetime) -> Iterator[datetime]:
    while True:
        yield at
        if interval is Interval.MONTH:
            at = (at + timedelta(days=32)).replace(day=1)
        else:
            at += {Interval.DAY: ONE_DAY, Interval.WEEK: 7 * ONE_DAY}.get(
                interval, timedelta(minutes=MINUTES.get(interval, 0))
            )


def label(interval: Interval, at: datetime) -> str:
    """How the interval reads in a table: 9月18日 16:00."""
    if interval is Interval.MONTH:
        return f"{at.year}年{at.month}月"
    day = f"{at.month}月{at.day}日"
    if interval is Interval.WEEK:
        return f"{day}起一周"
    return day if interval is Interval.DAY else f"{day} {at:%H:%M}"
