"""Bringing in others and handing the caller on: nobody is lost on the way, every seat ends where it should."""

import pytest
from sqlalchemy import select

from hotline.core.audit import AuditEntry
from hotline.core.identity import SYSTEM
from telephony import call_control, calls, parties, scenes, seats, transfers
from telephony.bridge import CALLER, edges
from telephony.errors import (
    CallGone,
    NobodyIsThere,
    NoLineFree,
    NoTrunk,
    NumberNotAllowed,
    SeatNotFree,
    SomebodyIsThere,
)
from telephony.models import Call, CallState, EndedBy, Outcome, Queue, SeatState
from telephony.party_models import CallParty, PartyState
from tests.db.telephony.conftest import Floor


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"sip_trunk": "192.0.2.9:5060", "outside_calls": 2})


def talking(floor: Floor, number: str = "13800138000"):
    """An agent in a conversation, and the call."""
    agent = floor.agent(f"1{number[-3:]}")
    call_id = floor.wait_in_queue(number)
    floor.do(agent, call_control.answer, call_id)
    floor.later(10)
    return agent, call_id


def heard(floor: Floor, call_id: int) -> set[tuple[str, str]]:
    with floor.uow() as uow:
        return set(edges(scenes.of(uow, uow.session.get_one(Call, call_id)), prompt=False))


def join(floor: Floor, call_id: int) -> CallParty:
    with floor.uow() as uow:
        call = calls.locked(uow, call_id)
        (party,) = parties.here(uow, call_id)
        transfers.answered(uow, call, party)
        return party


def guest_leaves(floor: Floor, call_id: int) -> None:
    with floor.uow() as uow:
        call = calls.locked(uow, call_id)
        transfers.gone(uow, call, parties.here(uow, call_id)[0])


def test_consult_when_an_agent_is_asked_then_they_speak_while_the_caller_hears_music(floor: Floor):
    agent, call_id = talking(floor)
    expert = floor.agent("2001")
    floor.do(agent, transfers.consult_seat, call_id, floor.seat(expert).id)
    assert floor.seat(expert).state == SeatState.RINGING
    assert floor.do(expert, call_control.current).id == call_id
    floor.do(expert, transfers.answer_consult, call_id)
    me, other = f"seat:{floor.seat(agent).id}", f"seat:{floor.seat(expert).id}"
    assert {(me, other), (other, me), ("music", CALLER)} <= heard(floor, call_id)
    assert (me, CALLER) not in heard(floor, call_id)
    floor.do(agent, transfers.three_way, call_id)
    assert {(me, other), (other, me), (CALLER, other), (other, CALLER), (me, CALLER)} <= heard(floor, call_id)
    floor.do(expert, transfers.leave_consult, call_id)
    assert floor.seat(expert).state == SeatState.WRAP_UP
    assert (me, CALLER) in heard(floor, call_id)


def test_complete_when_the_guest_is_an_agent_then_he_holds_the_call(floor: Floor):
    agent, call_id = talking(floor)
    expert = floor.agent("2001")
    floor.do(agent, transfers.consult_seat, call_id, floor.seat(expert).id)
    with pytest.raises(NobodyIsThere):
        floor.do(agent, transfers.complete, call_id)
    floor.do(expert, transfers.answer_consult, call_id)
    floor.do(agent, transfers.complete, call_id)
    call = floor.call(call_id)
    assert (call.state, call.seat_id, call.user_id) == ("talking", floor.seat(expert).id, expert.user_id)
    assert call.held_at is None
    assert floor.seat(agent).state == SeatState.WRAP_UP
    floor.do(expert, call_control.hang_up, call_id)
    assert floor.seat(expert).state == SeatState.WRAP_UP
    with floor.uow() as uow:
        assert uow.session.scalars(select(AuditEntry.action)).all().count("transfer") == 1


def test_complete_when_the_guest_is_outside_then_the_call_ends_with_him(floor: Floor):
    agent, call_id = talking(floor)
    floor.do(agent, transfers.consult_number, call_id, "0731-83612345")
    join(floor, call_id)
    floor.do(agent, transfers.complete, call_id)
    call = floor.call(call_id)
    assert (call.state, call.seat_id) == (CallState.TALKING, None)
    assert floor.seat(agent).state == SeatState.WRAP_UP
    guest_leaves(floor, call_id)
    assert (floor.call(call_id).state, floor.call(call_id).outcome) == (CallState.ENDED, Outcome.ANSWERED)


def test_scene_when_a_number_is_consulted_then_the_worker_dials_it_over_the_trunk(floor: Floor):
    agent, call_id = talking(floor)
    party = floor.do(agent, transfers.consult_number, call_id, "110")
    assert party.label == "公安 110"
    with floor.uow() as uow:
        scene = scenes.of(uow, uow.session.get_one(Call, call_id))
    assert scene.voices[-1].address == "sip:110@192.0.2.9:5060"
    assert scene.voices[-1].name == f"party:{party.id}"


def test_scene_when_an_extension_is_consulted_then_it_is_dialled_as_it_is_and_shown(floor: Floor):
    agent, call_id = talking(floor)
    assert floor.do(agent, transfers.consult_number, call_id, "8103").label == "内线 8103"
    with floor.uow() as uow:
        scene = scenes.of(uow, uow.session.get_one(Call, call_id))
    assert scene.voices[-1].address == "sip:8103@192.0.2.9:5060"


