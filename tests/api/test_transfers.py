"""Consult, three-way, hand-over and the leader's acts over HTTP; the rules themselves are tested with the telephone."""

import pytest
from sqlalchemy import select

from hotline.core.audit import AuditEntry
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role
from telephony import calls, queues
from telephony.models import CallState, EndedBy, Queue, Seat
from tests.api.phone import ring
from tests.web import Browser


def taken(person, house: House) -> tuple[Browser, int]:
    """An agent in a conversation."""
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(house)
    assert agent.post(f"calls/{call_id}/answer").status_code == 200
    return agent, call_id


def free(person) -> tuple[Browser, int]:
    other = person(Role.AGENT)
    return other, other.post("seat/sign_in").json["id"]


def other_queue(house: House) -> int:
    with house.open_uow(SYSTEM) as uow:
        queue = Queue(code="business", name="企业")
        uow.session.add(queue)
        uow.session.flush()
        return queue.id


def test_a_consulted_agent_sees_the_call_answers_and_takes_it_over(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    expert, seat_id = free(person)
    assert [seat["id"] for seat in agent.get("lookups/free_seats").json["items"]] == [seat_id]
    asked = agent.post(f"calls/{call_id}/consult_seat", {"seat_id": seat_id})
    assert (asked.status_code, asked.json["state"], asked.json["kind"]) == (200, "ringing", "seat")
    guest = expert.get("seat").json["guest_in"]
    assert (guest["call_id"], guest["state"], guest["caller_masked"]) == (call_id, "ringing", "138****8000")
    assert expert.post(f"calls/{call_id}/guest/answer_consult").json["state"] == "joined"
    assert [party["state"] for party in agent.get("seat").json["call"]["parties"]] == ["joined"]
    assert agent.post(f"calls/{call_id}/transfer/three_way").json["on_hold"] is False
    assert len(agent.get(f"calls/{call_id}/parties").json["items"]) == 1
    assert agent.post(f"calls/{call_id}/transfer/complete_transfer").json["state"] == "talking"
    assert expert.get("seat").json["call"]["id"] == call_id
    assert expert.get("seat").json["guest_in"] is None
    assert agent.get("seat").json["state"] == "wrap_up"


def test_a_guest_who_declines_leaves_the_caller_with_the_agent(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    expert, seat_id = free(person)
    agent.post(f"calls/{call_id}/consult_seat", {"seat_id": seat_id})
    assert expert.post(f"calls/{call_id}/guest/leave_consult").json["state"] == "failed"
    assert expert.get("seat").json["state"] == "available"
    nobody = agent.post(f"calls/{call_id}/transfer/three_way")
    assert (nobody.status_code, nobody.json["code"]) == (409, "call.nobody_is_there")


def test_a_blind_transfer_rings_at_the_other_seat(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    other, seat_id = free(person)
    assert agent.post(f"calls/{call_id}/transfer/to_seat", {"seat_id": seat_id}).status_code == 200
    assert other.get("seat").json["call"]["id"] == call_id


def test_a_transfer_into_another_queue_frees_the_agent(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    queue_id = other_queue(quiet_house)
    assert {"id": queue_id, "code": "business", "name": "企业"} in agent.get("lookups/queues").json["items"]
    moved = agent.post(f"calls/{call_id}/transfer/to_queue", {"queue_id": queue_id})
    assert (moved.status_code, moved.json["state"]) == (200, "waiting")
    assert agent.get("seat").json["state"] == "wrap_up"


def test_without_a_trunk_no_number_can_be_reached(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    for path in (f"calls/{call_id}/consult_number", f"calls/{call_id}/transfer/to_number", "calls"):
        refused = agent.post(path, {"number": "0731-83612345"})
        assert (refused.status_code, refused.json["code"]) == (503, "call.no_trunk"), path
    assert agent.post("calls", {"number": "00441234567890"}).json["code"] == "call.number_not_allowed"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("consult_seat", {"seat_id": 99}, "seat.not_found"),
        ("transfer/to_queue", {"queue_id": 99}, "queue.not_found"),
        ("transfer/to_seat", {"seat_id": 99}, "seat.not_free"),
        ("transfer/drop_guest", None, None),
    ],
)
def test_what_does_not_exist_is_said_so(person, quiet_house: House, path: str, body, code):
    agent, call_id = taken(person, quiet_house)
    answer = agent.post(f"calls/{call_id}/{path}", body)
    assert (answer.status_code == 200) == (code is None)
    assert answer.json.get("code") == code


def test_another_agents_call_cannot_be_moved(person, quiet_house: House):
    _, call_id = taken(person, quiet_house)
    stranger, _ = free(person)
    for path in ("three_way", "complete_transfer", "drop_guest"):
        refused = stranger.post(f"calls/{call_id}/transfer/{path}")
        assert (refused.status_code, refused.json["code"]) == (403, "call.not_yours")


def test_a_leader_listens_whispers_takes_over_and_every_act_is_written_down(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    leader = person(Role.SHIFT_LEADER)
    assert leader.post(f"calls/{call_id}/supervise/listen", {}).json["mode"] == "listen"
    assert agent.get("seat").json["call"]["parties"] == []
    assert [party["kind"] for party in leader.get(f"calls/{call_id}/parties").json["items"]] == ["leader"]
    assert leader.post(f"calls/{call_id}/supervise/listen", {"mode": "whisper"}).json["mode"] == "whisper"
    assert [party["kind"] for party in agent.get("seat").json["call"]["parties"]] == ["leader"]
    assert leader.get("seat").json["guest_in"]["call_id"] == call_id
    assert leader.post(f"calls/{call_id}/supervise/take_over").json["state"] == "talking"
    assert agent.get("seat").json["state"] == "wrap_up"
    assert leader.post(f"calls/{call_id}/supervise/clear").json["outcome"] == "answered"
    with quiet_house.open_uow(SYSTEM) as uow:
        acts = list(
            uow.session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"call:{call_id}"))
        )
    assert acts == ["listen", "whisper", "take_over", "clear"]


def test_a_leader_moves_a_waiting_caller_and_stops_listening(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    leader = person(Role.SHIFT_LEADER)
    leader.post(f"calls/{call_id}/supervise/listen", {})
    assert leader.post(f"calls/{call_id}/supervise/stop").json == {"ok": True}
    waiting = ring(quiet_house, "13900139000")
    queue_id = other_queue(quiet_house)
    assert leader.post(f"calls/{waiting}/supervise/move", {"queue_id": queue_id}).json["state"] == "waiting"
    gone = leader.post(f"calls/{call_id}/supervise/move", {"queue_id": queue_id})
    assert (gone.status_code, gone.json["code"]) == (409, "call.gone")
    assert agent.post(f"calls/{call_id}/supervise/clear").status_code == 403


def test_a_leader_forces_a_seat_and_says_what_it_can_do(person, quiet_house: House):
    _, seat_id = free(person)
    leader = person(Role.SHIFT_LEADER)
    assert leader.post(f"seats/{seat_id}/force", {"state": "busy"}).status_code == 422
    forced = leader.post(f"seats/{seat_id}/force", {"state": "busy", "reason": "meeting"})
    assert (forced.json["state"], forced.json["reason"]) == ("busy", "meeting")
    assert leader.post(f"seats/{seat_id}/force", {"state": "talking"}).status_code == 422
    can = leader.put(f"seats/{seat_id}/skills", {"skills": {"dialect": 3}, "tiers": {"main": 2}})
    assert (can.json["skills"], can.json["tiers"]) == ({"dialect": 3}, {"main": 2})
    assert leader.put(f"seats/{seat_id}/skills", {"skills": {"dialect": 9}}).status_code == 422
    assert leader.put("seats/999/skills", {}).json["code"] == "seat.not_found"
    with quiet_house.open_uow(SYSTEM) as uow:
        assert uow.session.get_one(Seat, seat_id).skills == {"dialect": 3}


def test_marks_of_a_caller_are_set_seen_and_lifted(person, quiet_house: House, clock):
    agent, call_id = taken(person, quiet_house)
    mark = agent.post(f"calls/{call_id}/marks", {"mark": "elderly", "reason": "八十岁，独居"})
    assert (mark.status_code, mark.json["label"]) == (201, "老年人")
    assert len(agent.get(f"calls/{call_id}/marks").json["items"]) == 1
    refused = agent.post(f"calls/{call_id}/marks", {"mark": "harasser", "reason": "辱骂"})
    assert (refused.status_code, refused.json["code"]) == (403, "permission.missing")
    leader = person(Role.SHIFT_LEADER)
    endless = leader.post(f"calls/{call_id}/marks", {"mark": "harasser", "reason": "辱骂"})
    assert (endless.status_code, endless.json["code"]) == (422, "caller.mark_must_expire")
    assert agent.post(f"caller_marks/{mark.json['id']}/lift").status_code == 200
    assert agent.get(f"calls/{call_id}/marks").json["items"] == []
    hidden = ring(quiet_house, None)
    answer = leader.post(f"calls/{hidden}/marks", {"mark": "elderly", "reason": "x"})
    assert answer.json["code"] == "caller.number_withheld"


def test_ringing_back_needs_the_request_to_be_mine(person, quiet_house: House):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    assert agent.post("call_backs/99/ring").json["code"] == "call_back.not_found"
    with quiet_house.open_uow(SYSTEM) as uow:
        assert queues.all_of_them(uow) == []


def test_the_emergency_announcement_is_switched_by_a_leader_and_seen_by_agents(person):
    agent, leader = person(Role.AGENT), person(Role.SHIFT_LEADER)
    assert agent.get("line/emergency").json == {"on": False}
    assert agent.post("line/emergency", {"on": True}).status_code == 403
    assert leader.post("line/emergency", {"on": True}).json == {"on": True}
    assert agent.get("line/emergency").json == {"on": True}


def test_a_message_becomes_a_draft_of_whoever_takes_it_and_its_recording_is_his_to_hear(
    person, quiet_house: House
):
    call_id = ring(quiet_house)
    with quiet_house.open_uow(SYSTEM) as uow:
        call = calls.locked(uow, call_id)
        call.state, call.outcome, call.call_back_id = CallState.MENU, None, None
        call.flow_step = "voicemail:voicemail"
        calls.leg_ended(uow, call_id, EndedBy.CALLER)
    agent, other = person(Role.AGENT), person(Role.AGENT)
    row = agent.get("call_backs").json["items"][0]
    assert (row["message_call_id"], row["case_id"]) == (call_id, None)
    taken = agent.post(f"call_backs/{row['id']}/take").json
    again = agent.post(f"call_backs/{row['id']}/take").json
    assert taken["case_id"] == again["case_id"] is not None
    assert agent.get(f"cases/{taken['case_id']}").json["call_id"] == call_id
    sound = f"recordings/{taken['message_recording_id']}/audio"
    assert agent.get(sound).json["code"] == "recording.not_ready"
    assert other.get(sound).json["code"] == "recording.not_found"


def test_a_recording_is_paused_held_and_leaves_the_house_only_by_permit(person, quiet_house: House):
    agent, call_id = taken(person, quiet_house)
    assert agent.post(f"calls/{call_id}/pause_recording").json["recording_paused"] is True
    assert agent.get("seat").json["call"]["recording_paused"] is True
    assert agent.post(f"calls/{call_id}/resume_recording").json["recording_paused"] is False
    recording = agent.get(f"calls/{call_id}/recording").json
    head = person(Role.CENTRE_HEAD)
    assert agent.post(f"recordings/{recording['id']}/hold", {"on": True}).status_code == 403
    assert head.post(f"recordings/{recording['id']}/hold", {"on": True}).json["legal_hold"] is True
    assert agent.post(f"recordings/{recording['id']}/downloads", {"reason": ""}).status_code == 422
    asked = agent.post(f"recordings/{recording['id']}/downloads", {"reason": "信访复核"})
    assert asked.status_code == 201
    path = f"recording_downloads/{asked.json['id']}"
    assert agent.get(f"{path}/file").json["code"] == "download.not_allowed"
    assert agent.post(f"{path}/decide", {"allow": True}).status_code == 403
    assert [row["id"] for row in head.get("recording_downloads").json["items"]] == [asked.json["id"]]
    assert head.post(f"{path}/decide", {"allow": True}).json["allowed"] is True
    assert agent.get(f"{path}/file").json["code"] == "recording.not_ready"
    assert head.get(f"{path}/file").json["code"] == "download.not_found"
