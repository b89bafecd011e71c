"""The coming day is like the days before of its kind: weekday, working day or not, recent ones first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.workdays import Calendar
from hotline.reports.forecast import HALF_LIFE_DAYS, SLOTS, forecast

CALENDAR = Calendar()
FRIDAY = date(2026, 9, 18)


def day(calls: float) -> list[float]:
    return [calls] * SLOTS


def back(weeks: int, on: date = FRIDAY) -> date:
    return on - timedelta(weeks=weeks)


def test_recent_week_when_another_is_a_half_life_older_then_weighs_twice():
    older = FRIDAY - timedelta(days=7 + HALF_LIFE_DAYS)
    expected = forecast({back(1): day(30), older: day(12)}, FRIDAY, CALENDAR)
    assert expected.calls[0] == pytest.approx((2 * 30 + 12) / 3)
    assert (expected.like, expected.days) == ("同为周五的工作日", 2)


def test_other_weekdays_when_there_is_the_same_one_then_left_out():
    expected = forecast({back(1): day(10), FRIDAY - timedelta(days=1): day(99)}, FRIDAY, CALENDAR)
    assert expected.calls == day(10)


def test_working_sunday_when_forecast_then_like_the_working_days():
    sunday = date(2026, 9, 20)  # 调休
    history = {back(1, sunday): day(3), back(1): day(40), FRIDAY: day(20)}
    expected = forecast(history, sunday, CALENDAR)
    assert expected.like == "全部工作日"
    assert 20 < expected.calls[0] < 40


def test_national_day_when_forecast_then_like_the_days_off():
    holiday = date(2026, 10, 1)  # a Thursday
    history = {date(2026, 9, 24): day(50), date(2026, 9, 26): day(8)}
    expected = forecast(history, holiday, CALENDAR)
    assert (expected.calls, expected.like) == (day(8), "全部休息日")


def test_weekday_without_its_like_when_forecast_then_all_working_days_stand_in():
    assert forecast({FRIDAY - timedelta(days=1): day(7)}, FRIDAY, CALENDAR).like == "全部工作日"


def test_no_history_then_nought_and_said_so():
    expected = forecast({}, FRIDAY, CALENDAR)
    assert (expected.calls, expected.like, expected.days) == (day(0), "没有历史数据", 0)


def test_days_to_come_when_known_then_not_looked_at():
    assert forecast({FRIDAY: day(99), FRIDAY + timedelta(days=7): day(99)}, FRIDAY, CALENDAR).days == 0


@given(levels=st.lists(st.floats(0, 500), min_size=1, max_size=8))
def test_forecast_when_history_varies_then_between_its_least_and_most(levels):
    history = {back(n + 1): day(calls) for n, calls in enumerate(levels)}
    found = forecast(history, FRIDAY, CALENDAR).calls[0]
    assert min(levels) - 1e-6 <= found <= max(levels) + 1e-6
