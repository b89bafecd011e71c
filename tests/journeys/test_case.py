"""A case from draft to closed, each step by the account that may take it, after every other account has failed."""

import io

import pytest
from PIL import Image

from hotline.desk import intake_watch
from tests.db.dispatch.conftest import CLOSE, COMPLETE


def photo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (30, 20), "blue").save(target, "JPEG")
    return target.getvalue()


class Way:
    """Walks one case; `step` lets everybody else try first."""

    def __init__(self, people, case_id: int) -> None:
        self.people = people
        self.case_id = case_id

    def view(self, who: str):
        return self.people[who].get(f"cases/{self.case_id}").json

    def step(self, action: str, who: str, payload: dict, also: frozenset[str] = frozenset()):
        body = {"payload": payload}
        path = f"cases/{self.case_id}/actions/{action}"
        for other, browser in self.people.items():
            if other != who and other not in also:
                refused = browser.post(path, body)
                assert refused.status_code in (403, 404), (action, other, refused.text)
        offered = [offer["name"] for offer in self.view(who)["actions"]]
        assert action in offered
        done = self.people[who].post(path, body | {"seen_version": self.view(who)["version"]})
        assert done.status_code == 200, done.text
        return done.json

    def attach(self, who: str) -> int:
        data = {"file": (io.BytesIO(photo()), "现场.jpg"), "kind": "evidence"}
        answer = self.people[who].post(
            f"cases/{self.case_id}/attachments", data=data, content_type="multipart/form-data"
        )
        assert answer.status_code == 201, answer.text
        return answer.json["id"]


def test_a_case_goes_from_draft_to_closed_and_only_by_those_who_may(people, city, clock):
    made = people["agent1"].post("cases", COMPLETE)
    assert made.status_code == 201
    assert (made.json["status"], made.json["name"], made.json["contact_no"]) == (
        "draft",
        "张三丰",
        "13800138000",
    )
    way = Way(people, made.json["id"])

    assert way.step("submit", "agent1", {})["status"] == "pending_review"
    assert way.step("accept", "reviewer1", {})["status"] == "pending_dispatch"

    routes = way.view("dispatcher1")["routes"]
    assert (routes[0]["lead_unit_name"], routes[0]["law_status"]) == ("市住建局", "确定")
    dispatched = way.step(
        "dispatch",
        "dispatcher1",
        {"lead_unit_id": routes[0]["lead_unit_id"], "routing_row_id": routes[0]["routing_row_id"]},
    )
    assert (dispatched["status"], dispatched["holder"]) == ("pending_sign", "市住建局")
    assert {clock["clock"] for clock in dispatched["deadlines"] if clock["state"] == "running"} == {
        "sign",
        "contact",
        "handle",
    }

    assert way.step("sign", "zhujian_clerk", {})["status"] == "handling"
    contact = {
        "how": "phone",
        "contacted_at": clock.now().isoformat(),
        "number": "13800138000",
        "note": "已沟通",
    }
    way.step("record_contact", "zhujian_clerk", contact, also=frozenset({"zhujian_head"}))
    result = {
        "facts_true": True,
        "solved": "yes",
        "result": "已更换主板",
        "public_reply": "9月18日上午我局到金沙小区3栋核查，更换电梯主板后已于当日16时修好电梯，恢复运行。",
        "attachment_ids": [way.attach("zhujian_head")],
    }
    assert way.step("submit_result", "zhujian_head", result)["status"] == "submitted"
    assert way.step("pass_audit", "auditor1", {})["status"] == "follow_up"
    closed = way.step("close", "followup1", CLOSE)
    assert (closed["status"], closed["status_label"]) == ("closed", "已办结")

    labels = [line["label"] for line in people["head1"].get(f"cases/{way.case_id}/timeline").json["items"]]
    assert labels == ["提交", "审核通过", "派单", "签收", "联系群众", "提交办结", "审核办结通过", "办结"]


def test_a_unit_sees_its_own_cases_with_masked_contacts_and_others_see_nothing(people, city):
    case_id = city.dispatched()
    seen = people["zhujian_clerk"].get(f"cases/{case_id}").json
    assert (seen["name"], seen["contact_no"]) == ("张**", "138****8000")
    assert seen["query_code"] is None
    assert people["chengguan_clerk"].get(f"cases/{case_id}").status_code == 404
    assert [row["id"] for row in people["zhujian_clerk"].get("cases?list=to_sign").json["items"]] == [case_id]
    assert people["chengguan_clerk"].get("cases?list=to_sign").json["items"] == []


