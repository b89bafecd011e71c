"""When a clock runs out, and why: pure reckoning on a calendar, one step per day so that anybody can check it.

`compute` takes what happened (start, pauses, extensions) and answers with the due instant and its steps. Deadline
rows are a cache of it. Every clock starts at dispatch, never at signing (DOMAIN §1.4). Instants are aware.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dispatch.limits import Limit, LimitUnit
from dispatch.workdays import ONE_DAY, Calendar, Counting, Day
from hotline.core.clock import LOCAL

Pause = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class History:
    """All that a deadline follows from; `pauses` are the finished ones in order, `paused_since` the one that lasts."""

    limit: Limit
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    paused_since: datetime | None = None
    extensions: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: a date, what of it was counted, and why or why not."""

    on: date
    counted: str | None
    text: str
    provisional: bool = False


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """`due_at` is None while the clock stands still."""

    due_at: datetime | None
    original_due_at: datetime
    steps: tuple[Step, ...]
    provisional: bool


def compute(history: History, counting: Counting, calendar: Calendar) -> Reckoning:
    """Due instant of a clock with every day that was counted or skipped on the way."""
    started = history.started_at.astimezone(LOCAL)
    due, steps = _count(history.limit, started, history.pauses, counting, calendar)
    bare = _count(history.limit, started, (), counting, calendar)[0] if history.pauses else due
    for extension in history.extensions:
        steps.append(Step(due.date(), None, f"延期 {extension.label}，从原期限起续算"))
        due, more = _count(extension, due, history.pauses, counting, calendar, continued=True)
        steps += more
    return Reckoning(
        due_at=None if history.paused_since else due.astimezone(UTC),
        original_due_at=bare.astimezone(UTC),
        steps=tuple(steps),
        provisional=any(step.provisional for step in steps),
    )


def due(limit: Limit, started_at: datetime, counting: Counting, calendar: Calendar) -> datetime:
    """Due instant of an undisturbed clock."""
    return _count(limit, started_at.astimezone(LOCAL), (), counting, calendar)[0].astimezone(UTC)


def _count(
    limit: Limit,
    start: datetime,
    pauses: tuple[Pause, ...],
    counting: Counting,
    calendar: Calendar,
    *,
    continued: bool = False,
) -> tuple[datetime, list[Step]]:
    if limit.unit in (LimitUnit.WORKING_DAY, LimitUnit.DAY):
        return _count_days(limit, start, pauses, counting, calendar, continued=continued)
    if limit.unit is LimitUnit.WORKING_HOUR:
        return _count_working_hours(limit, start, pauses, counting, calendar)
    return _count_hours(limit, start, pauses)


def _count_days(
    limit: Limit,
    start: datetime,
    pauses: tuple[Pause, ...],
    counting: Counting,
    calendar: Calendar,
    *,
    continued: bool,
) -> tuple[datetime, list[Step]]:
    natural = limit.unit is LimitUnit.DAY
    steps: list[Step] = []
    received = _receipt(start, counting, calendar, steps, natural=natural, continued=continued)
    days = limit.amount if counting.includes_number or continued else max(1, limit.amount - 1)
    first = received if counting.first_day == "same_day" and not continued else received + ONE_DAY
    if first != received:
        steps.append(Step(received, None, f"{calendar.day(received).text}：收到当日不计"))
    n, last = 0, received
    for day in calendar.days_from(first):
        reason = _not_counted(day, natural, pauses, counting)
        if reason:
            steps.append(Step(day.on, None, f"{day.text}：{reason}", day.provisional))
            continue
        n += 1
        unit = "日" if natural else "个工作日"
        steps.append(Step(day.on, str(n), f"{day.text}：第 {n} {unit}", day.provisional))
        last = day.on
        if n == days:
            break
    if natural and counting.push_natural and not calendar.is_workday(last):
        pushed = calendar.next_workday(last)
        steps.append(Step(pushed, None, f"末日为休息日，顺延至{calendar.day(pushed).text}"))
        last = pushed
    end = counting.end_of(last)
    steps.append(Step(last, None, f"期限至 {last.month}月{last.day}日 {_clock_text(end, last)}"))
    return end, steps