def test_guest_when_never_reached_then_the_agent_has_the_caller_back(floor: Floor):
    agent, call_id = talking(floor)
    floor.do(agent, transfers.consult_number, call_id, "13900139000")
    with pytest.raises(SomebodyIsThere):
        floor.do(agent, transfers.consult_number, call_id, "110")
    guest_leaves(floor, call_id)
    with floor.uow() as uow:
        assert uow.session.scalars(select(CallParty.state)).all() == [PartyState.FAILED]
    floor.do(agent, call_control.resume, call_id)
    assert (f"seat:{floor.seat(agent).id}", CALLER) in heard(floor, call_id)


def test_to_seat_when_blind_then_it_rings_there_and_elsewhere_if_not_answered(floor: Floor):
    agent, call_id = talking(floor)
    target, another = floor.agent("2001"), floor.agent("2002")
    floor.do(agent, transfers.to_seat, call_id, floor.seat(another).id)
    assert floor.call(call_id).seat_id == floor.seat(another).id
    assert floor.seat(agent).state == SeatState.WRAP_UP
    floor.do(another, call_control.decline, call_id)
    assert floor.call(call_id).seat_id == floor.seat(target).id


def test_to_seat_when_it_is_busy_then_refused_and_the_caller_stays(floor: Floor):
    agent, call_id = talking(floor)
    target = floor.agent("2001")
    floor.do(target, seats.busy, "meal")
    with pytest.raises(SeatNotFree):
        floor.do(agent, transfers.to_seat, call_id, floor.seat(target).id)
    assert floor.call(call_id).state == CallState.TALKING


def test_to_queue_when_others_wait_there_then_the_caller_goes_before_them(floor: Floor):
    agent, call_id = talking(floor)
    with floor.uow() as uow:
        queue = Queue(code="business", name="营商专席", called_numbers=["8"], needs={})
        uow.session.add(queue)
        uow.session.flush()
        queue_id = queue.id
    floor.do(agent, seats.busy, "rest")
    waiting = floor.wait_in_queue("13900139001")
    floor.do(agent, transfers.to_queue, call_id, queue_id)
    call = floor.call(call_id)
    assert (call.state, call.queue_id, call.seat_id) == (CallState.WAITING, queue_id, None)
    free = floor.agent("2001")
    assert floor.call(call_id).seat_id == floor.seat(free).id
    assert floor.call(waiting).state == CallState.WAITING


def test_to_number_when_blind_then_the_agent_is_free_and_the_caller_hears_the_guest_when_he_answers(
    floor: Floor,
):
    agent, call_id = talking(floor)
    floor.do(agent, transfers.to_number, call_id, "120")
    assert floor.seat(agent).state == SeatState.WRAP_UP
    assert ("music", CALLER) in heard(floor, call_id)
    party = join(floor, call_id)
    assert {(f"party:{party.id}", CALLER), (CALLER, f"party:{party.id}")} <= heard(floor, call_id)


def test_to_number_when_not_reached_then_the_caller_is_back_in_the_queue_before_others(floor: Floor):
    agent, call_id = talking(floor)
    floor.do(agent, transfers.to_number, call_id, "120")
    guest_leaves(floor, call_id)
    assert (floor.call(call_id).state, floor.call(call_id).priority) == (CallState.WAITING, 5)


def test_caller_when_hanging_up_in_a_consult_then_the_expert_is_free_again(floor: Floor):
    agent, call_id = talking(floor)
    expert = floor.agent("2001")
    floor.do(agent, transfers.consult_seat, call_id, floor.seat(expert).id)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    assert floor.seat(expert).state == SeatState.AVAILABLE
    assert floor.seat(agent).state == SeatState.WRAP_UP
    with pytest.raises(CallGone):
        floor.do(expert, transfers.answer_consult, call_id)


@pytest.mark.parametrize(
    "number", ["0012025550123", "1601234567", "999", "", "sip:x@y", "13800138000;evil", "😀"]
)
def test_number_when_not_in_the_plan_then_refused_and_the_caller_is_not_held_for_it(
    floor: Floor, number: str
):
    agent, call_id = talking(floor)
    with pytest.raises(NumberNotAllowed):
        floor.do(agent, transfers.consult_number, call_id, number)
    assert floor.call(call_id).held_at is None


def test_number_when_too_many_are_outside_then_refused_but_never_110(floor: Floor):
    for number in ("13800138001", "13800138002"):
        agent, call_id = talking(floor, number)
        floor.do(agent, transfers.consult_number, call_id, "13900139000")
    agent, call_id = talking(floor, "13800138003")
    with pytest.raises(NoLineFree):
        floor.do(agent, transfers.consult_number, call_id, "13900139000")
    floor.do(agent, transfers.consult_number, call_id, "110")


class TestWithoutTrunk:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"sip_trunk": None})

    def test_number_when_there_is_no_trunk_then_said_so(self, floor: Floor):
        agent, call_id = talking(floor)
        with pytest.raises(NoTrunk):
            floor.do(agent, transfers.consult_number, call_id, "110")
