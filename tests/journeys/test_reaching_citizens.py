"""Reaching citizens without seeing their number, telling them their code, and what of it stays on record."""

import html
import io
import re

import httpx
import pytest
from PIL import Image

from hotline.adapters import middle_numbers
from hotline.core.audit import AuditEntry
from tests.journeys.test_citizen import FORM, Phone

OWN = "0731-83600000"


def audited(quiet_house, case_id: int, action: str) -> list[AuditEntry]:
    with quiet_house.sessions() as session:
        return session.query(AuditEntry).filter_by(subject=f"case:{case_id}", action=action).all()


def test_unit_rings_through_a_middle_number_and_never_sees_the_citizens(people, city, quiet_house):
    case_id = city.dispatched(secrecy="confidential")
    clerk = people["zhujian_clerk"]
    assert clerk.get(f"cases/{case_id}").json["contact_no"] is None
    answer = clerk.post(f"cases/{case_id}/dial", {"own_number": OWN})
    assert answer.status_code == 200, answer.text
    assert answer.json["own_number"] == "+8673183600000"
    assert "138" not in answer.json["number"]
    (row,) = audited(quiet_house, case_id, "dial")
    assert row.details["number"] == answer.json["number"]
    assert OWN not in str(row.details)
    seen = people["security"].get(f"sights?case_no={city.get(case_id).case_no}").json["items"]
    assert "虚拟号码拨打" in [item["action_label"] for item in seen]


def test_number_of_ones_own_is_needed(people, city):
    answer = people["zhujian_clerk"].post(f"cases/{city.dispatched()}/dial", {})
    assert (answer.status_code, answer.json["details"][0]["field"]) == (422, "own_number")


@pytest.mark.parametrize(
    ("fields", "who", "code"),
    [
        ({"secrecy": "strict"}, "coordinator1", "case.not_to_be_called"),
        ({}, "chengguan_clerk", "case.not_found"),
        ({}, "admin", "permission.missing"),
        ({"anonymous": True, "caller_no": None, "contact_no": None}, "coordinator1", "case.nobody_to_call"),
    ],
)
def test_who_may_not_be_rung_is_not_rung(people, city, fields, who, code):
    case_id = city.accepted(**fields)
    answer = people[who].post(f"cases/{case_id}/dial", {"own_number": OWN})
    assert answer.json["code"] == code


def test_provider_of_the_carrier_is_asked_and_its_failure_is_told(monkeypatch):
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.headers["Authorization"], request.read().decode()))
        return httpx.Response(200, json={"number": "17100000001"}) if len(asked) == 1 else httpx.Response(500)

    provider = middle_numbers.HttpProvider("https://carrier.example/bind", "t0ken")
    provider._client = httpx.Client(transport=httpx.MockTransport(answer), headers=provider._client.headers)
    assert provider.bind("+8673183600000", "+8613800138000", 30, "LY1-5") == "17100000001"
    assert asked[0][0] == "Bearer t0ken"
    assert '"callee":"+8613800138000"' in asked[0][1].replace(" ", "")
    with pytest.raises(middle_numbers.ProviderFailed):
        provider.bind("+8673183600000", "+8613800138000", 30, "LY1-5")


def test_agent_is_shown_the_code_while_writing_and_afterwards_only_with_a_reason(people, city, quiet_house):
    agent = people["agent1"]
    opened = agent.post("cases", {"title": "路灯不亮"}).json
    assert opened["query_code"] == city.code(city.get(opened["id"]))
    case_id = city.submitted()
    assert people["reviewer1"].get(f"cases/{case_id}").json["query_code"] is None
    told = people["reviewer1"].post(
        f"cases/{case_id}/reveal", {"field": "query_code", "reason": "座机来电口头告知"}
    )
    assert told.json["value"] == city.code(city.get(case_id))
    assert audited(quiet_house, case_id, "reveal")[0].details["field"] == "query_code"
    city.do(case_id, "accept", "reviewer")
    city.dispatch(case_id)
    refused = people["zhujian_head"].post(
        f"cases/{case_id}/reveal", {"field": "query_code", "reason": "想看一看"}
    )
    assert refused.json["code"] == "case.reveal_refused"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def test_citizen_takes_the_own_file_back_and_nobody_elses(app, city):
    phone, other = Phone(app), Phone(app)
    for citizen in (phone, other):
        citizen.open("/submit")
        citizen.send("/submit", FORM | {"files": (io.BytesIO(picture()), "电梯.jpg")})
    case_no, link = _own_file(phone)
    with phone.client.get(link) as taken:
        assert (taken.status_code, taken.mimetype) == (200, "image/jpeg")
    foreign = _own_file(other)[1].partition("id=")[2]
    assert phone.client.get(f"/case/file?no={case_no}&id={foreign}").status_code == 404
    assert Phone(app).client.get(link).headers["Location"] == "/progress"


def _own_file(phone: Phone) -> tuple[str, str]:
    with phone.client.session_transaction() as cookie:
        case_no = cookie["sent_case"]
    page = phone.open(f"/case?no={case_no}")
    assert "电梯.jpg" in page
    found = re.search(r'href="(/case/file[^"]*)"', page)
    assert found is not None
    return case_no, html.unescape(found[1])


def test_keepers_of_accounts_end_sessions_and_see_the_second_factor(people):
    clerk = people["zhujian_clerk"]
    (row,) = people["security"].get("users?q=zhujian_clerk").json["items"]
    assert (row["second_factor"], row["locked"]) == (False, False)
    ended = people["security"].post(f"users/{row['id']}/revoke_sessions", {"reason": "离岗"})
    assert ended.json["sessions"] == 1
    assert clerk.get("auth/me").status_code == 401
    assert people["head1"].get("users").json["code"] == "permission.missing"
