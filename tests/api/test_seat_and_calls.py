import pytest

from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role
from telephony import recording_files, recordings
from telephony.models import Recording, RecordingState
from tests.api.phone import give_up, ring

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


def test_a_seat_starts_signed_out_and_becomes_free_by_signing_in(person):
    agent = person(Role.AGENT)
    assert agent.get("seat").json["state"] == "signed_out"
    seat = agent.post("seat/sign_in").json
    assert (seat["state"], seat["state_label"], seat["call"]) == ("available", "空闲", None)


def test_being_busy_needs_a_reason_from_the_list(person):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    refused = agent.post("seat/busy", {"reason": "bored"})
    assert refused.status_code == 422
    assert refused.json["details"] == [{"field": "reason", "reason": "请从列表中选择"}]
    reasons = [item["code"] for item in agent.get("lookups/busy_reasons").json["items"]]
    assert agent.post("seat/busy", {"reason": reasons[0]}).json["state"] == "busy"


def test_a_waiting_call_rings_at_the_free_seat_and_is_answered(person, quiet_house: House):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    offered = agent.get("seat").json
    assert (offered["state"], offered["call"]["id"], offered["call"]["state"]) == (
        "ringing",
        call_id,
        "offered",
    )
    assert offered["call"]["caller_masked"] == "138****8000"
    answered = agent.post(f"calls/{call_id}/answer")
    assert answered.status_code == 200
    assert answered.json["state"] == "talking"
    assert agent.get("seat").json["call"]["answered_at"] == "2026-09-18T08:00:00Z"


def test_hold_mute_and_hang_up_follow_each_other(person, quiet_house: House, clock):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    agent.post(f"calls/{call_id}/answer")
    assert agent.post(f"calls/{call_id}/hold").json["on_hold"] is True
    clock.move(seconds=30)
    assert agent.post(f"calls/{call_id}/resume").json["hold_s"] == 30
    assert agent.post(f"calls/{call_id}/mute").json["muted"] is True
    assert agent.post(f"calls/{call_id}/unmute").json["muted"] is False
    ended = agent.post(f"calls/{call_id}/hang_up").json
    assert (ended["state"], ended["outcome"], ended["ended_by"]) == ("ended", "answered", "agent")
    assert agent.get("seat").json["state"] == "wrap_up"
    assert agent.post("seat/wrap_up_done").json["state"] == "available"


def test_another_agent_can_neither_answer_nor_see_the_call(person, quiet_house: House):
    mine, other = person(Role.AGENT), person(Role.AGENT)
    mine.post("seat/sign_in")
    call_id = ring(quiet_house)
    assert other.post(f"calls/{call_id}/answer").status_code == 403
    assert other.get(f"calls/{call_id}").status_code == 404
    assert person(Role.QA).get(f"calls/{call_id}").status_code == 200


def test_answering_a_call_that_has_gone_says_so(person, quiet_house: House):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    give_up(quiet_house, call_id)
    answer = agent.post(f"calls/{call_id}/answer")
    assert (answer.status_code, answer.json["code"]) == (409, "call.gone")


def test_a_session_that_expires_in_mid_call_leaves_the_call_to_the_agent(
    person, quiet_house: House, clock, app
):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    agent.post(f"calls/{call_id}/answer")
    clock.move(hours=3)
    refused = agent.post(f"calls/{call_id}/hold")
    assert (refused.status_code, refused.json["code"]) == (401, "auth.session_expired")
    again = agent.post("auth/login", {"username": "agent1", "password": "Demo-12345"})
    agent.csrf_token = again.json["csrf_token"]
    assert agent.get("seat").json["call"]["id"] == call_id
    assert agent.post(f"calls/{call_id}/hold").json["on_hold"] is True


def test_the_browser_hands_its_sound_to_the_worker_and_waits_for_the_answer(person, quiet_house: House):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    command = agent.post("seat/media", {"call_id": call_id, "sdp": SDP, "type": "offer"})
    assert command.status_code == 202
    command_id = command.json["command_id"]
    waiting = {"state": "waiting", "sdp": None, "type": None, "error": None}
    assert agent.get(f"seat/media/{command_id}").json == waiting
    assert person(Role.AGENT).get(f"seat/media/{command_id}").status_code == 404


