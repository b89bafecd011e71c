"""What the desk proposes while the agent types, from the city's own lists."""

import pytest

from dispatch.models import Category
from hotline.core.identity import SYSTEM
from hotline.desk import intake_watch


@pytest.fixture(autouse=True)
def keywords(city, quiet_house) -> None:
    with quiet_house.open_uow(SYSTEM) as uow:
        lift = uow.session.get_one(Category, "A0101")
        lift.keywords, lift.case_types, lift.default_urgency = ["电梯", "停运"], ["complaint"], "urgent"
        uow.session.get_one(Category, "B01").keywords = ["占道"]


def ask(people, **asked):
    answer = people["agent1"].post("suggestions", asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_class_type_urgency_and_unit_come_with_their_reasons(people, city):
    found = ask(people, title="电梯停运", facts="金沙小区电梯停运三天", place="淮川街道金沙小区")
    assert found["source"] == "catalogue"
    (category,) = found["category"]
    assert (category["value"], category["label"]) == ("A0101", "城乡建设 / 物业 / 电梯")
    assert category["reasons"] == ["文中提到“停运”、“电梯”"]
    assert found["case_type"][0]["value"] == "complaint"
    assert found["urgency"][0]["value"] == "urgent"
    assert found["place"][0]["value"] == "430181001"
    (unit,) = found["unit"]
    assert unit["value"] == "zhujian"
    assert unit["reasons"][1] == "依据：《物业管理条例》第48条"


def test_what_rests_on_lists_only_claims_no_confidence(people):
    found = ask(people, facts="电梯停运")
    assert not any(item["is_confident"] for name in ("category", "unit", "urgency") for item in found[name])


def test_one_risk_word_raises_the_urgency_and_is_shown(people):
    found = ask(people, facts="占道摊位旁边有燃气味")
    assert found["risk_words"] == ["燃气味"]
    assert found["urgency"][0]["value"] == "critical"
    assert "燃气味" in found["urgency"][0]["reasons"][0]


def test_a_risk_word_that_is_denied_raises_nothing(people):
    found = ask(people, facts="占道摊位旁边没有燃气泄漏")
    assert found["risk_words"] == []
    assert found["urgency"][0]["value"] == "normal"


@pytest.mark.parametrize("facts", ["", "嗯", "，。！？", "<script>' or 1=1 --", "😀𠮷", "路" * 20_000])
def test_a_text_that_says_nothing_gets_no_proposal_and_no_error(people, facts: str):
    found = ask(people, facts=facts)
    assert (found["category"], found["unit"], found["similar"]) == ([], [], [])


def test_similar_cases_are_shown_in_one_line_even_to_those_who_may_not_search(people, city):
    case_id = city.submitted()
    city.submitted(secrecy="strict")
    with city.uow() as uow:
        intake_watch.take_in(uow)
    found = ask(people, title="小区电梯停运", facts="金沙小区 3 栋电梯停运三天，老人出行困难。")
    assert [item["id"] for item in found["similar"]] == [case_id]


def test_the_form_is_filled_from_the_text_with_the_words_it_was_read_from(people):
    facts = "昨天下午3点在淮川街道金沙小区，物业公司收了我500元停车费，要求退还停车费。"
    found = ask(people, title="乱收费", facts=facts, place="")
    fills = {fill["field"]: fill for fill in found["fills"]}
    assert fills["amount"]["value"] == "500.00"
    assert fills["event_at"]["value"].startswith("2026-09-17T15:00")
    assert {fill["source"] for fill in fills.values()} == {"facts"}
    read = {field: facts[fill["start"] : fill["end"]] for field, fill in fills.items()}
    assert (read["amount"], read["event_at"]) == ("500元", "昨天下午3点")
    assert "淮川街道金沙小区" in read["address"]
    assert "退还停车费" in fills["demand"]["value"]
    assert all(0 < fill["confidence"] <= 1 for fill in fills.values())


def test_units_get_no_suggestions(people):
    assert people["zhujian_clerk"].post("suggestions", {"facts": "电梯"}).status_code == 403


def test_the_proposal_is_kept_with_the_draft_beside_what_the_agent_decides(people, city):
    agent = people["agent1"]
    case = agent.post("cases", {}).json
    ask(people, facts="电梯停运", case_id=case["id"])
    agent.patch(f"cases/{case['id']}", {"seen_version": case["version"], "category_code": "B01"})
    kept = agent.get(f"cases/{case['id']}").json
    assert (kept["suggestion"]["category"][0][0], kept["category_code"]) == ("A0101", "B01")
    assert people["agent2"].post("suggestions", {"facts": "电梯", "case_id": case["id"]}).status_code == 404


def test_whoever_dispatches_sees_the_units_with_what_speaks_for_and_against_them(people, city):
    case_id = city.accepted(title="电梯停运", facts="金沙小区电梯停运三天")
    (unit,) = people["dispatcher1"].get(f"cases/{case_id}/unit_proposals").json["items"]
    assert (unit["unit_id"], unit["name"], unit["against"]) == (city.units["zhujian"], "市住建局", [])
    assert any("派单目录第 1 行" in reason for reason in unit["reasons"])
    assert people["zhujian_clerk"].get(f"cases/{case_id}/unit_proposals").status_code == 403
    assert people["dispatcher1"].get("cases/7000000/unit_proposals").status_code == 404
