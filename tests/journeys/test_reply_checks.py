"""A unit's reply is read before it is taken: what was found goes with it, whatever the sender claims."""

from tests.db.dispatch.conftest import result_form
from tests.journeys.test_unit_desk import REPLY

BAD = "不属我局职责，请向市场监管局反映。"


def hand_in(people, city, case_id: int, **changes):
    payload = result_form(city.attach(case_id)) | {"public_reply": BAD} | changes
    return people["zhujian_head"].post(f"cases/{case_id}/actions/submit_result", {"payload": payload})


def ready(city) -> int:
    case_id = city.signed()
    city.contact(case_id)
    return case_id


def test_a_reply_that_passes_the_buck_must_be_explained_and_the_auditor_reads_why(people, city):
    case_id = ready(city)
    refused = hand_in(people, city, case_id)
    assert (refused.status_code, refused.json["code"]) == (422, "case.reply_refused")
    assert refused.json["details"][0]["field"] == "findings_explained"
    assert "推诿之嫌" in refused.json["message"]
    assert hand_in(people, city, case_id, findings_explained="已与市场监管局对接").status_code == 200
    [part] = people["auditor1"].get(f"cases/{case_id}").json["assignments"]
    assert "buck_passing" in {finding.get("code") for finding in part["reply_findings"]}
    assert part["reply_findings"][-1] == {"explained": "已与市场监管局对接"}


def test_findings_are_ours_and_never_the_senders(people, city):
    case_id = ready(city)
    forged = hand_in(people, city, case_id, reply_findings=[])
    assert forged.json["code"] == "case.reply_refused"
    done = hand_in(
        people, city, case_id, public_reply=REPLY, reply_findings=[{"level": "block", "text": "x"}]
    )
    assert done.status_code == 200, done.text


def test_a_reply_is_checked_while_it_is_written_by_those_who_may_see_the_case(people, city):
    case_id = ready(city)
    path = f"cases/{case_id}/reply_check"
    items = people["zhujian_head"].post(path, {"public_reply": BAD}).json["items"]
    assert ("warn", "buck_passing") in {(item["level"], item["code"]) for item in items}
    good = people["zhujian_head"].post(path, {"public_reply": REPLY}).json["items"]
    assert not any(item["level"] in ("block", "warn") for item in good)
    assert people["chengguan_head"].post(path, {"public_reply": BAD}).status_code == 404


def test_the_same_words_as_in_an_earlier_reply_are_noticed(people, city):
    first, second = ready(city), ready(city)
    assert hand_in(people, city, first, public_reply=REPLY).status_code == 200
    again = hand_in(people, city, second, public_reply=REPLY)
    assert "既往答复相似度" in again.json["message"]
