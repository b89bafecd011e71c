"""What a date is: notices of the State Council for 2024–2026, and what holds where no notice is known."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.workdays import (
    ORDINARY_HOURS,
    SUMMER_AND_WINTER,
    SUMMER_HOURS,
    Calendar,
    Day,
    OfficeHours,
    packaged_day,
)

PLAIN = Calendar()

# Weekends that were worked, by the notices 国办发明电〔2023〕7号, 〔2024〕12号 and 〔2025〕7号.
SWAPPED_WORKDAYS = [
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip
# First and last day of every holiday of the same notices.
HOLIDAYS = [
    ("2024-01-01", "2024-01-01"), ("2024-02-10", "2024-02-17"), ("2024-04-04", "2024-04-06"),
    ("2024-05-01", "2024-05-05"), ("2024-06-10", "2024-06-10"), ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"), ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"), ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"),
]  # fmt: skip


def _days_off() -> set[date]:
    return {
        date.fromisoformat(first) + timedelta(days=n)
        for first, last in HOLIDAYS
        for n in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    }


def test_calendar_2024_to_2026_is_the_notices_day_by_day() -> None:
    swapped = {date.fromisoformat(text) for text in SWAPPED_WORKDAYS}
    off = _days_off()
    wrong = []
    day = date(2024, 1, 1)
    while day.year <= 2026:
        expected = day in swapped or (day.weekday() < 5 and day not in off)
        if PLAIN.is_workday(day) != expected:
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize(
    ("on", "source", "provisional", "is_workday"),
    [
        (date(2026, 12, 31), "chinesecalendar", False, True),
        (date(2027, 1, 1), "holidays", True, False),
        (date(2027, 1, 4), "holidays", True, True),
        (date(2027, 2, 8), "holidays", True, False),
        (date(2027, 1, 2), "holidays", True, False),
        (date(2150, 1, 5), "weekday", True, True),
        (date(2150, 1, 3), "weekday", True, False),
    ],
)
def test_day_when_no_notice_is_known_is_provisional(
    on: date, source: str, provisional: bool, is_workday: bool
) -> None:
    day = packaged_day(on)
    assert (day.source, day.provisional, day.is_workday) == (source, provisional, is_workday)


def test_official_row_wins_over_every_package() -> None:
    swapped = Day(date(2027, 2, 13), True, "春节调休上班", "official", False)
    calendar = Calendar({swapped.on: swapped})
    assert calendar.day(swapped.on) == swapped
    assert not packaged_day(swapped.on).is_workday


def test_year_is_provisional_until_its_notice_is_known() -> None:
    assert not PLAIN.year_is_provisional(2026)
    assert PLAIN.year_is_provisional(2027)
    official = Day(date(2027, 10, 1), False, "国庆节", "official", False)
    assert not Calendar({official.on: official}).year_is_provisional(2027)


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2026, 9, 20), "9月20日（周日，国庆节调休上班）"),
        (date(2026, 10, 1), "10月1日（周四，国庆节）"),
        (date(2026, 9, 19), "9月19日（周六，周末）"),
        (date(2026, 9, 21), "9月21日（周一）"),
    ],
)
def test_day_says_in_words_what_it_is(on: date, text: str) -> None:
    assert PLAIN.day(on).text == text


def test_next_workday_stays_on_a_working_day_and_leaves_a_holiday() -> None:
    assert PLAIN.next_workday(date(2026, 9, 30)) == date(2026, 9, 30)
    assert PLAIN.next_workday(date(2026, 10, 3)) == date(2026, 10, 8)
    assert PLAIN.workday_after(date(2026, 9, 30)) == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("on", "windows"),
    [
        (date(2026, 4, 30), ORDINARY_HOURS),
        (date(2026, 5, 1), SUMMER_HOURS),
        (date(2026, 9, 30), SUMMER_HOURS),
        (date(2026, 10, 1), ORDINARY_HOURS),
        (date(2027, 1, 1), ORDINARY_HOURS),
    ],
)
def test_office_hours_follow_the_season(on: date, windows: object) -> None:
    assert SUMMER_AND_WINTER.windows(on) == windows


def test_office_closes_at_the_end_of_its_last_window() -> None:
    assert OfficeHours().close(date(2026, 9, 18)).time() == time(17, 30)
    assert SUMMER_AND_WINTER.close(date(2026, 7, 1)).time() == time(18, 0)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2300, 1, 1)))
def test_no_date_ever_raises(on: date) -> None:
    assert PLAIN.day(on).on == on
    assert PLAIN.workday_after(on) > on