def test_a_strictly_secret_report_reaches_the_unit_only_as_a_paraphrase(people, city):
    case_id = city.accepted(
        case_type="report", secrecy="strict", title="举报王五", facts="我是李四，举报邻居王五"
    )
    payload = {
        "lead_unit_id": city.units["zhujian"],
        "reason": "按职责",
        "paraphrase": "反映某小区有人违规施工",
    }
    done = people["dispatcher1"].post(f"cases/{case_id}/actions/dispatch", {"payload": payload})
    assert done.status_code == 200, done.text
    seen = people["zhujian_head"].get(f"cases/{case_id}")
    assert seen.json["facts"] == "反映某小区有人违规施工"
    assert "李四" not in seen.text
    assert "王五" not in seen.text
    assert not seen.json["can_reveal"]
    refused = people["zhujian_head"].post(f"cases/{case_id}/reveal", {"field": "name", "reason": "想联系"})
    assert (refused.status_code, refused.json["code"]) == (403, "case.reveal_refused")


def test_a_reveal_needs_a_reason_and_stays_on_record(people, city):
    case_id = city.dispatched()
    clerk = people["zhujian_clerk"]
    assert clerk.post(f"cases/{case_id}/reveal", {"field": "contact_no", "reason": ""}).status_code == 422
    revealed = clerk.post(f"cases/{case_id}/reveal", {"field": "contact_no", "reason": "先行联系群众"})
    assert revealed.json == {"field": "contact_no", "value": "13800138000"}


def test_a_stale_move_is_refused_with_who_changed_what(people, city):
    case_id = city.submitted()
    seen = people["reviewer1"].get(f"cases/{case_id}").json["version"]
    people["reviewer1"].patch(f"cases/{case_id}", {"title": "电梯停运三天"})
    body = {"payload": {}, "seen_version": seen}
    stale = people["reviewer1"].post(f"cases/{case_id}/actions/accept", body)
    assert (stale.status_code, stale.json["code"]) == (409, "case.stale")
    assert stale.json["details"]["changes"][0]["what"] == "修改 title"


def test_a_form_that_is_wrong_names_its_fields(people, city):
    case_id = city.accepted()
    answer = people["dispatcher1"].post(
        f"cases/{case_id}/actions/dispatch", {"payload": {"co_unit_ids": "x"}}
    )
    assert answer.status_code == 422
    assert {problem["field"] for problem in answer.json["details"]} == {"lead_unit_id", "co_unit_ids"}


def test_an_action_that_does_not_exist_is_not_found(people, city):
    answer = people["reviewer1"].post(f"cases/{city.submitted()}/actions/explode", {})
    assert (answer.status_code, answer.json["code"]) == (404, "case.action_unknown")


def test_what_an_agent_types_is_saved_bit_by_bit_and_comes_back_in_clear(people, city):
    agent = people["agent1"]
    case = agent.post("cases", {}).json
    saved = agent.patch(f"cases/{case['id']}", {"seen_version": 1, "facts": "路灯坏了😀𠮷", "name": "王小明"})
    assert (saved.status_code, saved.json["version"]) == (200, 2)
    again = agent.get(f"cases/{case['id']}").json
    assert (again["facts"], again["name"]) == ("路灯坏了😀𠮷", "王小明")
    assert people["agent2"].get(f"cases/{case['id']}").status_code == 404
    assert [row["id"] for row in agent.get("cases?list=drafts").json["items"]] == [case["id"]]


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800138000", "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("０７３１－８３６０００００", "073****0000"),
        ("83600000", "****00"),
        ("400-800-1234", "****34"),
        ("12345", "****45"),
    ],
)
def test_phone_numbers_of_every_form_are_taken(people, city, number: str, masked: str):
    case_id = city.open(contact_no=number, caller_no=number)
    city.do(case_id, "submit", "agent")
    assert people["reviewer1"].get(f"cases/{case_id}").json["contact_no"] == masked


@pytest.mark.parametrize("number", ["12", "电话", "1380013800013800138000", "138001380"])
def test_what_is_no_phone_number_is_refused(people, number: str):
    answer = people["agent1"].post("cases", {"contact_no": number})
    assert answer.status_code == 422
    assert answer.json["details"][0]["field"] == "contact_no"
    assert "电话号码" in answer.json["details"][0]["reason"]


def test_a_text_that_is_too_long_is_refused_in_chinese(people):
    answer = people["agent1"].post("cases", {"facts": "字" * 20_001})
    assert answer.json["details"] == [{"field": "facts", "reason": "太长，最多 20000 个字"}]
    assert people["agent1"].post("cases", {"facts": "字" * 2_000_000}).status_code == 413