def _receipt(
    start: datetime,
    counting: Counting,
    calendar: Calendar,
    steps: list[Step],
    *,
    natural: bool,
    continued: bool,
) -> date:
    """The date on which the case counts as received."""
    # A limit that ended at midnight ended on the day before.
    on = (start - timedelta(microseconds=1)).date() if continued else start.date()
    if natural or continued or counting.holiday_receipt == "not_counted" or calendar.is_workday(on):
        return on
    received = calendar.next_workday(on)
    steps.append(
        Step(on, None, f"{calendar.day(on).text}：休息日收到，视为{calendar.day(received).text}收到")
    )
    return received


def _not_counted(day: Day, natural: bool, pauses: tuple[Pause, ...], counting: Counting) -> str | None:
    if not natural and not day.is_workday:
        return "休息日，不计"
    if not pauses:
        return None
    # A day belongs to the unit only if the clock runs at its end.
    end = counting.end_of(day.on)
    if any(begin < end <= until for begin, until in pauses):
        return "计时暂停，不计"
    return None


def _clock_text(end: datetime, on: date) -> str:
    return f"{end:%H:%M}" if end.date() == on else "24:00"


def _count_hours(limit: Limit, start: datetime, pauses: tuple[Pause, ...]) -> tuple[datetime, list[Step]]:
    """Minutes and hours run day and night and know no holiday; the time of finished pauses is given back."""
    minutes = limit.amount * (60 if limit.unit is LimitUnit.HOUR else 1)
    end = start + timedelta(minutes=minutes)
    for begin, until in pauses:
        if begin < end:
            end += until - begin
    text = f"{start:%m月%d日 %H:%M:%S} 起连续计 {limit.label}（24 小时计时，不分节假日）"
    steps = [Step(start.date(), limit.label, text)]
    steps += [
        Step(begin.astimezone(LOCAL).date(), None, f"{begin.astimezone(LOCAL):%m月%d日 %H:%M} 起计时暂停")
        for begin, _ in pauses
        if begin < end
    ]
    return end, steps


def _count_working_hours(
    limit: Limit, start: datetime, pauses: tuple[Pause, ...], counting: Counting, calendar: Calendar
) -> tuple[datetime, list[Step]]:
    steps: list[Step] = []
    left = timedelta(hours=limit.amount)
    for day in calendar.days_from(start.date()):
        if not day.is_workday:
            steps.append(Step(day.on, None, f"{day.text}：休息日，不计", day.provisional))
            continue
        for begin, end in _running_spans(counting, day, start, pauses):
            taken = min(left, end - begin)
            left -= taken
            text = f"{day.text} {begin:%H:%M:%S}–{begin + taken:%H:%M:%S}：计 {_duration(taken)}"
            steps.append(Step(day.on, _duration(taken), text, day.provisional))
            if not left:
                return begin + taken, steps
    raise AssertionError("days never end")


def _running_spans(
    counting: Counting, day: Day, start: datetime, pauses: tuple[Pause, ...]
) -> list[tuple[datetime, datetime]]:
    """Office hours of a day, from `start` on, without the time in which the clock stood still."""
    spans = [(max(begin, start), end) for begin, end in counting.hours.spans(day.on) if end > start]
    for pause_begin, pause_end in pauses:
        spans = [
            part
            for begin, end in spans
            for part in ((begin, min(end, pause_begin)), (max(begin, pause_end), end))
            if part[0] < part[1]
        ]
    return spans


def _duration(taken: timedelta) -> str:
    hours, rest = divmod(int(taken.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(hours, "小时"), (minutes, "分"), (seconds, "秒")]
    return "".join(f"{value}{word}" for value, word in parts if value) or "不足1秒"
