"""The knowledge base over HTTP: two people for every word, found on the desk, cited by cases, reported on by agents."""

from datetime import timedelta

import pytest

from hotline.accounts.models import Unit
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role
from tests.web import Browser


@pytest.fixture
def unit_id(quiet_house: House) -> int:
    with quiet_house.open_uow(SYSTEM) as uow:
        unit = Unit(
            code="renshe", name="市人社局", short_name="人社局", kind="department", phone="0731-00000001"
        )
        uow.session.add(unit)
        uow.session.flush()
        return unit.id


@pytest.fixture
def editor(person) -> Browser:
    return person(Role.KNOWLEDGE_EDITOR)


@pytest.fixture
def approver(person) -> Browser:
    return person(Role.KNOWLEDGE_APPROVER)


def wording(unit_id: int, **changes):
    return {
        "title": "社会保障卡遗失如何补办",
        "body": "先拨打发卡银行电话挂失，再持身份证到任一服务网点补办，当场领取新卡。",
        "keywords": ["社保卡", "挂失"],
        "unit_id": unit_id,
        "expires_on": "2027-09-30",
    } | changes


def published(editor: Browser, approver: Browser, unit_id: int, **changes) -> int:
    made = editor.post("knowledge/revisions", wording(unit_id, **changes)).json
    assert editor.post(f"knowledge/revisions/{made['id']}/submit").json["state"] == "submitted"
    done = approver.post(f"knowledge/revisions/{made['id']}/approve")
    assert (done.status_code, done.json["state"]) == (200, "published")
    return made["article_id"]


def found(browser: Browser, words: str) -> list[int]:
    return [item["id"] for item in browser.get("knowledge", query_string={"q": words}).json["items"]]


def test_an_article_is_told_only_after_a_second_person_has_approved_it(person, editor, approver, unit_id):
    agent = person(Role.AGENT)
    made = editor.post("knowledge/revisions", wording(unit_id)).json
    path = f"knowledge/revisions/{made['id']}"
    assert found(agent, "社保卡挂失") == []
    assert agent.get(f"knowledge/{made['article_id']}").json["code"] == "knowledge.not_found"
    assert approver.post(f"{path}/approve").json["code"] == "knowledge.not_in_this_state"
    editor.post(f"{path}/submit")
    assert approver.post(f"{path}/approve").json["version"] == 1
    assert found(agent, "社保卡挂失") == [made["article_id"]]
    told = agent.get(f"knowledge/{made['article_id']}").json
    assert (told["unit"], told["version"], told["used"]) == ("人社局", 1, 0)


def test_nobody_approves_their_own_words_even_with_both_roles(person, unit_id):
    both = person(Role.KNOWLEDGE_EDITOR, Role.KNOWLEDGE_APPROVER)
    made = both.post("knowledge/revisions", wording(unit_id)).json
    both.post(f"knowledge/revisions/{made['id']}/submit")
    refused = both.post(f"knowledge/revisions/{made['id']}/approve")
    assert (refused.status_code, refused.json["code"]) == (403, "knowledge.second_person_needed")


def test_what_is_sent_back_returns_to_its_editor_with_the_reason(person, editor, approver, unit_id):
    made = editor.post("knowledge/revisions", wording(unit_id)).json
    path = f"knowledge/revisions/{made['id']}"
    editor.post(f"{path}/submit")
    assert editor.put(path, wording(unit_id)).json["code"] == "knowledge.not_in_this_state"
    back = approver.post(f"{path}/reject", {"reason": "请写明网点的办公时间"}).json
    assert (back["state"], back["decision_reason"]) == ("draft", "请写明网点的办公时间")
    other = person(Role.KNOWLEDGE_EDITOR)
    assert other.put(path, wording(unit_id)).json["code"] == "knowledge.not_your_revision"
    assert editor.put(path, wording(unit_id, title="社保卡补办")).json["title"] == "社保卡补办"


def test_a_new_wording_replaces_the_old_one_only_when_it_is_approved(person, editor, approver, unit_id):
    agent = person(Role.AGENT)
    article_id = published(editor, approver, unit_id)
    made = editor.post(
        "knowledge/revisions", wording(unit_id, body="可在手机上补办。", article_id=article_id)
    ).json
    twice = editor.post("knowledge/revisions", wording(unit_id, article_id=article_id))
    assert (twice.status_code, twice.json["code"]) == (409, "knowledge.revision_exists")
    assert "手机" not in agent.get(f"knowledge/{article_id}").json["body"]
    editor.post(f"knowledge/revisions/{made['id']}/submit")
    approver.post(f"knowledge/revisions/{made['id']}/approve")
    assert agent.get(f"knowledge/{article_id}").json["version"] == 2
    versions = [row["version"] for row in editor.get(f"knowledge/{article_id}/revisions").json["items"]]
    assert versions == [2, 1]


