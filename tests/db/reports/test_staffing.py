"""Next week's seats from the calls of the weeks before."""

from datetime import date, datetime, timedelta

import pytest

from hotline.core.clock import LOCAL
from hotline.core.errors import PermissionMissing
from hotline.core.identity import Actor, Role
from hotline.reports import staffing
from telephony.models import Call, CallState, Outcome

MONDAY = date(2026, 9, 21)


def ring(uow, at: datetime, count: int, *, talk_s: int = 160, outcome: Outcome = Outcome.ANSWERED) -> None:
    for _ in range(count):
        answered = outcome is Outcome.ANSWERED
        uow.session.add(
            Call(
                state=CallState.ENDED, sip_call_id="x", called="12345", rang_at=at, queued_at=at,
                talking_at=at if answered else None, ended_at=at + timedelta(seconds=talk_s), wrap_up_s=20,
                outcome=outcome,
            )
        )  # fmt: skip
    uow.session.flush()


def slot_at(day: staffing.DayPlan, hour: int, minute: int = 0) -> staffing.Slot:
    return next(slot for slot in day.slots if (slot.at.hour, slot.at.minute) == (hour, minute))


def test_hundred_calls_each_monday_at_nine_then_the_published_fourteen_agents(uow):
    for weeks in (1, 2):
        ring(uow, datetime(2026, 9, 21, 9, 10, tzinfo=LOCAL) - timedelta(weeks=weeks), 100)
    wish = staffing.Wish(service_level=0.8, within_s=20, max_occupancy=0.85, shrinkage=0.3)
    plan = staffing.plan(uow, wish=wish)
    assert (plan.week, plan.handling_s, plan.handling_known) == (MONDAY, 180, True)
    monday, tuesday = plan.days[:2]
    nine = slot_at(monday, 9)
    assert (nine.calls, nine.load, nine.agents, nine.seats) == (100, pytest.approx(10), 14, 20)
    assert nine.service_level == pytest.approx(0.88835, abs=5e-6)
    assert monday.like == "同为周一的工作日"
    assert slot_at(monday, 9, 30).agents == wish.least
    assert slot_at(tuesday, 9).calls == 0


def test_holiday_in_the_week_when_planned_then_named_and_like_the_days_off(uow):
    ring(uow, datetime(2026, 9, 12, 9, 0, tzinfo=LOCAL), 4)  # a Saturday off
    friday = staffing.plan(uow).days[4]
    assert (friday.on, friday.is_workday, friday.name) == (date(2026, 9, 25), False, "中秋节")
    assert friday.like == "全部休息日"
    assert slot_at(friday, 9).calls > 0


def test_callers_who_gave_up_at_once_when_counted_then_left_out_others_not(uow):
    at = datetime(2026, 9, 17, 8, 0, tzinfo=LOCAL)
    ring(uow, at, 3, talk_s=3, outcome=Outcome.ABANDONED)
    ring(uow, at, 2, talk_s=60, outcome=Outcome.ABANDONED)
    ring(uow, at, 1, talk_s=0, outcome=Outcome.UNSTAFFED)
    assert staffing.arrivals(uow, date(2026, 9, 18)) == {date(2026, 9, 17): [0.0] * 16 + [3.0] + [0.0] * 31}


def test_week_in_the_past_when_planned_then_only_from_what_was_known_before(uow):
    ring(uow, datetime(2026, 9, 7, 9, 0, tzinfo=LOCAL), 5)
    ring(uow, datetime(2026, 9, 14, 9, 0, tzinfo=LOCAL), 50)
    plan = staffing.plan(uow, date(2026, 9, 16))
    assert plan.week == date(2026, 9, 14)
    assert slot_at(plan.days[0], 9).calls == 5


def test_plan_when_asked_for_by_a_unit_then_refused(quiet_house):
    with (
        quiet_house.open_uow(Actor(name="x", roles=frozenset({Role.UNIT_HEAD}))) as uow,
        pytest.raises(PermissionMissing),
    ):
        staffing.plan(uow)
