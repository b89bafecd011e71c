from hotline.core.house import House
from hotline.core.identity import Permission, Role
from tests.web import PASSWORD, add_person


def test_sign_in_with_the_right_password_opens_a_session(stranger, quiet_house: House):
    add_person(quiet_house, "agent1", Role.AGENT)
    answer = stranger.post("auth/login", {"username": "agent1", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json["user"]["username"] == "agent1"
    assert answer.json["home"] == "desk"
    assert Permission.CASE_CREATE in answer.json["permissions"]
    assert stranger.get("auth/me").json["user"]["work_no"] == "Wagent1"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger, quiet_house: House):
    add_person(quiet_house, "agent1", Role.AGENT)
    answer = stranger.post("auth/login", {"username": "agent1", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_and_a_wrong_name_answer_alike(stranger, quiet_house: House):
    add_person(quiet_house, "agent1", Role.AGENT)
    answers = [
        stranger.post("auth/login", {"username": name, "password": "wrong-password"}).json
        for name in ("agent1", "nobody")
    ]
    for answer in answers:
        answer.pop("trace_id")
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "auth.wrong_password"


def test_an_account_is_locked_after_five_wrong_passwords_and_says_for_how_long(stranger, quiet_house: House):
    add_person(quiet_house, "agent1", Role.AGENT)
    for _ in range(5):
        stranger.post("auth/login", {"username": "agent1", "password": "wrong-password"})
    answer = stranger.post("auth/login", {"username": "agent1", "password": PASSWORD})
    assert answer.status_code == 423
    assert "15 分钟" in answer.json["message"]


def test_guessing_passwords_of_many_accounts_is_slowed_down(stranger):
    answers = [
        stranger.post("auth/login", {"username": f"user{n}", "password": "wrong-password"}).status_code
        for n in range(31)
    ]
    assert set(answers[:30]) == {401}
    assert answers[30] == 429


def test_without_a_session_everything_but_the_sign_in_is_closed(stranger):
    answer = stranger.get("auth/me")
    assert answer.status_code == 401
    assert answer.json["code"] == "unauthenticated"
    assert answer.json["trace_id"] == answer.headers["X-Trace-Id"]


def test_sign_out_ends_the_session_on_the_server(person):
    browser = person(Role.AGENT)
    with browser.client.session_transaction() as cookie:
        token = cookie["token"]
    assert browser.post("auth/logout").status_code == 200
    with browser.client.session_transaction() as cookie:
        cookie["token"] = token
    assert browser.get("auth/me").json["code"] == "auth.session_expired"


def test_an_idle_session_expires_and_says_that_nothing_typed_is_lost(person, clock):
    browser = person(Role.AGENT)
    clock.move(hours=3)
    answer = browser.get("auth/me")
    assert answer.status_code == 401
    assert "已保留" in answer.json["message"]


def test_a_change_without_the_csrf_token_is_refused(person):
    browser = person(Role.AGENT)
    browser.csrf_token = ""
    answer = browser.post("auth/logout")
    assert answer.status_code == 403
    assert answer.json["code"] == "csrf"
    assert browser.get("auth/me").status_code == 200


def test_the_csrf_token_of_another_session_is_refused(person):
    mine, other = person(Role.AGENT), person(Role.AGENT)
    mine.csrf_token = other.csrf_token
    assert mine.post("auth/logout").status_code == 403


def test_the_watermark_names_viewer_and_minute(person):
    watermark = person(Role.REVIEWER).get("auth/me").json["watermark"]
    assert watermark == "reviewer1号 Wreviewer1 2026-09-18 16:00"


def test_the_start_of_a_console_answers_whether_somebody_is_signed_in(stranger, person, clock):
    start = stranger.get("auth/session")
    assert (start.status_code, start.json["me"], start.json["mode"]) == (200, None, "demo")
    browser = person(Role.AGENT)
    assert browser.get("auth/session").json["me"] == browser.get("auth/me").json
    clock.move(hours=3)
    assert browser.get("auth/session").json["me"] is None


def test_the_menu_of_a_unit_has_its_cases_and_no_calls(person):
    names = [item["name"] for item in person(Role.UNIT_CLERK).get("auth/me").json["menu"]]
    assert names[:2] == ["unit", "to_sign"]
    assert {"calls", "desk", "board"}.isdisjoint(names)
