"""Deadlines computed by hand, to the second: DOMAIN §7 and the notices of 2024–2026."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.clocks import History, compute, due
from dispatch.limits import Limit, LimitUnit, parse
from dispatch.workdays import COUNTINGS, SUMMER_AND_WINTER, Calendar, Counting, Day
from hotline.core.clock import LOCAL

PLAIN = Calendar()
COUNTY = Counting()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def shown(instant: datetime | None) -> str | None:
    return instant and instant.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # The examples of DOMAIN §7.
        ("2026-02-13 10:00", "1wd", "2026-02-14 17:30:00"),
        ("2026-02-13 10:00", "5wd", "2026-02-27 17:30:00"),
        ("2026-02-14 10:00", "1wd", "2026-02-24 17:30:00"),
        ("2026-09-18 16:00", "1wd", "2026-09-20 17:30:00"),
        ("2026-09-30 16:40", "1wd", "2026-10-08 17:30:00"),
        ("2026-09-30 16:40", "5wd", "2026-10-13 17:30:00"),
        ("2026-04-30 09:00", "5wd", "2026-05-11 17:30:00"),
        # Notices of 2024 and 2025: swapped weekends count, holidays do not.
        ("2024-02-09 09:00", "1wd", "2024-02-18 17:30:00"),
        ("2024-02-08 09:00", "3wd", "2024-02-19 17:30:00"),
        ("2024-09-13 09:00", "2wd", "2024-09-18 17:30:00"),
        ("2024-09-30 09:00", "5wd", "2024-10-12 17:30:00"),
        ("2025-01-27 09:00", "1wd", "2025-02-05 17:30:00"),
        ("2025-01-24 09:00", "5wd", "2025-02-07 17:30:00"),
        ("2025-01-24 09:00", "6wd", "2025-02-08 17:30:00"),
        ("2025-09-30 09:00", "3wd", "2025-10-11 17:30:00"),
        # Month ends and a leap day.
        ("2024-02-28 09:00", "1wd", "2024-02-29 17:30:00"),
        ("2025-02-28 09:00", "1wd", "2025-03-03 17:30:00"),
        ("2026-03-31 23:59:59", "1wd", "2026-04-01 17:30:00"),
        # The December cliff: the count needs a year that no package knows.
        ("2026-12-10 09:00", "15wd", "2026-12-31 17:30:00"),
        ("2026-12-11 09:00", "15wd", "2027-01-04 17:30:00"),
        ("2026-12-24 09:00", "5wd", "2026-12-31 17:30:00"),
        ("2026-12-25 09:00", "5wd", "2027-01-04 17:30:00"),
        ("2026-12-31 09:00", "1wd", "2027-01-04 17:30:00"),
        # Natural days, office close.
        ("2026-09-20 09:00", "7d", "2026-09-27 17:30:00"),
        # Hours and minutes run day and night.
        ("2026-09-30 16:40:07", "15min", "2026-09-30 16:55:07"),
        ("2026-09-30 23:50", "30min", "2026-10-01 00:20:00"),
        ("2026-09-30 16:40", "24h", "2026-10-01 16:40:00"),
        # Working hours, on the edges of the office.
        ("2026-09-18 16:00", "4wh", "2026-09-20 11:00:00"),
        ("2026-09-18 08:30", "4wh", "2026-09-18 15:00:00"),
        ("2026-09-18 08:30", "3wh", "2026-09-18 11:30:00"),
        ("2026-09-17 14:00", "3wh", "2026-09-17 17:30:00"),
        ("2026-09-18 17:29:59", "1wh", "2026-09-20 09:29:59"),
        ("2026-09-18 17:30:00", "1wh", "2026-09-20 09:30:00"),
        ("2026-09-18 12:00:00", "1wh", "2026-09-18 15:30:00"),
        ("2026-09-18 13:17:31", "1wh", "2026-09-18 15:30:00"),
        ("2026-09-18 11:59:59", "1wh", "2026-09-18 15:29:59"),
        ("2026-09-19 10:00", "4wh", "2026-09-20 15:00:00"),
        ("2026-09-18 07:00", "1wh", "2026-09-18 09:30:00"),
        ("2026-09-30 17:00", "4wh", "2026-10-08 12:00:00"),
    ],
)
def test_deadline_by_hand(start: str, limit: str, expected: str) -> None:
    assert shown(due(parse(limit), at(start), COUNTY, PLAIN)) == expected


@pytest.mark.parametrize(
    ("rule", "start", "limit", "expected"),
    [
        # Received on a day off: as on the next working day, or the day is simply not counted (DOMAIN §7).
        (Counting(holiday_receipt="next_workday"), "2026-10-03 09:00", "1wd", "2026-10-09 17:30:00"),
        (Counting(holiday_receipt="not_counted"), "2026-10-03 09:00", "1wd", "2026-10-08 17:30:00"),
        (Counting(holiday_receipt="next_workday"), "2026-09-30 09:00", "1wd", "2026-10-08 17:30:00"),
        # The day of receipt counts.
        (Counting(first_day="same_day"), "2026-09-18 16:00", "2wd", "2026-09-20 17:30:00"),
        (Counting(first_day="same_day"), "2026-10-03 09:00", "1wd", "2026-10-08 17:30:00"),
        # Without 含本数 the limit ends on the day before.
        (Counting(includes_number=False), "2026-09-30 16:40", "5wd", "2026-10-12 17:30:00"),
        (Counting(includes_number=False), "2026-09-30 16:40", "1wd", "2026-10-08 17:30:00"),
        # The last day ends at midnight.
        (COUNTINGS["midnight"], "2026-09-30 16:40", "5wd", "2026-10-14 00:00:00"),
        # Natural days that end on a day off.
        (COUNTINGS["beijing"], "2026-09-30 16:40", "7d", "2026-10-08 00:00:00"),
        (COUNTINGS["civil_code"], "2026-09-30 16:40", "7d", "2026-10-09 00:00:00"),
        (COUNTINGS["civil_code"], "2026-09-30 16:40", "8d", "2026-10-09 00:00:00"),
        # Summer office hours.
        (Counting(hours=SUMMER_AND_WINTER), "2026-07-01 17:30", "1wh", "2026-07-02 09:00:00"),
        (Counting(hours=SUMMER_AND_WINTER), "2026-09-30 17:30", "1wh", "2026-10-08 09:00:00"),
    ],
)
def test_deadline_by_a_local_rule(rule: Counting, start: str, limit: str, expected: str) -> None:
    assert shown(due(parse(limit), at(start), rule, PLAIN)) == expected


def test_explanation_names_each_day_and_why_it_is_skipped() -> None:
    reckoning = compute(History(limit=parse("2wd"), started_at=at("2026-09-30 16:40")), COUNTY, PLAIN)
    assert [step.text for step in reckoning.steps] == [
        "9月30日（周三）：收到当日不计",
        "10月1日（周四，国庆节）：休息日，不计",
        "10月2日（周五，国庆节）：休息日，不计",
        "10月3日（周六，国庆节）：休息日，不计",
        "10月4日（周日，国庆节）：休息日，不计",
        "10月5日（周一，国庆节）：休息日，不计",
        "10月6日（周二，国庆节）：休息日，不计",
        "10月7日（周三，国庆节）：休息日，不计",
        "10月8日（周四）：第 1 个工作日",
        "10月9日（周五）：第 2 个工作日",
        "期限至 10月9日 17:30",
    ]
    assert [step.counted for step in reckoning.steps if step.counted] == ["1", "2"]
    assert not reckoning.provisional


def test_explanation_of_working_hours_shows_each_window() -> None:
    reckoning = compute(History(limit=parse("4wh"), started_at=at("2026-09-18 16:00")), COUNTY, PLAIN)
    assert [step.text for step in reckoning.steps] == [
        "9月18日（周五） 16:00:00–17:30:00：计 1小时30分",
        "9月19日（周六，周末）：休息日，不计",
        "9月20日（周日，国庆节调休上班） 08:30:00–11:00:00：计 2小时30分",
    ]


def test_explanation_of_hours_says_that_they_know_no_holiday() -> None:
    (step,) = compute(History(limit=parse("24h"), started_at=at("2026-09-30 16:40")), COUNTY, PLAIN).steps
    assert step.text == "09月30日 16:40:00 起连续计 24小时（24 小时计时，不分节假日）"


def test_deadline_beyond_the_notices_is_marked_provisional() -> None:
    assert compute(History(limit=parse("5wd"), started_at=at("2026-12-28 09:00")), COUNTY, PLAIN).provisional
    assert not compute(
        History(limit=parse("3wd"), started_at=at("2026-12-28 09:00")), COUNTY, PLAIN
    ).provisional


def test_official_notice_moves_a_deadline() -> None:
    rest = Day(date(2027, 1, 4), False, "元旦", "official", False)
    calendar = Calendar({rest.on: rest})
    assert shown(due(parse("1wd"), at("2026-12-31 09:00"), COUNTY, calendar)) == "2027-01-05 17:30:00"


@pytest.mark.parametrize(
    ("limit", "pause", "expected"),
    [
        # Monday 09-07, paused from Tuesday 10:00 to Thursday 09:00: Tuesday and Wednesday are given back.
        ("3wd", ("2026-09-08 10:00", "2026-09-10 09:00"), "2026-09-14 17:30:00"),
        # A pause inside one day costs the unit nothing and gives it nothing.
        ("3wd", ("2026-09-08 10:00", "2026-09-08 11:00"), "2026-09-10 17:30:00"),
        ("3wd", ("2026-09-08 17:00", "2026-09-08 17:30"), "2026-09-11 17:30:00"),
        ("24h", ("2026-09-07 12:00", "2026-09-07 15:00"), "2026-09-08 12:00:00"),
        ("24h", ("2026-09-09 12:00", "2026-09-09 15:00"), "2026-09-08 09:00:00"),
        ("4wh", ("2026-09-07 10:00", "2026-09-07 15:00"), "2026-09-08 09:00:00"),
        ("4wh", ("2026-09-07 12:30", "2026-09-07 14:00"), "2026-09-07 15:30:00"),
    ],
)
def test_pause_gives_its_time_back(limit: str, pause: tuple[str, str], expected: str) -> None:
    history = History(
        limit=parse(limit), started_at=at("2026-09-07 09:00"), pauses=((at(pause[0]), at(pause[1])),)
    )
    assert shown(compute(history, COUNTY, PLAIN).due_at) == expected


def test_clock_that_stands_still_has_no_due_instant() -> None:
    history = History(
        limit=parse("3wd"), started_at=at("2026-09-07 09:00"), paused_since=at("2026-09-08 09:00")
    )
    assert compute(history, COUNTY, PLAIN).due_at is None


@pytest.mark.parametrize(
    ("limit", "extensions", "expected"),
    [
        ("5wd", ("5wd",), "2026-09-20 17:30:00"),
        ("5wd", ("5wd", "5wd"), "2026-09-28 17:30:00"),
        ("24h", ("24h",), "2026-09-09 09:00:00"),
    ],
)
def test_extension_counts_on_from_the_old_end_and_keeps_the_original(
    limit: str, extensions: tuple[str, ...], expected: str
) -> None:
    bare = History(limit=parse(limit), started_at=at("2026-09-07 09:00"))
    extended = History(
        limit=bare.limit, started_at=bare.started_at, extensions=tuple(parse(text) for text in extensions)
    )
    reckoning = compute(extended, COUNTY, PLAIN)
    assert shown(reckoning.due_at) == expected
    assert reckoning.original_due_at == compute(bare, COUNTY, PLAIN).due_at


def test_extension_after_midnight_end_counts_from_the_day_that_ended() -> None:
    history = History(limit=parse("5wd"), started_at=at("2026-09-07 09:00"), extensions=(parse("1wd"),))
    assert shown(compute(history, COUNTINGS["midnight"], PLAIN).due_at) == "2026-09-16 00:00:00"


def test_extension_counts_from_the_day_after_the_old_end_even_where_the_day_of_receipt_counts() -> None:
    history = History(limit=parse("5wd"), started_at=at("2026-09-07 09:00"), extensions=(parse("1wd"),))
    assert shown(compute(history, COUNTINGS["same_day"], PLAIN).due_at) == "2026-09-14 17:30:00"


INSTANTS = st.integers(0, 5 * 366 * 24 * 3600).map(lambda s: at("2024-01-01 00:00") + timedelta(seconds=s))
LIMITS = st.builds(Limit, st.integers(1, 40), st.sampled_from(list(LimitUnit)))


@settings(max_examples=150, deadline=None)
@given(INSTANTS, LIMITS, st.sampled_from(list(COUNTINGS.values())))
def test_deadline_is_never_before_its_start_and_longer_limits_end_later(
    start: datetime, limit: Limit, rule: Counting
) -> None:
    ends = due(limit, start, rule, PLAIN)
    if rule.first_day == "next_day":
        assert ends > start
    assert due(Limit(limit.amount + 1, limit.unit), start, rule, PLAIN) >= ends


@settings(max_examples=100, deadline=None)
@given(INSTANTS, st.integers(1, 30))
def test_working_days_are_counted_one_by_one(start: datetime, days: int) -> None:
    """An independent count: the n-th working day after the start."""
    day = start.date()
    for _ in range(days):
        day += timedelta(days=1)
        while not PLAIN.is_workday(day):
            day += timedelta(days=1)
    assert due(Limit(days, LimitUnit.WORKING_DAY), start, COUNTY, PLAIN).astimezone(LOCAL).date() == day


@settings(max_examples=60, deadline=None)
@given(INSTANTS, LIMITS, st.integers(1, 5 * 24 * 60))
def test_a_pause_never_makes_a_deadline_earlier(start: datetime, limit: Limit, minutes: int) -> None:
    pause = (start + timedelta(minutes=1), start + timedelta(minutes=1 + minutes))
    paused = compute(History(limit=limit, started_at=start, pauses=(pause,)), COUNTY, PLAIN)
    assert paused.due_at is not None
    assert paused.due_at >= paused.original_due_at
