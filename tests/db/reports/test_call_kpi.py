"""The telephone figures of DOMAIN §5 on a small, known afternoon, counted by hand."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.core.clock import local, local_date
from hotline.core.errors import PermissionMissing
from hotline.core.identity import SYSTEM, Role
from hotline.reports import call_kpi
from hotline.reports.call_formulas import COUNTERS, FORMULAS
from hotline.reports.figures import Measure, add, evaluate
from hotline.reports.intervals import Interval, IntervalTooFine, Period
from telephony import call_backs, call_control, calls, seats
from telephony.models import Call, CallState, EndedBy, Outcome
from tests.db.telephony.conftest import Floor

WEIGHTS = {"basic": 0.6}
FRIDAY = Period(date(2026, 9, 18), date(2026, 9, 18))


def figure(line: call_kpi.Line, name: str):
    found = evaluate(FORMULAS[name], line.counts, WEIGHTS)
    return found.part, found.whole


@pytest.fixture
def afternoon(floor: Floor):
    """Answered after 4, 10 and 40 s; given up after 2, 8 and 60 s. One agent: 3 × 100 s talk, 3 × 20 s wrap-up."""
    floor.queue(wrap_up_s=20)
    agent = floor.agent("1001")
    for number, wait_s in enumerate((4, 10, 40)):
        call_id = floor.wait_in_queue(f"1380013800{number}")
        floor.later(wait_s)
        floor.do(agent, call_control.answer, call_id)
        floor.later(100)
        floor.do(agent, call_control.hang_up, call_id)
        floor.later(20)
        floor.do(agent, seats.wrap_up_done)
    floor.do(agent, seats.busy, "meal")
    for number, wait_s in enumerate((2, 8, 60)):
        call_id = floor.wait_in_queue(f"1390013900{number}")
        floor.later(wait_s)
        floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    floor.do(agent, seats.sign_out)
    return floor, agent


def total(floor: Floor, **more) -> call_kpi.Line:
    return floor.do(SYSTEM, call_kpi.by_interval, FRIDAY, Interval.DAY, **more).total


BY_HAND = {
    "offered": (5, None),
    "answer_rate": (3, 5),
    "abandon_rate": (2, 5),
    "short_abandoned": (1, None),
    "answer_speed": (54, 3),
    "longest_wait": (60, None),
    "handling_time": (360, 3),
    "talk_time": (300, 3),
    "service_level_both": (4, 6),
    "service_level_answered": (2, 3),
    "service_level_all": (2, 6),
    "service_level": (2, 4),
    "busy": (76, None),
    # The agent is free for 3 × 2 s between calls and rings for 54 s: 420 s there, 360 s of them at work.
    "occupancy": (360, 420),
}


def test_each_figure_when_counted_by_hand_then_the_same(afternoon):
    line = total(afternoon[0])
    assert {name: figure(line, name) for name in BY_HAND} == BY_HAND


def test_service_level_when_the_threshold_is_forty_seconds_then_all_answers_are_in_time(afternoon):
    assert figure(total(afternoon[0], within_s=40), "service_level") == (3, 4)


def test_callers_turned_away_when_the_house_is_empty_then_no_variant_forgives_them(floor: Floor):
    for _ in range(2):
        floor.wait_in_queue()
    line = total(floor)
    assert figure(line, "turned_away") == (2, None)
    for name in ("answer_rate", "service_level", "service_level_all", "service_level_both"):
        assert figure(line, name) == (0, 2)
    assert evaluate(FORMULAS["service_level_answered"], line.counts, WEIGHTS).value is None


def test_caller_who_leaves_in_the_greeting_was_not_offered(floor: Floor):
    call_id = floor.ring()
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    line = total(floor)
    assert figure(line, "greeting_abandoned") == (1, None)
    assert figure(line, "offered") == (0, None)


def test_agent_when_the_shift_is_over_then_its_times_stand_in_the_line(afternoon):
    floor, agent = afternoon
    report = floor.do(SYSTEM, call_kpi.by_agent, FRIDAY)
    (line,) = report.lines
    assert (line.id, line.label) == (agent.user_id, "1001")
    assert figure(line, "handled") == (3, None)
    assert figure(line, "wrap_up") == (60, None)
    assert figure(line, "occupancy") == (360, 420)
    assert figure(line, "signed_in") == (496, None)


def test_call_backs_when_one_of_three_is_tried_in_time_then_a_third(afternoon):
    floor, agent = afternoon
    with floor.uow(agent) as uow:
        first, second, _ = [request.id for request in call_backs.listing(uow)]
    floor.do(agent, call_backs.take, first)
    floor.do(agent, call_backs.attempt, first, reached=False)
    floor.later(3600)
    floor.do(agent, call_backs.take, second)
    floor.do(agent, call_backs.attempt, second, reached=True)
    line = total(floor)
    assert figure(line, "call_back_rate") == (2, 3)
    assert figure(line, "call_back_in_time") == (1, 3)


def test_call_back_when_the_caller_got_through_alone_then_nobody_owes_one(floor: Floor):
    floor.wait_in_queue("13800138000")
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue("13800138000")
    floor.do(agent, call_control.answer, call_id)
    line = total(floor)
    assert figure(line, "call_back_rate") == (0, 0)
    assert line.counts["reached_again"] == 1


def test_ratings_when_pressed_after_the_call_then_counted_among_the_invited(floor: Floor):
    floor.queue(wrap_up_s=0)
    agent = floor.agent("1001")
    for key in ("1", "2", "3", ""):
        call_id = floor.wait_in_queue()
        floor.do(agent, call_control.answer, call_id)
        with floor.uow() as uow:
            calls.rate(uow, calls.locked(uow, call_id))
        with floor.uow() as uow:
            calls.rated(uow, calls.locked(uow, call_id), key)
        floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
        floor.do(agent, seats.wrap_up_done)
    line = total(floor)
    found = evaluate(FORMULAS["call_satisfaction"], line.counts, WEIGHTS)
    assert (found.part, found.whole) == (1.6, 3)
    assert figure(line, "rating_rate") == (3, 4)


def test_caller_who_was_served_by_the_menu_then_not_offered(floor: Floor):
    for outcome in (Outcome.SELF_SERVED, Outcome.VOICEMAIL):
        call_id = floor.ring()
        with floor.uow() as uow:
            calls.send_away(uow, calls.locked(uow, call_id), outcome)
        floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    line = total(floor)
    assert (figure(line, "self_served"), figure(line, "voicemail")) == ((1, None), (1, None))
    assert figure(line, "offered") == (0, None)


def test_intervals_when_a_call_rings_at_local_midnight_then_it_belongs_to_the_new_day(floor: Floor):
    floor.clock.set(datetime.fromisoformat("2026-09-18T23:59:58+08:00"))
    floor.wait_in_queue()  # rings one second later, still on Friday
    floor.wait_in_queue()  # rings two seconds after that
    report = floor.do(
        SYSTEM, call_kpi.by_interval, Period(date(2026, 9, 18), date(2026, 9, 19)), Interval.QUARTER
    )
    counted = {line.at: line.counts["turned_away"] for line in report.lines if line.counts["turned_away"]}
    assert counted == {datetime(2026, 9, 18, 23, 45): 1, datetime(2026, 9, 19): 1}
    assert len(report.lines) == 2 * 96


def test_seat_time_when_a_stretch_crosses_an_interval_then_each_gets_its_part(floor: Floor):
    floor.clock.set(datetime.fromisoformat("2026-09-18T15:40:00+08:00"))
    agent = floor.agent("1001")
    floor.clock.set(datetime.fromisoformat("2026-09-18T17:10:00+08:00"))
    floor.do(agent, seats.sign_out)
    report = floor.do(SYSTEM, call_kpi.by_interval, FRIDAY, Interval.HOUR)
    spent = {line.at.hour: line.counts["signed_in_s"] for line in report.lines if line.counts["signed_in_s"]}
    assert spent == {15: 1199, 16: 3600, 17: 600}
    assert report.total.counts["signed_in_s"] == 5399


def test_seat_time_when_cut_into_any_interval_then_the_sum_is_the_whole(afternoon):
    floor, _ = afternoon
    period = Period(date(2026, 9, 14), date(2026, 9, 20))
    reports = [floor.do(SYSTEM, call_kpi.by_interval, period, interval) for interval in Interval]
    assert [report.total.counts["signed_in_s"] for report in reports] == [496] * len(Interval)


def test_queue_when_one_is_asked_for_then_seats_time_is_not_invented(afternoon):
    floor, _ = afternoon
    (queue,) = floor.do(SYSTEM, call_kpi.by_queue, FRIDAY)
    line = total(floor, queue_id=queue.id)
    assert figure(line, "answer_rate") == (3, 5)
    assert figure(line, "call_back_rate") == (0, 3)
    assert evaluate(FORMULAS["occupancy"], line.counts, WEIGHTS).value is None
    assert figure(total(floor, queue_id=queue.id + 1), "offered") == (0, None)


def test_empty_day_when_reported_then_no_rate_is_invented(floor: Floor):
    line = total(floor)
    values = {f.name: evaluate(f, line.counts, WEIGHTS).value for f in FORMULAS.values()}
    assert all(values[f.name] is None for f in FORMULAS.values() if f.whole)


def test_too_many_lines_when_asked_then_the_period_must_be_shorter(floor: Floor):
    with pytest.raises(IntervalTooFine):
        floor.do(SYSTEM, call_kpi.by_interval, Period(date(2026, 9, 1), date(2026, 9, 30)), Interval.QUARTER)


@pytest.mark.parametrize("role", [Role.AGENT, Role.UNIT_HEAD, Role.UNIT_LEADER, Role.ADMIN])
def test_telephone_figures_when_asked_by_others_then_refused(floor: Floor, role: Role):
    actor = floor.person("somebody", role)
    for ask in (call_kpi.by_queue, call_kpi.by_agent):
        with pytest.raises(PermissionMissing):
            floor.do(actor, ask, FRIDAY)


CALLS = st.lists(
    st.tuples(
        st.integers(0, 86_399),
        st.sampled_from([Outcome.ANSWERED, Outcome.ABANDONED, Outcome.UNSTAFFED, Outcome.LOST]),
        st.integers(0, 60),
        st.integers(0, 900),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=CALLS, interval=st.sampled_from(list(Interval)), within_s=st.integers(0, 60))
def test_any_day_when_cut_into_intervals_then_sums_add_up_and_rates_stay_rates(
    uow, found, interval, within_s
):
    queue_call = {"state": CallState.ENDED, "sip_call_id": "x", "called": "12345"}
    with uow.session.begin_nested() as undo:
        for second, outcome, wait_s, talk_s in found:
            rang_at = FRIDAY.start + timedelta(seconds=second)
            met_at = rang_at + timedelta(seconds=wait_s)
            answered = outcome is Outcome.ANSWERED
            uow.session.add(
                Call(
                    **queue_call,
                    rang_at=rang_at,
                    queued_at=rang_at,
                    talking_at=met_at if answered else None,
                    ended_at=met_at + timedelta(seconds=talk_s if answered else 0),
                    outcome=outcome,
                    hold_s=talk_s // 3,
                )
            )
        uow.session.flush()
        report = call_kpi.by_interval(uow, FRIDAY, interval, within_s=within_s)
        whole = call_kpi.by_interval(uow, FRIDAY, Interval.DAY, within_s=within_s).total.counts
        undo.rollback()
    assert add((line.counts for line in report.lines), COUNTERS) == whole
    assert evaluate(FORMULAS["offered"], whole, WEIGHTS).value + whole["short_abandoned"] == len(found)
    for line in [*report.lines, report.total]:
        for formula in FORMULAS.values():
            value = evaluate(formula, line.counts, WEIGHTS).value
            assert value is None or value >= 0
            if formula.measure is Measure.RATE and value is not None:
                assert value <= 1


def test_day_of_a_call_is_the_citys_day(floor: Floor):
    assert local_date(FRIDAY.start) == date(2026, 9, 18)
    assert local(FRIDAY.end).hour == 0
