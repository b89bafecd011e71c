"""Erlang C against figures that others have published, and the properties that any of its tables has."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.reports import erlang

# Load, agents → probability of waiting: ErlangC 0.1.0 (CRAN) for 100 calls of 180 s in 30 min; call-center-tools 1.0.0.
PUBLISHED = [(10, 11, 0.6821182), (10, 14, 0.1741319), (123, 132, 0.3211161792617074)]


@pytest.mark.parametrize(("load", "agents", "expected"), PUBLISHED)
def test_waiting_probability_when_published_then_the_same(load: float, agents: int, expected: float):
    assert erlang.waiting_probability(load, agents) == pytest.approx(expected, abs=5e-8)


def test_half_hour_of_a_hundred_calls_when_published_then_the_same():
    assert erlang.service_level(10, 14, 180, 20) == pytest.approx(0.88835, abs=5e-6)
    assert erlang.service_level(10, 11, 180, 20) == pytest.approx(0.3896138, abs=5e-8)
    assert erlang.answer_speed_s(10, 14, 180) == pytest.approx(7.83593701177724)
    assert erlang.agents_for(10, 180, target=0.8, within_s=20, max_occupancy=0.85) == 14


def test_one_agent_when_reckoned_then_it_is_the_queue_of_the_textbook():
    # M/M/1: who arrives waits with the probability that the one agent is busy.
    assert erlang.waiting_probability(0.6, 1) == pytest.approx(0.6)


def test_nobody_calls_then_nobody_is_needed():
    assert erlang.agents_for(0, 180, target=0.9, within_s=15) == 0
    assert erlang.service_level(0, 0, 180, 15) == 1
    assert erlang.answer_speed_s(0, 0, 180) == 0


def test_too_few_agents_then_the_queue_grows_without_end():
    assert erlang.service_level(10, 10, 180, 15) == 0
    assert erlang.answer_speed_s(10, 10, 180) is None


LOADS = st.floats(0.01, 300)


@given(load=LOADS, handling_s=st.floats(30, 900), target=st.floats(0.5, 0.99), within_s=st.integers(0, 60))
def test_agents_when_found_then_enough_and_not_one_too_many(load, handling_s, target, within_s):
    agents = erlang.agents_for(load, handling_s, target=target, within_s=within_s)
    assert erlang.service_level(load, agents, handling_s, within_s) >= target
    assert agents > load
    assert erlang.service_level(load, agents - 1, handling_s, within_s) < target or agents - 1 <= load


@given(load=LOADS, more=st.integers(1, 50))
def test_waiting_when_an_agent_comes_then_less_of_it(load, more):
    agents = math.floor(load) + more
    here, there = erlang.waiting_probability(load, agents), erlang.waiting_probability(load, agents + 1)
    assert 0 <= there <= here <= 1


@given(load=LOADS, limit=st.floats(0.3, 1))
def test_occupancy_when_limited_then_kept(load, limit):
    agents = erlang.agents_for(load, 240, target=0.5, within_s=30, max_occupancy=limit)
    assert load / agents <= limit + 1e-9
