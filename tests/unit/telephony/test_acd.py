"""The promises of the distribution, for any crowd of callers and seats."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.acd import FreeSeat, WaitingCall, plan
from telephony.models import Strategy

NOW = datetime(2026, 9, 18, 8, 0, tzinfo=UTC)
SKILLS = ("dialect", "business")


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def call(call_id: int, waited_s: float = 10, **more: object) -> WaitingCall:
    return WaitingCall(call_id=call_id, queue="main", queued_at=ago(waited_s), **more)


def seat(seat_id: int, idle_s: float = 10, **more: object) -> FreeSeat:
    return FreeSeat(seat_id=seat_id, idle_since=ago(idle_s), **more)


needs = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=2)
crowds = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.integers(-1, 2),
        needs,
        st.sampled_from(Strategy),
        st.none() | st.integers(1, 6),
    ),
    max_size=12,
)
staffs = st.lists(
    st.tuples(st.integers(0, 90), needs, st.dictionaries(st.just("main"), st.integers(1, 3), max_size=1)),
    max_size=8,
)


def _crowd(rows: list[tuple]) -> list[WaitingCall]:
    return [
        call(number, waited, priority=priority, needs=wants, strategy=strategy, wanted_seat_id=wanted)
        for number, (waited, priority, wants, strategy, wanted) in enumerate(rows, 1)
    ]


def _staff(rows: list[tuple]) -> list[FreeSeat]:
    return [
        seat(number, idle, skills=skills, tiers=tiers) for number, (idle, skills, tiers) in enumerate(rows, 1)
    ]


def _fits(one: WaitingCall, place: FreeSeat) -> bool:
    tier = place.tier(one.queue)
    open_tiers = 1 + int((NOW - one.queued_at).total_seconds() // one.tier_wait_s)
    return tier is not None and tier <= open_tiers and place.meets(one.needs)


@given(crowds, staffs)
def test_plan_for_any_crowd_gives_no_seat_two_calls_and_no_call_two_seats_that_does_not_ring_all(
    callers, seats
):
    crowd = _crowd(callers)
    offers = plan(crowd, _staff(seats), NOW)
    assert len({offer.seat_id for offer in offers}) == len(offers)
    ring_all = {call.call_id for call in crowd if call.strategy is Strategy.RING_ALL}
    single = [offer.call_id for offer in offers if offer.call_id not in ring_all]
    assert len(set(single)) == len(single)


@given(crowds, staffs)
def test_plan_for_any_crowd_when_a_call_rings_all_then_no_fitting_seat_is_left_out(callers, seats):
    crowd, staff = _crowd(callers), _staff(seats)
    offers = plan(crowd, staff, NOW)
    taken = {offer.seat_id for offer in offers}
    wanted = {(call.call_id, call.wanted_seat_id) for call in crowd}
    for call in crowd:
        if call.strategy is not Strategy.RING_ALL:
            continue
        rung = [offer.seat_id for offer in offers if offer.call_id == call.call_id]
        if rung and (call.call_id, rung[0]) not in wanted:
            assert not [free for free in staff if free.seat_id not in taken and _fits(call, free)]


@given(crowds, staffs)
def test_plan_for_any_crowd_leaves_no_fitting_seat_beside_a_waiting_caller(callers, seats):
    crowd, staff = _crowd(callers), _staff(seats)
    offers = plan(crowd, staff, NOW)
    served, taken = {offer.call_id for offer in offers}, {offer.seat_id for offer in offers}
    for waiting in crowd:
        if waiting.call_id not in served:
            assert not [free for free in staff if free.seat_id not in taken and _fits(waiting, free)]


@given(crowds, staffs)
def test_plan_for_any_crowd_lets_nobody_be_overtaken_within_a_priority(callers, seats):
    crowd = [
        WaitingCall(call_id=one.call_id, queue="main", queued_at=one.queued_at, priority=one.priority)
        for one in _crowd(callers)
    ]
    offers = {offer.call_id for offer in plan(crowd, _staff(seats), NOW)}
    for earlier in crowd:
        for later in crowd:
            if earlier.priority == later.priority and earlier.queued_at < later.queued_at:
                assert earlier.call_id in offers or later.call_id not in offers


def test_plan_when_longest_idle_then_the_seat_that_rested_most_is_asked():
    assert plan([call(1)], [seat(1, 5), seat(2, 50), seat(3, 20)], NOW)[0].seat_id == 2


@pytest.mark.parametrize(
    ("strategy", "chosen"),
    [
        (Strategy.FEWEST_CALLS, 3),
        (Strategy.LEAST_TALK_TIME, 1),
        (Strategy.ROUND_ROBIN, 3),
        (Strategy.LONGEST_IDLE, 2),
        (Strategy.RING_ALL, 2),
    ],
)
def test_plan_when_strategy_differs_then_another_seat_is_asked(strategy, chosen):
    seats = [
        seat(1, 5, calls=9, talk_s=10),
        seat(2, 50, calls=5, talk_s=300),
        seat(3, 20, calls=1, talk_s=200),
    ]
    assert plan([call(1, strategy=strategy)], seats, NOW, {"main": 2})[0].seat_id == chosen


def test_plan_when_round_robin_has_reached_the_last_seat_then_it_begins_again():
    assert (
        plan([call(1, strategy=Strategy.ROUND_ROBIN)], [seat(1), seat(2)], NOW, {"main": 2})[0].seat_id == 1
    )


def test_plan_when_a_seat_has_let_the_call_pass_then_another_is_preferred():
    assert plan([call(1, refused_by=frozenset({1}))], [seat(1, 50), seat(2, 5)], NOW)[0].seat_id == 2


def test_plan_when_only_the_seat_that_let_it_pass_is_free_then_it_is_asked_again():
    assert plan([call(1, refused_by=frozenset({1}))], [seat(1)], NOW)[0].seat_id == 1


def test_plan_when_priority_is_higher_then_the_later_caller_goes_first():
    offers = plan([call(1, 60), call(2, 5, priority=1)], [seat(1)], NOW)
    assert [offer.call_id for offer in offers] == [2]


def test_plan_when_second_tier_and_wait_is_short_then_it_is_not_yet_asked():
    second = [seat(1, tiers={"main": 2})]
    assert plan([call(1, 29)], second, NOW) == []
    assert plan([call(1, 30)], second, NOW)[0].seat_id == 1


def test_plan_when_seat_serves_another_queue_then_the_call_waits():
    assert plan([call(1, 500)], [seat(1, tiers={"business": 1})], NOW) == []


def test_plan_when_last_agent_is_free_then_the_caller_gets_him():
    assert plan([call(1, wanted_seat_id=2)], [seat(1, 90), seat(2, 1)], NOW)[0].seat_id == 2