def test_the_fullest_hit_comes_first_and_some_words_are_enough(person, editor, approver, unit_id):
    agent = person(Role.AGENT)
    card = published(editor, approver, unit_id)
    water = published(
        editor, approver, unit_id, title="停水如何查询", body="请报小区名称。", keywords=["停水"]
    )
    mixed = published(
        editor, approver, unit_id, title="办事网点", body="社保卡也可在银行网点补办。", keywords=[]
    )
    assert found(agent, "社保卡丢了怎么补办") == [card, mixed]
    assert found(agent, "小区停水") == [water]
    assert found(agent, "彩虹") == []
    assert sorted(found(agent, "")) == sorted([card, water, mixed])


def test_after_its_last_day_an_article_is_offered_no_longer(person, editor, approver, unit_id, clock):
    today = clock.now().date()
    article_id = published(editor, approver, unit_id, expires_on=str(today))
    assert found(person(Role.AGENT), "社保卡") == [article_id]
    clock.move(days=1)
    assert found(person(Role.AGENT), "社保卡") == []
    late = person(Role.KNOWLEDGE_EDITOR)
    assert [row["expired"] for row in late.get("knowledge/catalogue").json["items"]] == [True]
    made = late.post("knowledge/revisions", wording(unit_id, expires_on=str(today - timedelta(days=3)))).json
    assert late.post(f"knowledge/revisions/{made['id']}/submit").json["details"][0]["field"] == "expires_on"


def test_a_withdrawn_article_is_told_to_nobody(person, editor, approver, unit_id):
    article_id = published(editor, approver, unit_id)
    assert editor.post(f"knowledge/{article_id}/withdraw", {"reason": "政策已废止"}).status_code == 403
    approver.post(f"knowledge/{article_id}/withdraw", {"reason": "政策已废止"})
    agent = person(Role.AGENT)
    assert found(agent, "社保卡") == []
    assert agent.get(f"knowledge/{article_id}").status_code == 404


def test_a_case_answered_by_an_article_counts_for_it(person, editor, approver, unit_id):
    article_id = published(editor, approver, unit_id)
    agent = person(Role.AGENT)
    case = agent.post("cases", {"case_type": "consultation"}).json
    cite = {"payload": {"knowledge_id": article_id}}
    unknown = agent.post(f"cases/{case['id']}/actions/close_direct", {"payload": {"knowledge_id": 999}})
    assert (unknown.status_code, unknown.json["details"][0]["field"]) == (422, "knowledge_id")
    assert agent.patch(f"cases/{case['id']}", {"knowledge_id": 999}).status_code == 422
    closed = agent.post(f"cases/{case['id']}/actions/close_direct", cite)
    assert (closed.status_code, closed.json["status"]) == (200, "direct_closed")
    assert agent.get(f"knowledge/{article_id}").json["used"] == 1


def test_what_agents_miss_is_counted_and_settled_by_an_editor(person, editor):
    for _ in range(2):
        person(Role.AGENT).post("knowledge/reports", {"kind": "missing", "text": "夜市摊位怎么申请"})
    waiting = editor.get("knowledge/reports").json["items"]
    assert [(row["text"], row["times"], row["kind_label"]) for row in waiting] == [
        ("夜市摊位怎么申请", 2, "没有找到")
    ]
    path = f"knowledge/reports/{waiting[0]['id']}/settle"
    assert editor.post(path, {"answer": "已补充条目"}).json["answer"] == "已补充条目"
    assert editor.post(path, {"answer": "再来一次"}).json["code"] == "knowledge.report_settled"
    assert editor.get("knowledge/reports").json["items"] == []


def test_an_error_report_names_its_article(person, editor, approver, unit_id):
    agent = person(Role.AGENT)
    vague = agent.post("knowledge/reports", {"kind": "wrong", "text": "电话打不通"})
    assert vague.json["details"][0]["field"] == "article_id"
    article_id = published(editor, approver, unit_id)
    agent.post("knowledge/reports", {"kind": "wrong", "text": "电话打不通", "article_id": article_id})
    assert approver.get("knowledge/reports").json["items"][0]["article_title"] == "社会保障卡遗失如何补办"
    assert person(Role.AGENT).get("knowledge/reports").status_code == 403
