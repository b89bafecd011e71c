"""A queue that rings everywhere: who answers first has the caller, the others lose nothing by it."""

import pytest
from sqlalchemy import select

from hotline.core.identity import SYSTEM
from telephony import call_control, calls, desk_phones, scenes, seats, sweep
from telephony.errors import CallGone
from telephony.models import Call, CallOffer, CallState, OfferResult, SeatState, Strategy
from tests.db.telephony.conftest import Floor


@pytest.fixture(autouse=True)
def rings_everywhere(floor: Floor) -> None:
    floor.queue(strategy=Strategy.RING_ALL, max_misses=2)


def states(floor: Floor, *agents) -> list[str]:
    return [floor.seat(agent).state for agent in agents]


def results(floor: Floor, call_id: int) -> dict[int, str | None]:
    with floor.uow() as uow:
        rows = select(CallOffer.seat_id, CallOffer.result).where(CallOffer.call_id == call_id)
        return {seat_id: result for seat_id, result in uow.session.execute(rows)}


def test_enqueue_when_several_are_free_then_all_of_them_ring_and_see_the_call(floor: Floor):
    first, second = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    assert states(floor, first, second) == [SeatState.RINGING] * 2
    assert floor.events().count("call.offered") == 2
    for agent in (first, second):
        assert floor.do(agent, call_control.current).id == call_id
        assert floor.do(agent, calls.visible, call_id).id == call_id


def test_answer_when_one_of_them_does_then_the_others_are_free_at_their_place_and_take_the_next(floor: Floor):
    first, second, third = (floor.agent(name) for name in ("1001", "1002", "1003"))
    idle_since = floor.seat(first).idle_since
    call_id, next_id = floor.wait_in_queue("13800138001"), floor.wait_in_queue("13800138002")
    assert floor.call(next_id).state == CallState.WAITING
    floor.do(second, call_control.answer, call_id)
    call = floor.call(call_id)
    assert (call.state, call.seat_id, call.user_id) == (
        CallState.TALKING,
        floor.seat(second).id,
        second.user_id,
    )
    assert states(floor, first, second, third) == [SeatState.RINGING, SeatState.TALKING, SeatState.RINGING]
    assert floor.call(next_id).state == CallState.OFFERED
    assert (floor.seat(first).misses, floor.seat(first).idle_since) == (0, idle_since)
    assert set(results(floor, call_id).values()) == {OfferResult.ANSWERED, OfferResult.WITHDRAWN}
    with pytest.raises(CallGone):
        floor.do(third, call_control.answer, call_id)


def test_decline_when_others_ring_then_they_go_on_and_the_last_one_gives_the_caller_back(floor: Floor):
    first, second = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    floor.do(first, call_control.decline, call_id)
    assert states(floor, first, second) == [SeatState.WRAP_UP, SeatState.RINGING]
    assert (floor.call(call_id).state, floor.call(call_id).seat_id) == (
        CallState.OFFERED,
        floor.seat(second).id,
    )
    floor.do(second, call_control.decline, call_id)
    assert floor.call(call_id).state == CallState.WAITING


def test_offer_when_nobody_answers_then_all_have_missed_it_and_all_ring_again(floor: Floor):
    agents = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    floor.later(21)
    floor.do(SYSTEM, sweep.run)
    assert states(floor, *agents) == [SeatState.RINGING] * 2
    floor.later(21)
    floor.do(SYSTEM, sweep.run)
    assert states(floor, *agents) == [SeatState.BUSY] * 2
    assert floor.call(call_id).state == CallState.WAITING


def test_caller_when_gone_then_nobody_rings_and_nobody_has_missed_it(floor: Floor):
    agents = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    floor.do(SYSTEM, calls.leg_ended, call_id, "caller")
    assert states(floor, *agents) == [SeatState.AVAILABLE] * 2
    assert [floor.seat(agent).misses for agent in agents] == [0, 0]


def test_phones_when_several_ring_then_each_is_dialled_and_the_one_lifted_has_the_call(floor: Floor):
    agents = [floor.agent(name) for name in ("1001", "1002")]
    for number, agent in enumerate(agents):
        floor.do(agent, seats.sign_out)
        floor.do(agent, seats.sign_in, phone=f"sip:80{number}@192.168.1.9")
    call_id = floor.wait_in_queue()
    with floor.uow() as uow:
        scene = scenes.of(uow, uow.session.get_one(Call, call_id))
    assert {voice.address for voice in scene.voices} == {"sip:800@192.168.1.9", "sip:801@192.168.1.9"}
    floor.do(SYSTEM, desk_phones.picked_up, call_id, floor.seat(agents[1]).id)
    with floor.uow() as uow:
        scene = scenes.of(uow, uow.session.get_one(Call, call_id))
    assert [voice.address for voice in scene.voices] == ["sip:801@192.168.1.9"]
    floor.do(SYSTEM, desk_phones.hung_up, call_id, floor.seat(agents[0]).id)
    assert floor.call(call_id).state == CallState.TALKING
