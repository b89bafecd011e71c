"""What only a real web process can show: refusals while the body still arrives, pages, a killed process in mid-form."""

import requests

from hotline.core.identity import Role


def test_a_body_of_5_mb_is_refused_with_an_answer_that_arrives(web, console):
    agent = console("agent1", Role.AGENT)
    body = {"facts": "字" * 1_700_000}
    answer = agent.http.post(f"{web.url}/api/v1/cases", json=body, headers=agent.csrf, timeout=30)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert agent.http.get(f"{web.url}/api/v1/auth/me", timeout=10).status_code == 200


def test_nothing_typed_is_lost_when_the_web_process_is_killed(web, console):
    agent = console("agent1", Role.AGENT)
    cases = f"{web.url}/api/v1/cases"
    case = agent.http.post(cases, json={}, headers=agent.csrf, timeout=10).json()
    body = {"seen_version": 1, "facts": "路灯坏了三天"}
    agent.http.patch(f"{cases}/{case['id']}", json=body, headers=agent.csrf, timeout=10).raise_for_status()
    web.kill()
    web.start()
    again = agent.http.get(f"{cases}/{case['id']}", timeout=10).json()
    assert (again["facts"], again["version"]) == ("路灯坏了三天", 2)


def test_a_head_that_is_no_http_is_refused_and_the_process_lives_on(web):
    answer = requests.get(f"{web.url}/api/v1/auth/session", headers={"X-Long": "a" * 20_000}, timeout=10)
    assert answer.status_code in (400, 431)
    assert requests.get(f"{web.url}/healthz", timeout=10).ok
