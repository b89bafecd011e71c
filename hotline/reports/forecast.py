"""How many calls to expect in each half hour of a day, from the days before. Pure; dates are local.

Mean over earlier days of the same kind – the same weekday as a working day or as a day off – in which recent weeks
weigh more. A working Saturday (调休) is like the working days, a holiday on a weekday is like the days off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

SLOTS = 48
HALF_LIFE_DAYS = 28
SATURDAY = 5


class WorkdayCalendar(Protocol):
    def is_workday(self, on: date) -> bool: ...


History = Mapping[date, Sequence[float]]
"""Calls per half hour of each day on which the hotline ran."""


@dataclass(frozen=True, kw_only=True)
class DayForecast:
    """`like` says which days the figures come from, `days` how many there were."""

    on: date
    calls: list[float]
    like: str
    days: int


def forecast(history: History, on: date, calendar: WorkdayCalendar) -> DayForecast:
    """Nought for every slot where there is no history at all."""
    for like, days in _comparable(history, on, calendar):
        if days:
            weights = {day: 0.5 ** ((on - day).days / HALF_LIFE_DAYS) for day in days}
            whole = sum(weights.values())
            calls = [
                sum(weight * history[day][slot] for day, weight in weights.items()) / whole
                for slot in range(SLOTS)
            ]
            return DayForecast(on=on, calls=calls, like=like, days=len(days))
    return DayForecast(on=on, calls=[0.0] * SLOTS, like="没有历史数据", days=0)


def _comparable(history: History, on: date, calendar: WorkdayCalendar) -> list[tuple[str, list[date]]]:
    """Sets of earlier days, the most alike first."""
    earlier = [day for day in history if day < on]
    works = calendar.is_workday(on)
    alike = [day for day in earlier if calendar.is_workday(day) == works]
    same_weekday = [day for day in alike if day.weekday() == on.weekday()]
    is_usual = works == (on.weekday() < SATURDAY)
    kind = "工作日" if works else "休息日"
    usual = [(f"同为周{'一二三四五六日'[on.weekday()]}的{kind}", same_weekday)] if is_usual else []
    return [*usual, (f"全部{kind}", alike), ("全部日期", earlier)]
