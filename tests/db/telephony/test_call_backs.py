"""Missed calls until somebody has called back."""

import pytest

from hotline.core.errors import PermissionMissing
from hotline.core.identity import SYSTEM, Role
from telephony import call_backs, call_control, calls
from telephony.errors import CallBackFinished, CallBackTaken
from telephony.models import CallBackResult, CallBackState, EndedBy
from tests.db.telephony.conftest import Floor


def missed(floor: Floor, number: str | None = "13800138000") -> int:
    """Id of the request."""
    call_id = floor.ring(number)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    return floor.call(call_id).call_back_id


def test_request_when_the_same_number_misses_again_then_it_is_one_request(floor: Floor):
    first = missed(floor)
    floor.later(60)
    assert missed(floor, "+86 138 0013 8000") == first
    assert missed(floor, "13900139000") != first
    with floor.uow(floor.person("1001")) as uow:
        request = call_backs.listing(uow)[0]
        assert (request.id, request.missed_calls) == (first, 2)
        assert (request.last_missed_at - request.first_missed_at).total_seconds() == 60
        assert (request.due_at - request.first_missed_at).total_seconds() == 1800


def test_request_when_the_number_is_withheld_then_closed_with_the_reason(floor: Floor):
    missed(floor, None)
    missed(floor, None)
    with floor.uow(floor.person("1001")) as uow:
        assert call_backs.listing(uow) == []
        requests = call_backs.listing(uow, include_done=True)
    assert [request.result for request in requests] == [CallBackResult.NOT_REACHED] * 2
    assert "隐藏" in requests[0].note


def test_request_when_the_caller_gets_through_then_closed_by_itself(floor: Floor):
    request_id = missed(floor)
    agent = floor.agent("1001")
    floor.do(agent, call_control.answer, floor.wait_in_queue())
    with floor.uow(agent) as uow:
        done = call_backs.listing(uow, include_done=True)[0]
    assert (done.id, done.result) == (request_id, CallBackResult.CALLED_AGAIN)


def test_take_when_another_agent_has_it_then_refused(floor: Floor):
    request_id = missed(floor)
    first, second = floor.person("1001"), floor.person("1002")
    floor.do(first, call_backs.take, request_id)
    for verb in (call_backs.take, call_backs.give_back, call_backs.number):
        with pytest.raises(CallBackTaken):
            floor.do(second, verb, request_id)
    floor.do(first, call_backs.give_back, request_id)
    assert floor.do(second, call_backs.take, request_id).owner_id == second.user_id


def test_number_when_the_owner_looks_then_in_clear_and_written_down(floor: Floor):
    request_id, agent = missed(floor), floor.person("1001")
    floor.do(agent, call_backs.take, request_id)
    assert floor.do(agent, call_backs.number, request_id) == "13800138000"


def test_attempt_when_reached_then_done(floor: Floor):
    request_id, agent = missed(floor), floor.person("1001")
    floor.do(agent, call_backs.take, request_id)
    request = floor.do(agent, call_backs.attempt, request_id, reached=True)
    assert (request.state, request.result, request.attempts) == (
        CallBackState.DONE,
        CallBackResult.REACHED,
        1,
    )
    with pytest.raises(CallBackFinished):
        floor.do(agent, call_backs.take, request_id)


def test_attempt_when_three_were_in_vain_then_done_without_success(floor: Floor):
    request_id, agent = missed(floor), floor.person("1001")
    for expected in (CallBackState.OPEN, CallBackState.OPEN, CallBackState.DONE):
        floor.do(agent, call_backs.take, request_id)
        floor.later(60)
        assert floor.do(agent, call_backs.attempt, request_id, reached=False).state == expected
    with floor.uow(agent) as uow:
        assert call_backs.listing(uow, include_done=True)[0].result == CallBackResult.NOT_REACHED


def test_finish_when_the_number_is_wrong_then_done_with_a_note(floor: Floor):
    request_id, agent = missed(floor), floor.person("1001")
    floor.do(agent, call_backs.take, request_id)
    request = floor.do(agent, call_backs.finish, request_id, result=CallBackResult.WRONG_NUMBER, note="空号")
    assert (request.result, request.note) == (CallBackResult.WRONG_NUMBER, "空号")


def test_request_when_one_is_done_then_the_next_missed_call_is_a_new_one(floor: Floor):
    first, agent = missed(floor), floor.person("1001")
    floor.do(agent, call_backs.take, first)
    floor.do(agent, call_backs.attempt, first, reached=True)
    assert missed(floor) != first


def test_listing_when_the_person_has_no_such_right_then_refused(floor: Floor):
    with pytest.raises(PermissionMissing):
        floor.do(floor.person("clerk", Role.UNIT_CLERK), call_backs.listing)
