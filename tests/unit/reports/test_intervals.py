"""Intervals in the city's time; the keys of Python are those of the database (tests/db/reports)."""

from datetime import date, datetime

import pytest

from hotline.core.clock import LOCAL
from hotline.core.errors import Invalid
from hotline.reports.intervals import Interval, Period, PeriodTooLong, key_of, keys, label

AT = datetime(2026, 9, 18, 16, 44, 59, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("interval", "start", "text"),
    [
        (Interval.QUARTER, datetime(2026, 9, 18, 16, 30), "9月18日 16:30"),
        (Interval.HALF_HOUR, datetime(2026, 9, 18, 16, 30), "9月18日 16:30"),
        (Interval.HOUR, datetime(2026, 9, 18, 16), "9月18日 16:00"),
        (Interval.DAY, datetime(2026, 9, 18), "9月18日"),
        (Interval.WEEK, datetime(2026, 9, 14), "9月14日起一周"),
        (Interval.MONTH, datetime(2026, 9, 1), "2026年9月"),
    ],
)
def test_instant_when_asked_for_its_interval_then_the_local_start(interval, start, text):
    assert key_of(interval, AT) == start
    assert label(interval, start) == text


@pytest.mark.parametrize(
    ("interval", "count"),
    [
        (Interval.QUARTER, 96),
        (Interval.HALF_HOUR, 48),
        (Interval.HOUR, 24),
        (Interval.DAY, 1),
        (Interval.WEEK, 1),
    ],
)
def test_day_when_cut_then_empty_intervals_are_there(interval, count):
    assert len(keys(interval, Period(AT.date(), AT.date()))) == count


def test_year_when_cut_into_months_then_twelve():
    found = keys(Interval.MONTH, Period(date(2026, 1, 31), date(2026, 12, 1)))
    assert found == [datetime(2026, month, 1) for month in range(1, 13)]


def test_period_when_backwards_or_endless_then_refused():
    with pytest.raises(Invalid):
        Period(date(2026, 9, 18), date(2026, 9, 17))
    with pytest.raises(PeriodTooLong):
        Period(date(2020, 1, 1), date(2026, 9, 18))
