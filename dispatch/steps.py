"""What the clocks of the house do by themselves, and when: warnings, cards, notices, automatic moves. Pure.

Each clock has its steps in order of time; `next_step` finds the next one that has not fired. A step is dated by this
rule, not by the moment at which a tick finds it (DOMAIN §1.5, §3).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dispatch.limits import Limit, LimitUnit
from dispatch.status import ClockName
from dispatch.workdays import ONE_DAY, Calendar, Counting
from hotline.core.clock import LOCAL


@dataclass(frozen=True, kw_only=True)
class Term:
    """A running limit as the steps see it."""

    limit: Limit
    started_at: datetime
    due_at: datetime
    counting: Counting
    calendar: Calendar

    @property
    def around_the_clock(self) -> bool:
        return self.limit.unit in (LimitUnit.MINUTE, LimitUnit.HOUR)


When = Callable[[Term], datetime]


@dataclass(frozen=True)
class TimerStep:
    name: str
    label: str
    when: When


def at_due(term: Term) -> datetime:
    return term.due_at


def one_day_left(term: Term) -> datetime:
    """One working day before the end; a day's limit warns when its day begins, an hour's limit in its last quarter."""
    if term.around_the_clock:
        return term.due_at - (term.due_at - term.started_at) / 4
    last = _last_date(term)
    before = last - ONE_DAY
    while not term.calendar.is_workday(before):
        before -= ONE_DAY
    warned = term.counting.end_of(before)
    if warned <= term.started_at:
        return max(term.started_at, term.counting.hours.spans(last)[0][0])
    return warned


@dataclass(frozen=True)
class WorkdaysAfter:
    """Opening of the nth working day after the end. Around-the-clock limits know no office: the first is the end."""

    count: int

    def __call__(self, term: Term) -> datetime:
        if term.around_the_clock and self.count == 1:
            return term.due_at
        on = _last_date(term)
        for _ in range(self.count):
            on = term.calendar.workday_after(on)
        return term.counting.hours.spans(on)[0][0]


def _last_date(term: Term) -> date:
    # An end at midnight belongs to the day that it ends.
    return (term.due_at.astimezone(LOCAL) - timedelta(microseconds=1)).date()


OVERDUE = TimerStep("overdue", "超期提醒", at_due)
ESCALATE = TimerStep("escalate", "上报中心主任", WorkdaysAfter(1))
RED = TimerStep("red_card", "红牌", WorkdaysAfter(1))

STEPS: dict[ClockName, tuple[TimerStep, ...]] = {
    ClockName.REVIEW: (OVERDUE, ESCALATE),
    ClockName.SUPPLEMENT: (OVERDUE, ESCALATE),
    ClockName.DISPATCH: (OVERDUE, ESCALATE),
    ClockName.SIGN: (TimerStep("sign_late", "超时自动签收", at_due),),
    ClockName.CONTACT: (OVERDUE,),
    ClockName.HANDLE: (
        TimerStep("yellow_card", "黄牌", one_day_left),
        OVERDUE,
        RED,
        TimerStep("urge_notice", "催办通知书", WorkdaysAfter(1)),
        TimerStep("supervision_order", "督办单", WorkdaysAfter(2)),
        TimerStep("criticism", "书面通报批评", WorkdaysAfter(6)),
    ),
    ClockName.RETURN_REVIEW: (TimerStep("refuse_return", "逾期未审视为驳回", at_due),),
    ClockName.DISPUTE: (
        OVERDUE,
        TimerStep("dispute_up", "提级协调，已到最高层级的上报中心主任", WorkdaysAfter(1)),
    ),
    ClockName.PROGRESS: (OVERDUE, RED, TimerStep("supervision_order", "督办单", WorkdaysAfter(2))),
    ClockName.AUDIT: (OVERDUE, ESCALATE),
    ClockName.FOLLOW_UP: (
        TimerStep("follow_up_over", "未抽中的自动办结，应回访的超期提醒", at_due),
        ESCALATE,
    ),
    ClockName.SUPERVISION: (
        OVERDUE,
        RED,
        TimerStep("escalated_order", "提级督办，提级督办再逾期的问责建议", WorkdaysAfter(1)),
    ),
    ClockName.ARCHIVE: (TimerStep("archive", "归档", at_due),),
}
"""The order within a clock breaks ties: what stands first fires first."""


def next_step(clock: ClockName, fired: Collection[str], term: Term) -> tuple[str, datetime] | None:
    """The first step that has not fired, with its instant in UTC."""
    for step in STEPS[clock]:
        if step.name not in fired:
            return step.name, step.when(term).astimezone(UTC)
    return None
