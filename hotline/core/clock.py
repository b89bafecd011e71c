"""The clock of the house, and the one place where UTC becomes local time.

Domain code never reads a clock: it gets `uow.now` or a `now` argument. All instants are aware and in UTC.
"""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


class FixedClock:
    """A clock that stands still until it is moved; for tests and recomputations."""

    def __init__(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, **delta: float) -> datetime:
        """Advance by `timedelta(**delta)`."""
        self._now += timedelta(**delta)
        return self._now

    def set(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)


class DrillClock:
    """Simulated time that runs `factor` times as fast as real time.

    All processes of a house must agree: `anchor` is the real instant (seconds since the epoch) at which `start`
    holds, kept in the database by whoever starts the drill.
    """

    def __init__(self, start: datetime, factor: float, anchor: float) -> None:
        self._start, self._factor, self._anchor = start.astimezone(UTC), factor, anchor

    def now(self) -> datetime:
        elapsed = time.time() - self._anchor  # noqa: TID251 - the one place that reads the clock
        return self._start + timedelta(seconds=elapsed * self._factor)


def local(at: datetime) -> datetime:
    """The same instant as people in the city read it."""
    return at.astimezone(LOCAL)


def local_date(at: datetime) -> date:
    return local(at).date()


def local_instant(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC instant of a local wall-clock time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL).astimezone(UTC)
