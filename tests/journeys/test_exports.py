"""Cases leave the house only when another person agrees, under a watermark, and every case remembers it."""

import io
from datetime import timedelta

import openpyxl
import pytest

from hotline.core.identity import Role
from tests.web import add_person, signed_in


@pytest.fixture
def second_head(app, quiet_house, city):
    return signed_in(app, quiet_house, add_person(quiet_house, "head2", Role.CENTRE_HEAD))


def asked(browser, **changes) -> dict:
    answer = browser.post("exports", {"list": "all", "reason": "季度分析用"} | changes)
    assert answer.status_code == 201, answer.text
    return answer.json


def allow(browser, request_id: int):
    return browser.post(f"exports/{request_id}/decide", {"approve": True, "reason": "同意"})


def test_an_approved_request_gives_a_watermarked_file_without_identities(people, city):
    case_id = city.dispatched(title="小区电梯停运")
    coordinator, head = people["coordinator1"], people["head1"]
    request = asked(coordinator)
    early = coordinator.get(f"exports/{request['id']}/file")
    assert (early.status_code, early.json["code"]) == (409, "export.not_let")
    assert allow(head, request["id"]).json["decision_label"] == "同意"

    taken = coordinator.get(f"exports/{request['id']}/file")
    book = openpyxl.load_workbook(io.BytesIO(taken.data))
    lines = [[cell.value for cell in row] for row in book["数据"].iter_rows()]
    assert "coordinator1号 Wcoordinator1 2026-09-18 16:00" in lines[1][0]
    assert "coordinator1号" in book["数据"].oddFooter.left.text
    assert lines[3][1] == "小区电梯停运"
    text = str(lines)
    assert "张三" not in text
    assert "138" not in text

    case_no = people["head1"].get(f"cases/{case_id}").json["case_no"]
    seen = people["security"].get(f"sights?case_no={case_no}").json["items"]
    assert ("export", "coordinator1号") in {(item["action"], item["name"]) for item in seen}


def test_nobody_decides_on_an_own_request_nor_takes_anothers(people, city, second_head):
    city.dispatched()
    head = people["head1"]
    request = asked(head)
    assert not request["may_decide"]
    own = allow(head, request["id"])
    assert (own.status_code, own.json["code"]) == (403, "export.own_request")
    assert allow(second_head, request["id"]).status_code == 200
    assert allow(second_head, request["id"]).json["code"] == "export.decided"
    assert people["coordinator1"].get(f"exports/{request['id']}/file").status_code == 404
    assert second_head.get(f"exports/{request['id']}/file").status_code == 404
    assert people["dispatcher1"].post("exports", {"list": "all", "reason": "想看看"}).status_code == 403


def test_a_file_can_be_taken_three_times_within_a_day(people, city, clock):
    city.dispatched()
    coordinator = people["coordinator1"]
    path = f"exports/{asked(coordinator)['id']}"
    allow(people["head1"], int(path.partition("/")[2]))
    for _ in range(3):
        assert coordinator.get(f"{path}/file").status_code == 200
    assert coordinator.get(f"{path}/file").json["code"] == "export.over"
    later = asked(coordinator)["id"]
    allow(people["head1"], later)
    clock.set(clock.now() + timedelta(hours=1, minutes=59))
    assert coordinator.get(f"exports/{later}/file").status_code == 200


def test_a_refused_request_gives_nothing_and_says_so(people, city):
    city.dispatched()
    request = asked(people["coordinator1"])
    people["head1"].post(f"exports/{request['id']}/decide", {"approve": False, "reason": "理由不足"})
    assert people["coordinator1"].get(f"exports/{request['id']}/file").json["code"] == "export.not_let"
    [mine] = people["coordinator1"].get("exports").json["items"]
    assert (mine["decision_label"], mine["decision_reason"], mine["may_take"]) == ("驳回", "理由不足", False)


def test_a_request_holds_to_the_lists_of_the_role_and_to_what_there_is(people, city):
    coordinator = people["coordinator1"]
    assert coordinator.post("exports", {"list": "all", "reason": "季度分析"}).status_code == 422
    city.dispatched()
    assert (
        coordinator.post("exports", {"list": "to_sign", "reason": "季度分析"}).json["code"]
        == "worklist.unknown"
    )
    assert asked(coordinator, urgency="normal")["filters"] == {"urgency": "normal"}
    assert (
        coordinator.post("exports", {"list": "all", "urgency": "critical", "reason": "季度分析"}).status_code
        == 422
    )
