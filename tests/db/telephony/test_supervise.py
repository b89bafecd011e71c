"""The shift leader's acts: who may, what follows, and that each is written down."""

import pytest
from sqlalchemy import select

from hotline.core.audit import AuditEntry
from hotline.core.errors import PermissionMissing
from hotline.core.events import EventRow
from hotline.core.identity import SYSTEM, Actor, Role
from telephony import call_control, calls, parties, scenes, seats, supervise
from telephony.bridge import CALLER, Mode, edges
from telephony.errors import AlreadyListening, CallGone, CallNotTalking, SeatInCall, UnknownBusyReason
from telephony.models import Call, CallState, EndedBy, Queue, SeatState
from tests.db.telephony.conftest import Floor


@pytest.fixture
def leader(floor: Floor) -> Actor:
    return floor.person("leader", Role.SHIFT_LEADER)


def talking(floor: Floor, name: str = "1001") -> tuple[Actor, int]:
    agent = floor.agent(name)
    call_id = floor.wait_in_queue(f"1380013{name}")
    floor.do(agent, call_control.answer, call_id)
    return agent, call_id


def heard(floor: Floor, call_id: int) -> set[tuple[str, str]]:
    with floor.uow() as uow:
        return set(edges(scenes.of(uow, uow.session.get_one(Call, call_id)), prompt=False))


def acts(floor: Floor, subject: str) -> list[str]:
    with floor.uow() as uow:
        entries = select(AuditEntry.action).where(AuditEntry.subject == subject).order_by(AuditEntry.seq)
        return list(uow.session.scalars(entries))


def test_listen_when_the_mode_changes_then_the_leader_is_heard_by_whom_it_should_be(
    floor: Floor, leader: Actor
):
    agent, call_id = talking(floor)
    floor.do(leader, supervise.listen, call_id)
    ear, desk = f"seat:{floor.seat(leader).id}", f"seat:{floor.seat(agent).id}"
    assert (CALLER, ear) in heard(floor, call_id)
    assert not [edge for edge in heard(floor, call_id) if edge[0] == ear]
    floor.do(leader, supervise.listen, call_id, Mode.WHISPER)
    assert [edge for edge in heard(floor, call_id) if edge[0] == ear] == [(ear, desk)]
    floor.do(leader, supervise.listen, call_id, Mode.TALK)
    assert {(ear, desk), (ear, CALLER)} <= heard(floor, call_id)
    floor.do(leader, supervise.stop, call_id)
    assert not [edge for edge in heard(floor, call_id) if ear in edge]
    assert acts(floor, f"call:{call_id}") == ["listen", "whisper", "talk"]


def told(floor: Floor, agent: Actor) -> int:
    """How often the agent's console has heard that somebody joined, changed or left."""
    with floor.uow() as uow:
        rows = select(EventRow).where(EventRow.name == "call.party_changed")
        seat_id = floor.seat(agent).id
        return sum(row.payload["seat_id"] == seat_id for row in uow.session.scalars(rows))


def test_leader_when_only_listening_then_the_agent_neither_sees_nor_hears_of_it(floor: Floor, leader: Actor):
    agent, call_id = talking(floor)
    floor.do(leader, supervise.listen, call_id)
    assert floor.do(agent, parties.shown, call_id) == []
    assert len(floor.do(leader, parties.shown, call_id)) == 1
    floor.do(leader, supervise.stop, call_id)
    assert told(floor, agent) == 0
    floor.do(leader, supervise.listen, call_id, Mode.WHISPER)
    assert len(floor.do(agent, parties.shown, call_id)) == 1
    floor.do(leader, supervise.listen, call_id)
    assert floor.do(agent, parties.shown, call_id) == []
    assert told(floor, agent) == 2  # that he speaks, and that he has fallen silent


def test_listen_when_the_leader_was_free_then_no_call_is_offered_to_him(floor: Floor, leader: Actor):
    _, call_id = talking(floor)
    floor.do(leader, seats.sign_in)
    floor.do(leader, supervise.listen, call_id)
    assert (floor.seat(leader).state, floor.seat(leader).reason) == (SeatState.BUSY, "supervising")


