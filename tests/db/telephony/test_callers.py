"""Marks of a number: who goes first, who later, and never for ever."""

from datetime import timedelta

import pytest

from hotline.core.errors import Invalid, PermissionMissing
from hotline.core.identity import SYSTEM, Role
from telephony import call_control, callers, calls, seats
from telephony.callers import Mark, MarkMustExpire
from telephony.models import CallBackRequest, CallState, EndedBy, Outcome, SeatState
from tests.db.telephony.conftest import Floor


def mark(floor: Floor, number: str, kind: Mark, *, days: int | None = None) -> None:
    leader = floor.person(f"leader-{number}-{kind}", Role.SHIFT_LEADER)
    call_id = floor.ring(number)
    expires_at = None if days is None else floor.clock.now() + timedelta(days=days)
    with floor.uow(leader) as uow:
        callers.set_mark(uow, calls.locked(uow, call_id), kind, reason="多次辱骂", expires_at=expires_at)
    with floor.uow() as uow:
        call = calls.locked(uow, call_id)
        call.state, call.outcome = CallState.ENDED, Outcome.ANSWERED


@pytest.fixture
def busy_agent(floor: Floor):
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "rest")
    return agent


def test_elderly_when_waiting_behind_others_then_served_first(floor: Floor, busy_agent):
    mark(floor, "13900139001", Mark.ELDERLY)
    early, elderly = floor.wait_in_queue("13800138000"), floor.wait_in_queue("13900139001")
    floor.do(busy_agent, seats.available)
    assert floor.call(elderly).state == CallState.OFFERED
    assert floor.call(early).state == CallState.WAITING


def test_harasser_when_the_mark_has_expired_then_as_everybody(floor: Floor, busy_agent):
    mark(floor, "13900139001", Mark.HARASSER, days=1)
    assert floor.call(floor.wait_in_queue("13900139001")).priority == -5
    floor.later(86_400)
    assert floor.call(floor.wait_in_queue("13900139001")).priority == 0


def test_harasser_when_also_at_risk_then_never_set_back(floor: Floor, busy_agent):
    mark(floor, "13900139001", Mark.HARASSER, days=1)
    mark(floor, "13900139001", Mark.AT_RISK)
    assert floor.call(floor.wait_in_queue("13900139001")).priority == 9


@pytest.mark.parametrize("days", [None, 31])
def test_harasser_when_for_ever_or_too_long_then_refused(floor: Floor, days: int | None):
    with pytest.raises(MarkMustExpire):
        mark(floor, "13900139001", Mark.HARASSER, days=days)


def test_harasser_when_marked_by_an_agent_then_refused(floor: Floor):
    call_id = floor.ring()
    with pytest.raises(PermissionMissing), floor.uow(floor.person("1001")) as uow:
        callers.set_mark(uow, calls.locked(uow, call_id), Mark.HARASSER, reason="x", expires_at=None)


def test_caller_when_missed_within_a_day_then_before_those_who_were_not(floor: Floor, busy_agent):
    floor.do(SYSTEM, calls.leg_ended, floor.ring("13900139001"), EndedBy.CALLER)
    assert floor.call(floor.wait_in_queue("13900139001")).priority == 1
    assert floor.call(floor.wait_in_queue("13900139002")).priority == 0


def test_sticky_queue_when_the_last_agent_is_free_then_he_is_asked_though_others_are_idle_longer(
    floor: Floor,
):
    floor.queue(sticky=True, wrap_up_s=0)
    first, second = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue("13900139001")
    floor.do(first, call_control.answer, call_id)
    floor.do(first, call_control.hang_up, call_id)
    floor.do(first, seats.wrap_up_done)
    again = floor.wait_in_queue("13900139001")
    assert floor.call(again).seat_id == floor.seat(first).id
    assert floor.seat(second).state == SeatState.AVAILABLE


def test_call_back_instead_when_wanted_then_told_so_and_due_when_the_wait_would_be_over(floor: Floor):
    agent = floor.agent("1001")
    served = floor.wait_in_queue("13800138000")
    floor.do(agent, call_control.answer, served)
    floor.later(240)
    floor.do(agent, call_control.hang_up, served)
    floor.do(agent, seats.wrap_up_done)
    floor.do(agent, call_control.answer, floor.wait_in_queue("13800138001"))
    call_id = floor.wait_in_queue("13900139001")
    call = floor.do(SYSTEM, calls.call_back_instead, call_id)
    assert (call.state, call.outcome) == (CallState.FAREWELL, Outcome.CALL_BACK_ASKED)
    with floor.uow() as uow:
        request = uow.session.get_one(CallBackRequest, call.call_back_id)
    assert request.due_at - floor.clock.now() == timedelta(minutes=4)


def test_qualify_when_skills_are_given_then_the_waiting_caller_is_offered_at_once(floor: Floor):
    floor.queue(needs={"dialect": 3})
    agent, leader = floor.agent("1001"), floor.person("leader", Role.SHIFT_LEADER)
    call_id = floor.wait_in_queue()
    assert floor.call(call_id).state == CallState.WAITING
    seat_id = floor.seat(agent).id
    with pytest.raises(Invalid):
        floor.do(leader, seats.qualify, seat_id, skills={"dialect": 9}, tiers={})
    with pytest.raises(PermissionMissing):
        floor.do(agent, seats.qualify, seat_id, skills={"dialect": 3}, tiers={})
    floor.do(leader, seats.qualify, seat_id, skills={"dialect": 3}, tiers={"main": 1})
    assert floor.call(call_id).state == CallState.OFFERED
