"""From the queue to a seat: who is asked, who is asked next, and that no seat ever has two calls."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hotline.core.identity import SYSTEM
from telephony import call_control, calls, seats, sweep
from telephony.models import Call, CallOffer, CallState, OfferResult, Seat, SeatState, Strategy
from tests.db.telephony.conftest import Floor


def test_enqueue_when_a_seat_is_free_then_offered_in_the_same_transaction(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    call = floor.call(call_id)
    assert (call.state, call.seat_id) == (CallState.OFFERED, floor.seat(agent).id)
    assert (call.offer_until - call.offered_at).total_seconds() == 20
    assert floor.seat(agent).state == SeatState.RINGING
    assert floor.events().count("call.offered") == 1


def test_enqueue_when_several_are_free_then_the_longest_idle_is_asked(floor: Floor):
    first, second = floor.agent("1001"), floor.agent("1002")
    floor.wait_in_queue()
    assert floor.seat(first).state == SeatState.RINGING
    assert floor.seat(second).state == SeatState.AVAILABLE


def test_available_when_a_caller_waits_then_offered_at_once(floor: Floor):
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "rest")
    call_id = floor.wait_in_queue()
    assert floor.call(call_id).state == CallState.WAITING
    floor.do(agent, seats.available)
    assert floor.call(call_id).state == CallState.OFFERED


def test_offer_when_not_answered_then_the_next_seat_and_the_place_is_kept(floor: Floor):
    first, second = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    queued_at = floor.call(call_id).queued_at
    floor.later(19)
    floor.do(SYSTEM, sweep.run)
    assert floor.seat(first).state == SeatState.RINGING
    floor.later(2)
    floor.do(SYSTEM, sweep.run)
    assert floor.seat(second).state == SeatState.RINGING
    assert (floor.seat(first).state, floor.seat(first).misses) == (SeatState.AVAILABLE, 1)
    assert floor.call(call_id).queued_at == queued_at


def test_offer_when_not_answered_and_others_wait_then_still_served_before_them(floor: Floor):
    floor.agent("1001")
    early, late = floor.wait_in_queue("13800138001"), floor.wait_in_queue("13800138002")
    floor.later(21)
    floor.do(SYSTEM, sweep.run)
    assert floor.call(early).state == CallState.OFFERED
    assert floor.call(late).state == CallState.WAITING


def test_seat_when_it_misses_too_often_then_busy_by_itself(floor: Floor):
    floor.queue(max_misses=2)
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    for _ in range(2):
        floor.later(21)
        floor.do(SYSTEM, sweep.run)
    seat = floor.seat(agent)
    assert (seat.state, seat.reason) == (SeatState.BUSY, "missed_offers")
    assert floor.call(call_id).state == CallState.WAITING


def test_decline_when_another_seat_is_free_then_it_gets_the_call(floor: Floor):
    first, second = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    floor.do(first, call_control.decline, call_id)
    assert floor.seat(first).state == SeatState.WRAP_UP
    assert floor.seat(second).state == SeatState.RINGING
    with floor.uow() as uow:
        results = list(uow.session.scalars(select(CallOffer.result).order_by(CallOffer.id)))
    assert results == [OfferResult.DECLINED, None]


def test_caller_when_gone_while_it_rings_then_the_seat_takes_the_next(floor: Floor):
    agent = floor.agent("1001")
    first, second = floor.wait_in_queue("13800138001"), floor.wait_in_queue("13800138002")
    floor.do(SYSTEM, calls.leg_ended, first, "caller")
    assert floor.call(second).seat_id == floor.seat(agent).id


def test_skills_when_needed_then_only_a_seat_that_has_them_is_asked(floor: Floor):
    floor.queue(needs={"dialect": 2})
    plain, skilled = floor.agent("1001"), floor.agent("1002")
    with floor.uow() as uow:
        uow.session.get_one(Seat, floor.seat(skilled).id).skills = {"dialect": 3}
    floor.wait_in_queue()
    assert floor.seat(skilled).state == SeatState.RINGING
    assert floor.seat(plain).state == SeatState.AVAILABLE


def test_round_robin_when_each_answers_in_turn_then_each_is_asked_in_turn(floor: Floor):
    floor.queue(strategy=Strategy.ROUND_ROBIN, wrap_up_s=0)
    agents = [floor.agent(name) for name in ("1001", "1002", "1003")]
    asked = []
    for number in range(4):
        call_id = floor.wait_in_queue(f"1380013800{number}")
        asked.append(
            next(n for n, agent in enumerate(agents) if floor.seat(agent).state == SeatState.RINGING)
        )
        floor.do(agents[asked[-1]], call_control.answer, call_id)
        floor.do(agents[asked[-1]], call_control.hang_up, call_id)
        floor.do(SYSTEM, sweep.run)
    assert asked == [0, 1, 2, 0]


def test_schema_when_somebody_writes_past_the_verbs_then_one_seat_never_has_two_calls(floor: Floor):
    agent = floor.agent("1001")
    floor.wait_in_queue("13800138001")
    other = floor.wait_in_queue("13800138002")
    seat_id = floor.seat(agent).id

    def steal() -> None:
        with floor.uow() as uow:
            call = uow.session.get_one(Call, other)
            call.state, call.seat_id = CallState.TALKING, seat_id

    with pytest.raises(IntegrityError):
        steal()


def test_distribute_when_many_processes_do_it_at_once_then_every_call_once_and_every_seat_used(house, clock):
    """Real commits from eight threads: callers arrive and seats become free at the same time."""
    floor = Floor(house, clock)
    with house.open_uow(SYSTEM) as uow:
        floor.worker(uow)
    agents = [floor.person(f"10{number:02}") for number in range(16)]
    for agent in agents:
        floor.do(agent, seats.sign_in)
        floor.do(agent, seats.busy, "rest")
    waiting = [floor.ring(f"138001380{number:02}") for number in range(16)]
    barrier, failures = Barrier(8), []

    def work(number: int) -> None:
        barrier.wait()
        try:
            for call_id in waiting[number * 2 : number * 2 + 2]:
                floor.do(SYSTEM, calls.enqueue, call_id)
            for agent in agents[number * 2 : number * 2 + 2]:
                floor.do(agent, seats.available)
        except Exception as failure:  # told to the main thread
            failures.append(failure)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with house.open_uow(SYSTEM) as uow:
        offered = list(uow.session.scalars(select(Call.seat_id).where(Call.state == CallState.OFFERED)))
    assert len(offered) == len(set(offered)) == 16
