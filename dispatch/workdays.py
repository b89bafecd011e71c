"""The working-day calendar and office hours, and counting on them. Pure: the rows of `calendar_day` are handed in.

A date is answered by the first that knows it: row → `chinesecalendar` → `holidays` (statutory days only, so without
调休 swaps) → Monday to Friday; the last two are provisional. Nothing here raises for any date (DOMAIN §7).
Dates are local, instants are aware.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

import chinese_calendar
import holidays

from hotline.core.clock import LOCAL

ONE_DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"
_PACKAGE_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@dataclass(frozen=True, slots=True)
class Day:
    """What one date is, and who says so."""

    on: date
    is_workday: bool
    name: str
    source: str
    provisional: bool

    @property
    def text(self) -> str:
        """9月20日（周日，调休上班）."""
        about = f"，{self.name}" if self.name else ""
        return f"{self.on.month}月{self.on.day}日（周{_WEEKDAYS[self.on.weekday()]}{about}）"


@lru_cache(maxsize=8192)
def packaged_day(on: date) -> Day:
    """What the packages know of a date."""
    weekend = on.weekday() >= 5
    try:
        is_workday = chinese_calendar.is_workday(on)
        name = chinese_calendar.get_holiday_detail(on)[1]
    except NotImplementedError:
        return _statutory_day(on)
    label = _PACKAGE_NAMES.get(name, name or "")
    if is_workday and weekend:
        label = f"{label}调休上班"
    elif not is_workday and not label:
        label = "周末"
    elif is_workday:
        label = ""
    return Day(on, is_workday, label, "chinesecalendar", False)


@lru_cache(maxsize=64)
def _statutory_days(year: int) -> Mapping[date, str]:
    return holidays.country_holidays("CN", years=year, language="zh_CN")


def _statutory_day(on: date) -> Day:
    statutory = _statutory_days(on.year)
    if not statutory:
        return Day(on, on.weekday() < 5, "周末" if on.weekday() >= 5 else "", "weekday", True)
    if on in statutory:
        return Day(on, False, statutory[on], "holidays", True)
    weekend = on.weekday() >= 5
    return Day(on, not weekend, "周末" if weekend else "", "holidays", True)


class Calendar:
    """Dates of the office: the official rows over what the packages know."""

    def __init__(self, rows: Mapping[date, Day] | None = None) -> None:
        self._rows = rows or {}

    def day(self, on: date) -> Day:
        return self._rows.get(on) or packaged_day(on)

    def is_workday(self, on: date) -> bool:
        return self.day(on).is_workday

    def days_from(self, on: date) -> Iterator[Day]:
        while True:
            yield self.day(on)
            on += ONE_DAY

    def next_workday(self, on: date) -> date:
        """The date itself if it is a working day, otherwise the first after it."""
        return next(day.on for day in self.days_from(on) if day.is_workday)

    def workday_after(self, on: date) -> date:
        return self.next_workday(on + ONE_DAY)

    def year_is_provisional(self, year: int) -> bool:
        """Whether no official notice for the year is known yet."""
        return self.day(date(year, 10, 1)).provisional


Window = tuple[time, time]
ORDINARY_HOURS: tuple[Window, ...] = ((time(8, 30), time(12, 0)), (time(14, 30), time(17, 30)))
SUMMER_HOURS: tuple[Window, ...] = ((time(8, 30), time(12, 0)), (time(15, 0), time(18, 0)))


@dataclass(frozen=True)
class Season:
    """Office hours from one month and day until the next season of the year begins."""

    month: int
    day: int
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class OfficeHours:
    seasons: tuple[Season, ...] = (Season(1, 1, ORDINARY_HOURS),)

    def windows(self, on: date) -> tuple[Window, ...]:
        begun = [season for season in self.seasons if (season.month, season.day) <= (on.month, on.day)]
        # Before the first season of the year the last one of the year before still holds.
        return max(begun or self.seasons, key=lambda season: (season.month, season.day)).windows

    def spans(self, on: date) -> list[tuple[datetime, datetime]]:
        return [
            (datetime.combine(on, begin, LOCAL), datetime.combine(on, end, LOCAL))
            for begin, end in self.windows(on)
        ]

    def close(self, on: date) -> datetime:
        return self.spans(on)[-1][1]


SUMMER_AND_WINTER = OfficeHours((Season(5, 1, SUMMER_HOURS), Season(10, 1, ORDINARY_HOURS)))


@dataclass(frozen=True, kw_only=True)
class Counting:
    """How one place counts (DOMAIN §7); each field is an option that local rules decide differently.

    `holiday_receipt`: a case received on a day off counts as received on the next working day, or the day is simply
    not counted. `first_day`: counting begins the day after receipt, or with the day of receipt itself.
    `includes_number` (含本数): the last day of the limit still belongs to it. `push_natural`: a limit in natural days
    that ends on a day off ends on the next working day (Civil Code 203).
    """

    name: str = "county"
    label: str = "县级默认"
    hours: OfficeHours = OfficeHours()
    holiday_receipt: Literal["next_workday", "not_counted"] = "not_counted"
    first_day: Literal["next_day", "same_day"] = "next_day"
    includes_number: bool = True
    day_end: Literal["office_close", "midnight"] = "office_close"
    push_natural: bool = False

    def end_of(self, on: date) -> datetime:
        if self.day_end == "midnight":
            return datetime.combine(on + ONE_DAY, time(0), LOCAL)
        return self.hours.close(on)


COUNTINGS: dict[str, Counting] = {
    rule.name: rule
    for rule in (
        Counting(),
        Counting(name="county_summer", label="县级默认（冬夏令时）", hours=SUMMER_AND_WINTER),
        Counting(name="next_workday", label="节假日收到视为次一工作日收到", holiday_receipt="next_workday"),
        Counting(name="same_day", label="收到当日计入", first_day="same_day"),
        Counting(name="midnight", label="末日至 24 时", day_end="midnight"),
        Counting(
            name="civil_code",
            label="民法典（末日逢休息日顺延，至 24 时）",
            day_end="midnight",
            push_natural=True,
        ),
        Counting(name="beijing", label="北京（自然日，至 24 时）", day_end="midnight"),
        Counting(name="tianjin", label="天津"),
        Counting(name="shandong", label="山东"),
        Counting(name="luliang", label="吕梁"),
        Counting(name="guangzhou", label="广州（收到当日计入）", first_day="same_day"),
    )
}
"""Shipped ways of counting by template name; a `limit_template` row overrides one."""
