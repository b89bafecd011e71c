"""The figures of DOMAIN §5 on a small, known day."""

from datetime import timedelta

import pytest

from hotline.core.identity import SYSTEM
from telephony import call_backs, call_control, calls, kpi, seats
from telephony.kpi import Ratio, ServiceLevel
from telephony.models import EndedBy
from tests.db.telephony.conftest import Floor


@pytest.fixture
def day(floor: Floor):
    """Answered after 4, 10 and 40 s; given up after 2, 8 and 60 s. One agent: 3 × 100 s talk, 2 × 20 s wrap-up."""
    floor.queue(wrap_up_s=20)
    start = floor.clock.now()
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
    return floor, agent, start, floor.clock.now() + timedelta(seconds=1)


def test_calls_when_counted_then_short_abandons_stand_apart(day):
    floor, _, since, until = day
    figures = floor.do(SYSTEM, kpi.calls, since, until)
    assert (figures.offered, figures.answered, figures.abandoned, figures.short_abandoned) == (5, 3, 2, 1)
    assert figures.answer_rate == Ratio(part=3, whole=5)
    assert (figures.answer_speed_s, figures.talk_s, figures.handling_s) == (18, 100, 120)
    assert figures.longest_wait_s == 60


@pytest.mark.parametrize(
    ("variant", "part", "whole"),
    [
        (ServiceLevel.BOTH_IN_TIME, 4, 6),
        (ServiceLevel.OF_ANSWERED, 2, 3),
        (ServiceLevel.OF_ALL, 2, 6),
        (ServiceLevel.WITHOUT_SHORT, 2, 4),
    ],
)
def test_service_level_when_a_variant_is_asked_then_its_own_fraction_and_name(day, variant, part, whole):
    floor, _, since, until = day
    figures = floor.do(SYSTEM, kpi.calls, since, until, variant=variant)
    assert figures.service_level == Ratio(part=part, whole=whole)
    assert figures.service_level_variant == kpi.VARIANT_LABELS[variant]


def test_agent_when_the_shift_is_over_then_its_times_add_up(day):
    floor, agent, since, until = day
    figures = floor.do(SYSTEM, kpi.agent, agent.user_id, since, until)
    assert (figures.calls, figures.talk_s, figures.wrap_up_s) == (3, 300, 60)
    assert figures.busy_s == 76
    assert figures.occupancy == pytest.approx(360 / (figures.signed_in_s - 76))


def test_call_backs_when_one_of_three_is_tried_in_time_then_a_third(day):
    floor, agent, since, until = day
    with floor.uow(agent) as uow:
        requests = [request.id for request in call_backs.listing(uow)]
    floor.do(agent, call_backs.take, requests[0])
    floor.do(agent, call_backs.attempt, requests[0], reached=False)
    floor.later(3600)
    floor.do(agent, call_backs.take, requests[1])
    floor.do(agent, call_backs.attempt, requests[1], reached=True)
    figures = floor.do(SYSTEM, kpi.call_backs, since, until)
    assert (figures.requests, figures.called_back, figures.in_time) == (
        3,
        Ratio(part=2, whole=3),
        Ratio(part=1, whole=3),
    )


def test_calls_when_the_interval_is_empty_then_no_rate_is_invented(floor: Floor):
    now = floor.clock.now()
    figures = floor.do(SYSTEM, kpi.calls, now, now + timedelta(hours=1))
    assert (figures.offered, figures.answer_rate.value, figures.answer_speed_s) == (0, None, None)
