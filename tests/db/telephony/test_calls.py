"""Every way a call can go, and what its record says afterwards."""

import pytest
from sqlalchemy import select, text

from hotline.core.identity import SYSTEM, Role
from telephony import call_control, calls, seats, sweep, workers
from telephony.errors import CallGone, CallNotFound, CallNotTalking, NotYourCall
from telephony.models import (
    Call,
    CallBackState,
    CallState,
    EndedBy,
    Outcome,
    Recording,
    RecordingState,
    SeatState,
    SipWorker,
    WorkerState,
)
from tests.db.telephony.conftest import Floor


def test_arrive_when_the_number_is_known_then_it_is_nowhere_in_clear(floor: Floor):
    call_id = floor.ring("13800138000")
    call = floor.call(call_id)
    assert call.number_masked == "138****8000"
    with floor.uow() as uow:
        assert calls.number(uow, call) == "13800138000"
        row = uow.session.execute(
            text("select call::text from call where id = :id"), {"id": call_id}
        ).scalar_one()
    assert "13800138000" not in row


@pytest.mark.parametrize("form", ["+8613800138000", "138 0013 8000", "86-138-0013-8000"])
def test_arrive_when_the_number_has_another_form_then_it_is_found_as_the_same(floor: Floor, form: str):
    first, second = floor.ring("13800138000"), floor.ring(form)
    assert floor.call(first).number_hash == floor.call(second).number_hash


def test_arrive_when_the_number_is_withheld_then_the_record_says_so(floor: Floor):
    call = floor.call(floor.ring(None))
    assert (call.number_masked, call.number_cipher) == ("号码隐藏", None)


def test_enqueue_when_nobody_is_signed_in_then_told_so_and_to_be_called_back(floor: Floor):
    call_id = floor.wait_in_queue()
    call = floor.call(call_id)
    assert (call.state, call.outcome) == (CallState.FAREWELL, Outcome.UNSTAFFED)
    assert floor.call_back(call_id).state == CallBackState.OPEN
    floor.later(4)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.SYSTEM)
    call = floor.call(call_id)
    assert (call.state, call.outcome, call.ended_by) == (CallState.ENDED, Outcome.UNSTAFFED, EndedBy.SYSTEM)
    assert floor.call_back(call_id).missed_calls == 1


def test_enqueue_when_the_queue_is_full_then_told_so_and_to_be_called_back(floor: Floor):
    floor.queue(max_waiting=1)
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "meal")
    floor.wait_in_queue("13800138001")
    assert floor.call(floor.wait_in_queue("13800138002")).outcome == Outcome.QUEUE_FULL


def test_enqueue_when_the_caller_has_gone_in_the_greeting_then_nothing_rings(floor: Floor):
    floor.agent("1001")
    call_id = floor.ring()
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    floor.do(SYSTEM, calls.enqueue, call_id)
    call = floor.call(call_id)
    assert (call.state, call.outcome, call.queued_at) == (CallState.ENDED, Outcome.ABANDONED, None)
    assert floor.call_back(call_id).state == CallBackState.OPEN


@pytest.mark.parametrize("busy", [True, False])
def test_caller_when_giving_up_in_the_queue_or_while_it_rings_then_to_be_called_back(
    floor: Floor, busy: bool
):
    agent = floor.agent("1001")
    if busy:
        floor.do(agent, seats.busy, "rest")
    call_id = floor.wait_in_queue()
    floor.later(7)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    call = floor.call(call_id)
    assert (call.state, call.outcome, call.ended_by) == (CallState.ENDED, Outcome.ABANDONED, EndedBy.CALLER)
    assert call.queue_s == 7
    assert floor.call_back(call_id).state == CallBackState.OPEN
    assert floor.seat(agent).state == (SeatState.BUSY if busy else SeatState.AVAILABLE)


def test_last_agent_when_signing_out_then_waiting_callers_are_told(floor: Floor):
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "rest")
    call_id = floor.wait_in_queue()
    floor.do(agent, seats.sign_out)
    floor.do(SYSTEM, sweep.run)
    assert floor.call(call_id).outcome == Outcome.UNSTAFFED


def test_record_when_the_call_is_over_then_it_has_every_time(floor: Floor):
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "rest")
    call_id = floor.wait_in_queue()
    floor.later(10)
    floor.do(agent, seats.available)
    floor.later(5)
    floor.do(agent, call_control.answer, call_id)
    floor.later(30)
    floor.do(agent, call_control.hold, call_id)
    floor.later(12)
    floor.do(agent, call_control.resume, call_id)
    floor.later(20)
    floor.do(agent, call_control.hang_up, call_id)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.AGENT)
    floor.later(8)
    floor.do(agent, seats.wrap_up_done)
    call = floor.call(call_id)
    assert (call.queue_s, call.ring_s, call.talk_s, call.hold_s, call.wrap_up_s) == (15, 5, 50, 12, 8)
    assert (call.outcome, call.ended_by, call.user_id) == (Outcome.ANSWERED, EndedBy.AGENT, agent.user_id)
    assert (
        call.rang_at
        <= call.answered_at
        <= call.queued_at
        <= call.offered_at
        <= call.talking_at
        <= call.ended_at
    )
    assert (floor.seat(agent).state, floor.seat(agent).calls, floor.seat(agent).talk_s) == (
        "available",
        1,
        50,
    )


