"""The states of a seat, and the time that each took."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select

from hotline.core.clock import FixedClock
from hotline.core.errors import PermissionMissing
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role
from telephony import call_control, calls, seats, sweep
from telephony.errors import SeatInCall, SeatNotSignedIn, UnknownBusyReason
from telephony.models import EndedBy, SeatSpan, SeatState
from tests.db.telephony.conftest import Floor


def test_sign_in_when_done_twice_then_one_seat_and_no_jump_in_the_order(floor: Floor):
    agent = floor.agent("1001")
    idle_since = floor.seat(agent).idle_since
    floor.later(5)
    floor.do(agent, seats.sign_in)
    assert floor.seat(agent).idle_since == idle_since
    assert floor.seat(agent).number == "1001"


def test_seat_when_the_person_has_no_such_right_then_refused(floor: Floor):
    with pytest.raises(PermissionMissing):
        floor.do(floor.person("reviewer", Role.REVIEWER), seats.sign_in)


@pytest.mark.parametrize("verb", [seats.available, seats.wrap_up_done])
def test_state_when_not_signed_in_then_refused(floor: Floor, verb):
    with pytest.raises(SeatNotSignedIn):
        floor.do(floor.person("1001"), verb)


def test_busy_when_the_reason_is_no_known_one_then_refused_by_field(floor: Floor):
    agent = floor.agent("1001")
    with pytest.raises(UnknownBusyReason) as refusal:
        floor.do(agent, seats.busy, "喝茶😀")
    assert refusal.value.details["fields"][0]["field"] == "reason"


def test_busy_when_asked_in_a_call_then_after_the_wrap_up(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.do(agent, seats.busy, "meal")
    assert floor.seat(agent).state == SeatState.TALKING
    floor.do(agent, call_control.hang_up, call_id)
    assert floor.seat(agent).state == SeatState.WRAP_UP
    floor.later(21)
    floor.do(SYSTEM, sweep.run)
    assert (floor.seat(agent).state, floor.seat(agent).reason) == (SeatState.BUSY, "meal")


def test_sign_out_when_asked_in_a_call_then_after_the_wrap_up(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.do(agent, seats.sign_out)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.CALLER)
    floor.do(agent, seats.wrap_up_done)
    assert floor.seat(agent).state == SeatState.SIGNED_OUT


def test_wrap_up_when_its_time_is_over_then_free_for_the_next(floor: Floor):
    floor.queue(wrap_up_s=30)
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.do(agent, call_control.hang_up, call_id)
    floor.later(29)
    floor.do(SYSTEM, sweep.run)
    assert floor.seat(agent).state == SeatState.WRAP_UP
    floor.later(1)
    floor.do(SYSTEM, sweep.run)
    assert floor.seat(agent).state == SeatState.AVAILABLE
    assert floor.call(call_id).wrap_up_s == 30


def test_wrap_up_done_when_talking_then_refused(floor: Floor):
    agent = floor.agent("1001")
    floor.do(agent, call_control.answer, floor.wait_in_queue())
    with pytest.raises(SeatInCall):
        floor.do(agent, seats.wrap_up_done)


def test_spans_when_a_shift_is_over_then_they_cover_it_without_gap(floor: Floor):
    agent = floor.agent("1001")
    begin = floor.clock.now()
    floor.later(60)
    floor.do(agent, seats.busy, "meal")
    floor.later(600)
    floor.do(agent, seats.available)
    floor.later(60)
    floor.do(agent, seats.sign_out)
    with floor.uow() as uow:
        spans = list(uow.session.scalars(select(SeatSpan).order_by(SeatSpan.id)))
    assert [span.state for span in spans] == ["available", "busy", "available"]
    assert spans[0].started_at == begin
    assert [a.ended_at == b.started_at for a, b in pairwise(spans)] == [True, True]
    assert spans[-1].ended_at == floor.clock.now()


def test_seat_when_page_and_socket_ask_at_once_then_both_get_the_same(house: House, clock: FixedClock):
    agent = Floor(house, clock).person("1001")
    with ThreadPoolExecutor(8) as pool:

        def look(_: int) -> int:
            with house.open_uow(agent) as uow:
                return seats.own(uow).id

        assert len(set(pool.map(look, range(24)))) == 1
