"""The figures of order handling on a few orders whose fate is known, counted by hand (DOMAIN §5)."""

from datetime import date

import pytest

from dispatch.models import Case
from hotline.core.errors import PermissionMissing
from hotline.core.identity import Role
from hotline.reports import case_kpi, scope
from hotline.reports.case_formulas import COUNTERS, FORMULAS
from hotline.reports.figures import Measure, add, evaluate
from hotline.reports.intervals import Period
from tests.db.dispatch.conftest import REWORK, City, city, contact_form, return_form

__all__ = ["city"]
SEPTEMBER = Period(date(2026, 9, 18), date(2026, 9, 30))


def report(city: City, role: Role = Role.COORDINATOR, unit: str | None = None, period: Period = SEPTEMBER):
    with city.uow(role, unit) as uow:
        return case_kpi.by_unit(uow, period)


def line(city: City, unit: str, period: Period = SEPTEMBER) -> case_kpi.UnitLine:
    return next(one for one in report(city, period=period).lines if one.unit_id == city.units[unit])


def fraction(city: City, counts: dict, name: str) -> tuple[float | None, float | None]:
    with city.uow() as uow:
        found = evaluate(FORMULAS[name], counts, scope.weights(uow.settings))
    return found.part, found.whole


@pytest.fixture
def autumn(city: City) -> City:
    """Friday 16:00: one order closed at once, one handled on Monday 9:30, one returned, one left lying, one merged."""
    city.closed()
    slow = city.signed()
    returned = city.dispatched()
    city.do(returned, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    city.do(returned, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"})
    city.dispatch(returned, "chengguan")
    left = city.dispatched()
    merged = city.accepted()
    city.do(merged, "merge", Role.REVIEWER, {"lead_case_id": left, "reason": "同一事项"})
    city.tick("2026-09-20 11:00")
    city.tick("2026-09-21 09:30")
    city.do(slow, "record_contact", Role.UNIT_CLERK, contact_form(city.clock), unit="zhujian")
    city.result(slow)
    city.do(slow, "pass_audit", Role.AUDITOR)
    city.clock.set(city.clock.now().replace(month=10, day=1))
    return city


BY_HAND = {
    "dispatched": (4, None),
    "dispatch_accuracy": (3, 4),
    "return_rate": (1, 4),
    "bad_return_rate": (0, 4),
    "sign_in_time": (3, 4),  # the one left lying was signed by the system
    "contact_in_time": (1, 3),  # the returned order owes no contact
    "response_rate": (1, 3),
    "on_time": (2, 3),
    "extension_rate": (0, 3),
    "rejection_rate": (0, 2),
    "rework_rate": (0, 2),
    "follow_up_rate": (1, 2),
    "reached_rate": (1, 1),
    "satisfaction": (1, 1),
    "solve_rate": (1, 1),
    "repeat_rate": (0, 4),
    "overdue_now": (1, None),
    # Friday 16:00–17:30, Sunday 20 September as a working day 6.5 h, Monday 8:30–9:30.
    "handling_hours": (9 * 3600, 2),
    "unit_hours": (9 * 3600, 2),
}


def test_each_figure_of_a_unit_when_counted_by_hand_then_the_same(autumn: City):
    counts = line(autumn, "zhujian").counts
    assert {name: fraction(autumn, counts, name) for name in BY_HAND} == BY_HAND


def test_the_unit_that_got_the_order_second_bears_no_first_dispatch(autumn: City):
    counts = line(autumn, "chengguan").counts
    assert fraction(autumn, counts, "dispatch_accuracy") == (0, 0)
    assert fraction(autumn, counts, "on_time") == (0, 1)
    assert fraction(autumn, counts, "overdue_now") == (1, None)


def test_total_when_all_units_are_seen_then_it_is_their_sum_and_the_hotlines_own_clock(autumn: City):
    seen = report(autumn)
    counts = add((one.counts for one in seen.lines), COUNTERS)
    assert {name: seen.total[name] for name in counts} == counts
    # Six dispatches, each at once; the merged order's clock was dropped.
    assert fraction(autumn, seen.total, "dispatch_in_time") == (5, 5)


def test_unit_head_when_asking_then_sees_own_unit_and_no_other(autumn: City):
    for role in (Role.UNIT_HEAD, Role.UNIT_LEADER):
        seen = report(autumn, role, "zhujian")
        assert [one.unit_id for one in seen.lines] == [autumn.units["zhujian"]]
        assert seen.total == seen.lines[0].counts
        assert not seen.all_units


@pytest.mark.parametrize("role", [Role.AGENT, Role.UNIT_CLERK, Role.CONTRACTOR, Role.ADMIN])
def test_unit_figures_when_asked_by_others_then_refused(city: City, role: Role):
    with pytest.raises(PermissionMissing):
        report(city, role, "zhujian")


def test_excluded_order_when_counted_then_only_among_the_excluded(autumn: City):
    before = line(autumn, "zhujian").counts
    with autumn.uow() as uow:
        first = uow.session.query(Case).order_by(Case.id).first()
        first.excluded_from_score, first.exclusion_reason = True, "无理诉求（经审核）"
    after = line(autumn, "zhujian").counts
    assert after["excluded"] == 1
    assert after["dispatched"] == before["dispatched"] - 1
    assert (after["rated"], after["handle_due"]) == (0, 2)


def test_timeliness_when_nothing_was_due_in_the_period_then_no_rate(autumn: City):
    counts = line(autumn, "zhujian", Period(date(2026, 9, 30), date(2026, 10, 1))).counts
    assert fraction(autumn, counts, "on_time") == (0, 0)


def test_clock_when_it_can_still_be_met_then_it_is_not_due(city: City):
    city.dispatched()
    counts = line(city, "zhujian", Period(date(2026, 9, 18), date(2026, 12, 31))).counts
    assert (counts["sign_due"], counts["handle_due"], counts["dispatched"]) == (0, 0, 1)


def test_rework_and_second_rating_when_given_then_the_last_one_counts_once(city: City):
    case_id = city.followed_up()
    city.do(case_id, "rework", Role.FOLLOW_UP, REWORK)
    city.clock.move(hours=1)
    city.contact(case_id)
    city.result(case_id)
    city.do(case_id, "pass_audit", Role.AUDITOR)
    city.do(
        case_id, "close", Role.FOLLOW_UP, {"via": "sms", "solved": "partly", "satisfaction": "understanding"}
    )
    counts = line(city, "zhujian").counts
    assert fraction(city, counts, "rework_rate") == (1, 1)
    assert fraction(city, counts, "satisfaction") == (0.6, 1)
    assert fraction(city, counts, "solve_rate") == (0.5, 1)


def test_repeated_demand_when_the_same_caller_asks_the_same_again_then_counted(city: City):
    city.dispatched()
    city.clock.move(hours=1)
    city.dispatched()
    assert fraction(city, line(city, "zhujian").counts, "repeat_rate") == (1, 2)


def test_rank_when_small_numbers_are_smoothed_then_counted_by_hand(autumn: City):
    zhujian, chengguan = line(autumn, "zhujian"), line(autumn, "chengguan")
    # Responses 1 of 3 and 0 of 1, together 1 of 4; k = 20.
    assert zhujian.smoothed["response_rate"] == pytest.approx((1 + 20 / 4) / 23)
    assert chengguan.smoothed["response_rate"] == pytest.approx((0 + 20 / 4) / 21)
    # Nobody rated the orders of 城管局: the city's mean stands in, and its own composite is not invented.
    assert chengguan.smoothed["satisfaction"] == pytest.approx(1)
    assert chengguan.three_rates is None
    assert zhujian.three_rates == pytest.approx(0.3 / 3 + 0.35 + 0.35)
    places = [(one.group, one.rank, one.group_size) for one in (zhujian, chengguan)]
    assert places == [("部门·小", 1, 2), ("部门·小", 2, 2)]


def test_rates_when_anything_was_counted_then_lie_between_nought_and_one(autumn: City):
    for one in report(autumn).lines:
        for formula in FORMULAS.values():
            part, whole = fraction(autumn, one.counts, formula.name)
            if formula.measure is Measure.RATE and whole:
                assert 0 <= part <= whole