def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_kept(people, city, quiet_house):
    case_id = city.submitted()
    data = {"file": (io.BytesIO(b"<script>alert(1)</script>"), "现场.jpg")}
    path = f"cases/{case_id}/attachments"
    answer = people["reviewer1"].post(path, data=data, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["code"]) == (422, "upload.refused")
    assert not (quiet_house.settings.data_dir / "files").exists()
    assert people["reviewer1"].get(f"cases/{case_id}").json["attachments"] == []


def test_a_file_is_read_back_by_those_who_may_see_the_case(people, city):
    case_id = city.dispatched()
    way = Way(people, case_id)
    file_id = way.attach("zhujian_clerk")
    with people["auditor1"].get(f"attachments/{file_id}") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert people["chengguan_clerk"].get(f"attachments/{file_id}").status_code == 404


def test_nobody_attaches_to_a_case_that_is_not_theirs(people, city):
    data = {"file": (io.BytesIO(photo()), "现场.jpg")}
    path = f"cases/{city.dispatched()}/attachments"
    answer = people["chengguan_clerk"].post(path, data=data, content_type="multipart/form-data")
    assert answer.status_code == 404


def test_lists_are_paged_filtered_searched_and_counted(people, city):
    ids = [city.submitted(title=f"电梯停运 {number}") for number in range(3)]
    city.submitted(title="路灯不亮", facts="人民路路灯不亮", urgency="urgent")
    reviewer = people["reviewer1"]
    first = reviewer.get("cases?list=to_review&limit=2").json
    assert first["items"][0]["urgency"] == "urgent"
    rest = reviewer.get(f"cases?list=to_review&limit=2&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["items"][1:] + rest["items"]] == ids
    assert rest["next_cursor"] is None
    assert len(reviewer.get("cases?list=to_review&urgency=urgent").json["items"]) == 1
    assert len(reviewer.get("cases?list=to_review&q=人民").json["items"]) == 1
    assert reviewer.get("cases/counts").json["to_review"] == 4
    assert reviewer.get("cases?list=to_sign").json["code"] == "worklist.unknown"
    row = first["items"][0]
    assert (row["category"], row["area"], row["light"]) == ("城乡建设 / 物业 / 电梯", "淮川街道", "amber")


def test_similar_cases_are_found_by_their_words(people, city):
    alike = city.submitted(title="电梯又停运", facts="金沙小区三栋电梯停运，老人无法出门")
    city.submitted(title="夜间施工噪声", facts="工地凌晨仍在施工")
    case_id = city.submitted()
    with city.uow() as uow:
        intake_watch.take_in(uow)
    (item,) = people["reviewer1"].get(f"cases/{case_id}/similar").json["items"]
    assert (item["id"], item["same_event"]) == (alike, True)


def test_a_deadline_explains_itself_day_by_day(people, city):
    case_id = city.dispatched()
    clocks = people["zhujian_clerk"].get(f"cases/{case_id}").json["deadlines"]
    handle = next(clock for clock in clocks if clock["clock"] == "handle")
    answer = people["zhujian_clerk"].get(f"deadlines/{handle['id']}/explain")
    assert answer.status_code == 200, answer.text
    explained = answer.json
    assert sum(step["counted"] is not None for step in explained["steps"]) == 5
    assert all(step["text"] for step in explained["steps"])
    assert people["chengguan_clerk"].get(f"deadlines/{handle['id']}/explain").status_code == 404


def test_a_shift_leader_registers_a_case_and_nobody_else_writes_in_it(people):
    leader = people["leader1"]
    made = leader.post("cases", {"title": "电梯停运"}).json
    assert "facts" in made["fields"]
    path = f"cases/{made['id']}"
    assert people["reviewer1"].patch(path, {"facts": "别人写的"}).json["code"] == "case.not_editable"
    assert people["reviewer1"].post(f"{path}/actions/submit", {}).json["code"] == "case.not_your_draft"
    filled = leader.patch(path, COMPLETE)
    assert (filled.status_code, filled.json["name"]) == (200, "张三丰")
    assert [row["id"] for row in leader.get("cases?list=drafts").json["items"]] == [made["id"]]
    assert leader.post(f"{path}/actions/submit", {}).json["status"] == "pending_review"


def test_the_usual_next_step_stands_out_once(people, city):
    def main_steps(who: str, case_id: int) -> list[str]:
        offers = people[who].get(f"cases/{case_id}").json["actions"]
        return [offer["name"] for offer in offers if offer["main"]]

    assert main_steps("reviewer1", city.submitted()) == ["accept"]
    case_id = city.signed()
    assert main_steps("zhujian_head", case_id) == ["record_contact"]
    city.contact(case_id)
    assert main_steps("zhujian_head", case_id) == ["submit_result"]
    assert main_steps("coordinator1", case_id) == []