def test_listen_when_the_call_ends_then_the_leader_is_out_and_may_listen_to_another(
    floor: Floor, leader: Actor
):
    _, first = talking(floor, "1001")
    _, second = talking(floor, "1002")
    floor.do(leader, supervise.listen, first)
    with pytest.raises(AlreadyListening):
        floor.do(leader, supervise.listen, second)
    floor.do(SYSTEM, calls.leg_ended, first, EndedBy.CALLER)
    floor.do(leader, supervise.listen, second)
    with pytest.raises(CallGone):
        floor.do(leader, supervise.stop, first)


def test_take_over_when_done_then_the_leader_holds_the_call_and_the_agent_wraps_up(
    floor: Floor, leader: Actor
):
    agent, call_id = talking(floor)
    floor.do(leader, supervise.listen, call_id)
    floor.do(leader, supervise.take_over, call_id)
    call = floor.call(call_id)
    assert (call.state, call.seat_id, call.user_id) == ("talking", floor.seat(leader).id, leader.user_id)
    assert floor.seat(agent).state == SeatState.WRAP_UP
    floor.do(leader, call_control.hang_up, call_id)
    floor.do(leader, seats.wrap_up_done)
    assert floor.seat(leader).state == SeatState.SIGNED_OUT


def test_clear_when_done_then_the_conversation_is_over(floor: Floor, leader: Actor):
    agent, call_id = talking(floor)
    floor.do(leader, supervise.clear, call_id)
    assert (floor.call(call_id).state, floor.call(call_id).ended_by) == (CallState.ENDED, EndedBy.SYSTEM)
    assert floor.seat(agent).state == SeatState.WRAP_UP
    with pytest.raises(CallNotTalking):
        floor.do(leader, supervise.clear, call_id)


def test_force_when_the_seat_is_not_in_a_call_then_its_state_changes_and_is_audited(
    floor: Floor, leader: Actor
):
    agent = floor.agent("1001")
    seat_id = floor.seat(agent).id
    floor.do(leader, supervise.force, seat_id, SeatState.BUSY, "meeting")
    assert floor.seat(agent).state == SeatState.BUSY
    with pytest.raises(UnknownBusyReason):
        floor.do(leader, supervise.force, seat_id, SeatState.BUSY, "???")
    floor.do(leader, supervise.force, seat_id, SeatState.AVAILABLE)
    call_id = floor.wait_in_queue()
    with pytest.raises(SeatInCall):
        floor.do(leader, supervise.force, seat_id, SeatState.SIGNED_OUT)
    floor.do(agent, call_control.decline, call_id)
    floor.do(leader, supervise.force, seat_id, SeatState.SIGNED_OUT)
    assert acts(floor, f"seat:{seat_id}") == ["force"] * 3


def test_move_when_a_caller_waits_then_in_the_other_queue_at_the_same_time(floor: Floor, leader: Actor):
    agent = floor.agent("1001")
    floor.do(agent, seats.busy, "rest")
    call_id = floor.wait_in_queue()
    queued_at = floor.call(call_id).queued_at
    with floor.uow() as uow:
        queue = Queue(code="business", name="营商专席", called_numbers=["8"], needs={})
        uow.session.add(queue)
        uow.session.flush()
        queue_id = queue.id
    floor.do(leader, supervise.move, call_id, queue_id)
    assert (floor.call(call_id).queue_id, floor.call(call_id).queued_at) == (queue_id, queued_at)


@pytest.mark.parametrize("verb", [supervise.listen, supervise.stop, supervise.take_over, supervise.clear])
def test_supervise_when_an_agent_tries_then_refused(floor: Floor, verb):
    _, call_id = talking(floor)
    with pytest.raises(PermissionMissing):
        floor.do(floor.agent("1002"), verb, call_id)