def test_caller_when_hanging_up_on_hold_then_the_hold_is_counted(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.later(10)
    floor.do(agent, call_control.hold, call_id)
    floor.later(9)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    call = floor.call(call_id)
    assert (call.talk_s, call.hold_s, call.ended_by) == (10, 9, EndedBy.CALLER)


def test_answer_when_the_caller_has_just_gone_then_the_agent_is_told(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    with pytest.raises(CallGone):
        floor.do(agent, call_control.answer, call_id)


def test_answer_when_the_offer_went_to_another_seat_then_the_agent_is_told(floor: Floor):
    first, second = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    floor.later(21)
    floor.do(SYSTEM, sweep.run)
    with pytest.raises(CallGone):
        floor.do(first, call_control.answer, call_id)
    assert floor.do(second, call_control.answer, call_id).state == CallState.TALKING


def test_answer_when_it_rings_at_another_seat_then_not_yours(floor: Floor):
    floor.agent("1001")
    other = floor.agent("1002")
    call_id = floor.wait_in_queue()
    with pytest.raises(NotYourCall):
        floor.do(other, call_control.answer, call_id)


@pytest.mark.parametrize("verb", ["hold", "resume", "mute", "unmute", "hang_up"])
def test_control_when_the_call_is_over_then_refused(floor: Floor, verb: str):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.do(agent, call_control.hang_up, call_id)
    with pytest.raises(CallNotTalking):
        floor.do(agent, getattr(call_control, verb), call_id)


def test_visible_when_it_is_another_agents_call_then_not_found_but_leaders_see_it(floor: Floor):
    agent, other, leader = floor.agent("1001"), floor.agent("1002"), floor.person("leader", Role.SHIFT_LEADER)
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    with pytest.raises(CallNotFound):
        floor.do(other, calls.visible, call_id)
    assert floor.do(leader, calls.visible, call_id).id == floor.do(agent, calls.visible, call_id).id
    assert [call.id for call in floor.do(agent, calls.listing)] == [call_id]
    assert floor.do(other, calls.listing) == []
    assert len(floor.do(leader, calls.listing)) == 1


def test_worker_when_it_died_then_calls_are_lost_seats_free_and_recordings_kept(floor: Floor, monkeypatch):
    monkeypatch.setattr(workers, "RESTART_GRACE", "0 seconds")
    talking_agent, ringing_agent = floor.agent("1001"), floor.agent("1002")
    talking, ringing = floor.wait_in_queue("13800138001"), floor.wait_in_queue("13800138002")
    waiting, greeting = floor.wait_in_queue("13800138003"), floor.ring("13800138004")
    floor.do(talking_agent, call_control.answer, talking)
    with floor.uow() as uow:
        dead = uow.session.get_one(SipWorker, floor.worker_id)
        replacement = SipWorker(
            name="dead",
            sip_address="-",
            capacity=4,
            pid=1,
            state=WorkerState.RUNNING,
            started_at=dead.started_at,
        )
        uow.session.add(replacement)
        uow.session.flush()
        for call in uow.session.scalars(select(Call)):
            call.worker_id = replacement.id
    assert floor.do(SYSTEM, calls.bury_dead_workers) == 1
    assert floor.do(SYSTEM, calls.bury_dead_workers) == 0
    for call_id in (talking, ringing, waiting, greeting):
        call = floor.call(call_id)
        assert (call.state, call.outcome, call.ended_by) == (CallState.ENDED, Outcome.LOST, EndedBy.SYSTEM)
        assert floor.call_back(call_id).state == CallBackState.OPEN
    assert floor.seat(talking_agent).state == SeatState.WRAP_UP
    assert floor.seat(ringing_agent).state == SeatState.AVAILABLE
    with floor.uow() as uow:
        assert set(uow.session.scalars(select(Recording.state))) == {RecordingState.RAW}


def test_worker_when_it_is_alive_then_it_is_left_alone(floor: Floor):
    floor.agent("1001")
    call_id = floor.wait_in_queue()
    assert floor.do(SYSTEM, calls.bury_dead_workers) == 0
    assert floor.call(call_id).state == CallState.OFFERED


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_clock_when_it_jumps_then_no_time_is_negative_and_the_caller_still_gets_an_agent(
    floor: Floor, jump: int
):
    first, second = floor.agent("a1"), floor.agent("a2")
    held = floor.wait_in_queue()
    floor.do(first, call_control.answer, held)
    floor.do(first, call_control.hold, held)
    ringing = floor.wait_in_queue("13900139000")
    floor.later(jump)
    with floor.uow() as uow:
        sweep.run(uow)
    floor.do(first, call_control.resume, held)
    call = floor.do(first, call_control.hang_up, held)
    assert min(call.hold_s, call.talk_s, call.queue_s) >= 0
    offered = floor.call(ringing)
    taker = second if offered.seat_id == floor.seat(second).id else first
    if offered.state != CallState.OFFERED:  # the offer has run out with the jump: the next free seat gets it
        floor.do(first, seats.wrap_up_done)
    assert (
        floor.do(taker if offered.state == CallState.OFFERED else first, call_control.answer, ringing).queue_s
        >= 0
    )
