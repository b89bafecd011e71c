"""The file of a case over HTTP: each person gets what concerns them, with names; leaks can be traced."""

from tests.db.dispatch.conftest import CLOSE


def file_of(browser, case_id: int):
    answer = browser.get(f"cases/{case_id}/file")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_return_is_told_with_its_reason_class_and_the_suggested_unit(people, city):
    case_id = city.returned()
    [asked] = file_of(people["dispatcher1"], case_id)["returns"]
    assert (asked["unit"], asked["reason_class_label"], asked["decision_label"]) == (
        "市住建局",
        "职责不符",
        "待决定",
    )
    assert asked["suggested_unit"]
    assert asked["law_basis"]
    assert file_of(people["zhujian_clerk"], case_id)["returns"][0]["id"] == asked["id"]


def test_the_dispute_room_shows_every_slot_given_or_empty_to_its_parties(people, city):
    case_id = city.disputed()
    city.do(case_id, "give_opinion", "unit_head", {"opinion": "不属我局职责"}, unit="zhujian")
    [room] = file_of(people["coordinator1"], case_id)["disputes"]
    slots = {(slot["slot_label"], slot["unit"]): slot["text"] for slot in room["opinions"]}
    assert slots[("当事单位", "市住建局")] == "不属我局职责"
    assert slots[("机构编制", None)] is None
    assert file_of(people["zhujian_head"], case_id)["disputes"][0]["id"] == room["id"]


def test_a_unit_does_not_see_instructions_and_follow_ups(people, city):
    case_id = city.signed()
    city.contact(case_id)
    people["head1"].post(f"cases/{case_id}/actions/instruct", {"payload": {"text": "限期办好"}})
    hotline, unit = file_of(people["auditor1"], case_id), file_of(people["zhujian_clerk"], case_id)
    assert [line["text"] for line in hotline["instructions"]] == ["限期办好"]
    assert hotline["follow_up_plan"] == "须回访"
    assert (unit["instructions"], unit["follow_up_plan"]) == ([], None)
    assert [talk["how_label"] for talk in unit["contacts"]] == ["电话"]
    assert people["chengguan_clerk"].get(f"cases/{case_id}/file").status_code == 404


def test_follow_ups_stand_in_order_with_their_answers(people, city):
    case_id = city.followed_up()
    city.do(case_id, "close", "follow_up", CLOSE)
    [asked] = file_of(people["auditor1"], case_id)["follow_ups"]
    assert (asked["via_label"], asked["satisfaction"], asked["reached"]) == ("短信", "满意", True)


def test_the_security_auditor_traces_a_leak_by_case_and_by_person(people, city):
    case_id = city.dispatched()
    case_no = people["zhujian_clerk"].get(f"cases/{case_id}").json["case_no"]
    reveal = {"field": "contact_no", "reason": "先行联系"}
    people["zhujian_clerk"].post(f"cases/{case_id}/reveal", reveal)
    by_case = people["security"].get(f"sights?case_no={case_no}").json["items"]
    assert [(seen["unit"], seen["action_label"]) for seen in by_case] == [
        ("市住建局", "查看联系方式"),
        ("市住建局", "查看"),
    ]
    assert by_case[0]["details"] == reveal
    by_person = people["security"].get("sights?person=zhujian_clerk").json["items"]
    assert {seen["case_no"] for seen in by_person} == {case_no}


def test_who_saw_what_is_for_the_security_auditor_and_wants_a_case_or_a_person(people):
    assert people["admin"].get("sights?case_no=X").json["code"] == "permission.missing"
    assert people["security"].get("sights").status_code == 422
    assert people["security"].get("sights?person=nobody").json["code"] == "sights.person_unknown"
    assert people["security"].get("sights?case_no=LY1").json["code"] == "sights.case_unknown"