@pytest.mark.parametrize("sdp", ["no session description", "v=0 without audio", "v=0 m=audio" + "x" * 20_000])
def test_a_broken_sound_offer_is_refused(person, quiet_house: House, sdp: str):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    body = {"call_id": ring(quiet_house), "sdp": sdp, "type": "offer"}
    assert agent.post("seat/media", body).status_code == 422


def test_a_playback_is_logged_and_only_for_those_who_may_hear(person, quiet_house: House):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    agent.post(f"calls/{call_id}/answer")
    recording_id = agent.get(f"calls/{call_id}/recording").json["id"]
    assert agent.get(f"recordings/{recording_id}/audio").json["code"] == "recording.not_ready"
    with quiet_house.open_uow(SYSTEM) as uow:
        recording = uow.session.get_one(Recording, recording_id)
        recording.state = RecordingState.FINAL
        recording_files.store(uow.settings, uow.vault, recording.name, b"OggS-sound")
    heard = agent.get(f"recordings/{recording_id}/audio")
    assert (heard.data, heard.mimetype) == (b"OggS-sound", recordings.MIME_TYPE)
    assert person(Role.AGENT).get(f"recordings/{recording_id}/audio").status_code == 404
    assert person(Role.UNIT_CLERK).get(f"recordings/{recording_id}/audio").status_code == 403


def test_calls_are_paged_from_the_newest(person, quiet_house: House):
    for _ in range(51):
        ring(quiet_house, number=None)
    qa = person(Role.QA)
    first = qa.get("calls").json
    assert len(first["items"]) == 50
    rest = qa.get(f"calls?cursor={first['next_cursor']}").json
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)


def test_a_missed_call_is_taken_tried_and_finished_by_one_agent(person, quiet_house: House):
    person(Role.AGENT).post("seat/sign_in")
    give_up(quiet_house, ring(quiet_house))
    agent, other = person(Role.AGENT), person(Role.AGENT)
    (missed,) = agent.get("call_backs").json["items"]
    path = f"call_backs/{missed['id']}"
    assert agent.post(f"{path}/take").json["owner_name"] == "agent2号"
    assert other.post(f"{path}/take").json["code"] == "call_back.taken"
    assert agent.post(f"{path}/number").json["number"] == "13800138000"
    assert agent.post(f"{path}/attempt", {"reached": False, "note": "无人接听"}).json["attempts"] == 1
    agent.post(f"{path}/take")
    assert agent.post(f"{path}/finish", {"result": "reached"}).json["state"] == "done"
    assert agent.get("call_backs").json["items"] == []


def test_the_board_counts_who_waits_and_how_today_goes(person, quiet_house: House, clock):
    agent, leader = person(Role.AGENT), person(Role.SHIFT_LEADER)
    agent.post("seat/sign_in")
    first = ring(quiet_house)
    agent.post(f"calls/{first}/answer")
    waiting = ring(quiet_house, "13900139000")
    board = leader.get("desk/board").json
    assert [row["call_id"] for row in board["waiting"]] == [waiting]
    assert board["seats_by_state"] == {"talking": 1}
    assert board["today"] == {
        "offered": 1, "answered": 1, "missed": 0, "in_service_level": 1, "answer_rate": 1.0, "service_level": 1.0,
    }  # fmt: skip
    clock.move(seconds=10)
    give_up(quiet_house, waiting)
    board = leader.get("desk/board").json
    assert (board["today"]["missed"], board["today"]["answer_rate"], board["open_call_backs"]) == (1, 0.5, 1)


def test_callers_who_hang_up_within_5_seconds_count_neither_way(person, quiet_house: House, clock):
    person(Role.AGENT).post("seat/sign_in")
    call_id = ring(quiet_house)
    clock.move(seconds=4)
    give_up(quiet_house, call_id)
    assert person(Role.SHIFT_LEADER).get("desk/board").json["today"]["offered"] == 0


def test_who_may_see_all_calls_can_ask_for_their_own(person, quiet_house):
    agent, leader = person(Role.AGENT), person(Role.SHIFT_LEADER)
    agent.post("seat/sign_in")
    call_id = ring(quiet_house)
    agent.post(f"calls/{call_id}/answer")
    assert [call["id"] for call in leader.get("calls").json["items"]] == [call_id]
    assert leader.get("calls?mine=true").json["items"] == []
    assert [call["id"] for call in agent.get("calls?mine=true").json["items"]] == [call_id]
