"""Calls that agents make, and what calling back does to the request."""

import pytest

from hotline.core.identity import SYSTEM
from telephony import call_backs, call_control, calls, outbound, scenes, seats
from telephony.bridge import CALLER, edges
from telephony.errors import NoLineFree, SeatInCall, SeatNotSignedIn
from telephony.models import CallBackResult, CallBackState, CallState, EndedBy, Outcome, SeatState
from tests.db.telephony.conftest import Floor


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"sip_trunk": "192.0.2.9:5060"})


def missed(floor: Floor) -> int:
    call_id = floor.ring()
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    return floor.call(call_id).call_back_id


def request(floor: Floor, agent, request_id: int):
    done = floor.do(agent, call_backs.listing, include_done=True)
    return next(one for one in done if one.id == request_id)


def test_dial_when_a_line_is_free_then_the_seat_hears_the_ringing_and_then_the_citizen(floor: Floor):
    missed(floor)
    agent = floor.agent("1001")
    call = floor.do(agent, outbound.dial, "13900139000")
    assert (call.state, call.number_masked, call.direction) == (CallState.DIALLING, "139****9000", "outbound")
    assert floor.seat(agent).state == SeatState.TALKING
    me = f"seat:{floor.seat(agent).id}"
    with floor.uow() as uow:
        ringing = edges(scenes.of(uow, calls.locked(uow, call.id)), prompt=False)
    assert (CALLER, me) in ringing
    assert (me, CALLER) not in ringing
    floor.later(8)
    floor.do(SYSTEM, outbound.answered, call.id)
    with floor.uow() as uow:
        assert (me, CALLER) in edges(scenes.of(uow, calls.locked(uow, call.id)), prompt=False)
    floor.later(30)
    floor.do(agent, call_control.hang_up, call.id)
    call = floor.call(call.id)
    assert (call.outcome, call.talk_s, call.call_back_id) == (Outcome.ANSWERED, 30, None)
    assert floor.seat(agent).state == SeatState.WRAP_UP


def test_dial_when_nobody_picks_up_then_not_reached_and_no_call_back_of_it(floor: Floor):
    missed(floor)
    agent = floor.agent("1001")
    call = floor.do(agent, outbound.dial, "13900139000")
    floor.do(SYSTEM, calls.leg_ended, call.id, EndedBy.CALLER)
    assert (floor.call(call.id).outcome, floor.call(call.id).call_back_id) == (Outcome.NOT_REACHED, None)


@pytest.mark.parametrize("reached", [True, False])
def test_call_back_when_over_then_the_attempt_is_noted_by_itself(floor: Floor, reached: bool):
    request_id = missed(floor)
    agent = floor.agent("1001")
    floor.do(agent, call_backs.take, request_id)
    call = floor.do(agent, outbound.call_back, request_id)
    assert floor.call(call.id).number_masked == "138****8000"
    if reached:
        floor.do(SYSTEM, outbound.answered, call.id)
    floor.later(10)
    floor.do(SYSTEM, calls.leg_ended, call.id, EndedBy.CALLER)
    row = request(floor, agent, request_id)
    assert row.attempts == 1
    assert row.result == (CallBackResult.REACHED if reached else None)
    assert row.state == (CallBackState.DONE if reached else CallBackState.OPEN)


def test_dial_when_the_seat_was_busy_then_it_is_busy_again_afterwards(floor: Floor):
    missed(floor)
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "paperwork")
    call = floor.do(agent, outbound.dial, "13900139000")
    floor.do(agent, call_control.hang_up, call.id)
    floor.do(agent, seats.wrap_up_done)
    assert (floor.seat(agent).state, floor.seat(agent).reason) == (SeatState.BUSY, "paperwork")


def test_dial_when_every_line_is_taken_then_said_so(floor: Floor):
    for number in range(4):
        floor.ring(f"1380013800{number}")
    agent = floor.agent("1001")
    with pytest.raises(NoLineFree):
        floor.do(agent, outbound.dial, "13900139000")


def test_dial_when_not_signed_in_or_in_a_call_then_refused(floor: Floor):
    with pytest.raises(SeatNotSignedIn):
        floor.do(floor.person("1009"), outbound.dial, "13900139000")
    agent = floor.agent("1001")
    floor.do(agent, call_control.answer, floor.wait_in_queue())
    with pytest.raises(SeatInCall):
        floor.do(agent, outbound.dial, "13900139000")
