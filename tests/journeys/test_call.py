"""From a ringing call to a registered case, as the agent's desk does it over HTTP."""

import pytest

from tests.api.phone import give_up, ring


@pytest.fixture
def agent(people):
    people["agent1"].post("seat/sign_in")
    return people["agent1"]


def answered(agent, quiet_house, number: str = "13800138000") -> int:
    call_id = ring(quiet_house, number)
    assert agent.post(f"calls/{call_id}/answer").status_code == 200
    return call_id


def test_the_draft_of_a_call_knows_its_number_and_is_the_same_however_often_asked(agent, city, quiet_house):
    call_id = answered(agent, quiet_house)
    first = agent.post("cases", {"call_id": call_id})
    again = agent.post("cases", {"call_id": call_id})
    assert (first.status_code, first.json["caller_no"], first.json["contact_no"]) == (
        201,
        "13800138000",
        "13800138000",
    )
    assert again.json["id"] == first.json["id"]
    assert agent.get("seat").json["call"]["case_id"] == first.json["id"]
    assert agent.get(f"calls/{call_id}").json["case_ids"] == [first.json["id"]]


def test_a_second_matter_in_the_same_call_becomes_a_second_case(agent, city, quiet_house):
    call_id = answered(agent, quiet_house)
    first = agent.post("cases", {"call_id": call_id, "case_type": "consultation"}).json
    agent.post(f"cases/{first['id']}/actions/close_direct", {"payload": {"answer": "周一至周五办公"}})
    second = agent.post("cases", {"call_id": call_id}).json
    assert second["id"] != first["id"]
    assert agent.get(f"calls/{call_id}").json["case_ids"] == [first["id"], second["id"]]


def test_nobody_opens_a_draft_on_the_call_of_another(agent, people, city, quiet_house):
    call_id = answered(agent, quiet_house)
    assert people["agent2"].post("cases", {"call_id": call_id}).status_code == 404
    assert people["leader1"].post("cases", {"call_id": call_id}).json["code"] == "call.not_yours"


def test_a_hidden_number_opens_a_draft_without_number(agent, city, quiet_house):
    call_id = ring(quiet_house, None)
    agent.post(f"calls/{call_id}/answer")
    assert agent.post("cases", {"call_id": call_id}).json["caller_no"] is None


def test_the_card_shows_who_rings_and_what_is_open(agent, city, quiet_house, clock):
    done = city.closed(labels=["老户"])
    running = city.signed()
    city.signed(contact_no="13900139000", caller_no="13900139000", name="邻居")
    call_id = ring(quiet_house)
    card = agent.get(f"desk/caller_card?call_id={call_id}").json
    assert (card["name"], card["number_masked"], card["labels"]) == ("张**", "138****8000", ["老户"])
    assert [case["id"] for case in card["open_cases"]] == [running]
    assert card["open_cases"][0]["holder"] == "市住建局"
    assert [case["id"] for case in card["history"]] == [done]
    assert (card["history"][0]["rating"], card["history"][0]["light"]) == ("满意", "grey")
    assert len(card["same_place"]) == 1
    assert card["calls_today"] == 1


def test_a_first_caller_has_an_empty_card(agent, city, quiet_house):
    call_id = ring(quiet_house, "13700137000")
    card = agent.get(f"desk/caller_card?call_id={call_id}").json
    assert (card["name"], card["open_cases"], card["history"], card["last_call_at"]) == (None, [], [], None)


def test_strictly_secret_cases_are_on_no_card_of_others(agent, people, city, quiet_house):
    secret = agent.post("cases", {"secrecy": "strict", "contact_no": "13800138000", "title": "举报"}).json
    city_case = city.get(secret["id"])
    assert city_case.secrecy == "strict"
    call_id = ring(quiet_house)
    card = agent.get(f"desk/caller_card?call_id={call_id}").json
    assert card["open_cases"] == []
    numbers = people["leader1"].get("desk/caller_card?number=13800138000").json
    assert numbers["history"] == []


def test_looking_up_a_number_needs_a_number(agent, city):
    assert agent.get("desk/caller_card?number=abc").status_code == 422
    assert agent.get("desk/caller_card").status_code == 422


def test_a_caller_who_hangs_up_before_the_answer_leaves_a_call_back(agent, city, quiet_house):
    call_id = ring(quiet_house)
    give_up(quiet_house, call_id)
    assert agent.get("call_backs").json["items"][0]["caller_masked"] == "138****8000"
    assert agent.post("cases", {"call_id": call_id}).json["code"] == "call.not_found"


def test_a_call_from_the_same_number_twice_at_once_is_two_calls(agent, city, quiet_house):
    first = answered(agent, quiet_house)
    second = ring(quiet_house)
    assert first != second
    card = agent.get(f"desk/caller_card?call_id={first}").json
    assert card["calls_today"] == 2
