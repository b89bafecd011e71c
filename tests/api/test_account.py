"""The own account: password, sessions, one-time codes; and tokens of a unit's own systems."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from hotline.accounts.models import ApiToken, Unit, User
from hotline.core.audit import AuditEntry
from hotline.core.identity import SYSTEM, Role
from tests.web import PASSWORD, Browser, add_person, signed_in, stranger
from web.app import create_app
from web.security import limiter


@pytest.fixture
def unit_id(quiet_house) -> int:
    with quiet_house.open_uow(SYSTEM) as uow:
        unit = Unit(code="zhujian", name="市住建局", short_name="市住建局", kind="department")
        uow.session.add(unit)
        uow.session.flush()
        return unit.id


def audited(house, action: str) -> list[AuditEntry]:
    with house.open_uow(SYSTEM) as uow:
        return uow.session.query(AuditEntry).filter(AuditEntry.action == action).all()


# -- password and sessions


def test_a_new_password_opens_and_ends_the_other_sessions(app, person, quiet_house):
    here = person(Role.AGENT)
    there = signed_in(app, quiet_house, here.user_id)
    username = here.get("auth/me").json["user"]["username"]
    assert here.post("auth/password", {"old": PASSWORD, "new": "Neues-Wort-77"}).json == {"ok": True}
    assert here.get("auth/me").status_code == 200
    assert there.get("auth/me").status_code == 401
    login = {"username": username, "password": "Neues-Wort-77"}
    assert stranger(app).post("auth/login", login).status_code == 200
    assert stranger(app).post("auth/login", login | {"password": PASSWORD}).status_code == 401
    assert len(audited(quiet_house, "change_password")) == 1


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong", "Neues-Wort-77", "old"), (PASSWORD, "short", "new"), (PASSWORD, PASSWORD, "new")],
)
def test_a_bad_change_of_password_names_the_field(person, old: str, new: str, field: str):
    answer = person(Role.AGENT).post("auth/password", {"old": old, "new": new})
    assert (answer.status_code, answer.json["details"][0]["field"]) == (422, field)


def test_own_sessions_are_listed_and_can_be_ended_and_nobody_elses(app, person, quiet_house):
    here, other = person(Role.AGENT), person(Role.REVIEWER)
    there = signed_in(app, quiet_house, here.user_id)
    rows = here.get("auth/sessions").json["items"]
    assert sorted(row["current"] for row in rows) == [False, True]
    away = next(row["id"] for row in rows if not row["current"])
    assert other.post(f"auth/sessions/{away}/end").status_code == 404
    assert here.post(f"auth/sessions/{away}/end").json == {"ok": True}
    assert there.get("auth/me").status_code == 401
    seen = person(Role.SECURITY).get(f"users/{here.user_id}/sessions").json["items"]
    assert len(seen) == 1


# -- one-time codes


def bind(browser: Browser, now) -> pyotp.TOTP:
    totp = pyotp.TOTP(browser.post("auth/second_factor/begin").json["secret"])
    assert browser.post("auth/second_factor/confirm", {"code": totp.at(now)}).json == {"ok": True}
    return totp


def test_a_bound_account_signs_in_with_a_code_that_opens_once(app, person, clock):
    browser = person(Role.AGENT)
    login = {"username": browser.get("auth/me").json["user"]["username"], "password": PASSWORD}
    totp = bind(browser, clock.now())
    asked = stranger(app).post("auth/login", login)
    assert (asked.status_code, asked.json["code"]) == (401, "auth.code_needed")
    replayed = stranger(app).post("auth/login", login | {"code": totp.at(clock.now())})
    assert replayed.json["code"] == "auth.code_refused"
    clock.move(minutes=1)
    code = totp.at(clock.now())
    assert stranger(app).post("auth/login", login | {"code": code}).status_code == 200
    assert stranger(app).post("auth/login", login | {"code": code}).json["code"] == "auth.code_refused"


def test_enrolment_comes_as_a_picture_that_needs_no_other_house(person):
    answer = person(Role.AGENT).post("auth/second_factor/begin").json
    assert answer["picture"].startswith("data:image/svg+xml")
    # The only address in it is the name of the SVG language.
    assert answer["picture"].count("http") == 1


def test_five_wrong_codes_lock_the_account_though_the_password_is_right(app, person, clock):
    browser = person(Role.AGENT)
    login = {"username": browser.get("auth/me").json["user"]["username"], "password": PASSWORD}
    bind(browser, clock.now())
    for _ in range(5):
        assert stranger(app).post("auth/login", login | {"code": "000000"}).status_code == 401
    assert stranger(app).post("auth/login", login | {"code": "000000"}).status_code == 423


def test_a_binding_ends_with_a_code_or_by_the_administrator_with_a_reason(person, clock, quiet_house):
    browser, admin = person(Role.AGENT), person(Role.ADMIN)
    totp = bind(browser, clock.now())
    assert browser.post("auth/second_factor/begin").json["code"] == "auth.second_factor_on"
    assert browser.post("auth/second_factor/end", {"code": "000000"}).status_code == 422
    clock.move(minutes=1)
    assert browser.post("auth/second_factor/end", {"code": totp.at(clock.now())}).json == {"ok": True}
    clock.move(minutes=1)
    bind(browser, clock.now())
    path = f"users/{browser.user_id}/reset_second_factor"
    assert admin.post(path, {"reason": "手机丢失"}).json == {"ok": True}
    assert not browser.get("auth/second_factor").json["on"]
    assert audited(quiet_house, "second_factor_reset")[0].details["reason"] == "手机丢失"


def test_where_the_house_demands_it_of_units_nothing_else_opens_before_the_binding(
    quiet_house, unit_id, clock
):
    strict = replace(
        quiet_house, settings=quiet_house.settings.model_copy(update={"unit_second_factor": True})
    )
    app = create_app(strict)
    limiter.reset()
    clerk = signed_in(app, strict, add_person(strict, "clerk", Role.UNIT_CLERK, unit_id=unit_id))
    agent = signed_in(app, strict, add_person(strict, "agent", Role.AGENT))
    refused = clerk.get("cases/counts")
    assert (refused.status_code, refused.json["code"]) == (403, "auth.second_factor_missing")
    assert (clerk.get("auth/me").json["must_bind"], agent.get("cases/counts").status_code) == (True, 200)
    totp = bind(clerk, clock.now())
    assert clerk.get("cases/counts").status_code == 200
    clock.move(minutes=1)
    kept = clerk.post("auth/second_factor/end", {"code": totp.at(clock.now())})
    assert kept.json["code"] == "auth.second_factor_demanded"


# -- tokens


def bearer(app, text: str) -> Browser:
    browser = stranger(app)
    browser.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return browser


@pytest.fixture
def head(person, unit_id: int) -> Browser:
    return person(Role.UNIT_HEAD, unit_id=unit_id)


def test_a_token_reads_for_its_unit_without_cookie_and_is_stored_only_as_a_hash(app, head, quiet_house):
    made = head.post("tokens", {"name": "住建业务系统", "scopes": ["read"], "days": 30})
    assert made.status_code == 201
    text = made.json["token"]
    system = bearer(app, text)
    assert system.get("cases?list=to_sign").status_code == 200
    with quiet_house.open_uow(SYSTEM) as uow:
        row = uow.session.query(ApiToken).one()
        assert text.encode() not in bytes(row.token_hash)
        assert row.used_at == uow.now
    assert [entry.details["name"] for entry in audited(quiet_house, "issue")] == ["住建业务系统"]
    assert "token" not in head.get("tokens").json["items"][0]


def test_a_token_opens_only_what_its_scope_and_the_table_say(app, head):
    text = head.post("tokens", {"name": "只读", "scopes": ["read"]}).json["token"]
    system = bearer(app, text)
    acting = system.post("units/sign_many", {"assignment_ids": [1]})
    assert (acting.status_code, acting.json["code"]) == (403, "token.scope_missing")
    for closed in ("auth/me", "tokens", "lookups/words", "auth/sessions"):
        assert system.get(closed).json["code"] == "token.route_closed", closed
    acts = bearer(app, head.post("tokens", {"name": "办理", "scopes": ["act"]}).json["token"])
    assert acts.post("units/sign_many", {"assignment_ids": [1]}).json["items"][0]["signed"] is False


def test_a_token_dies_by_revocation_by_time_and_with_its_maker(
    app, head, person, unit_id, clock, quiet_house
):
    made = head.post("tokens", {"name": "甲系统", "scopes": ["read"], "days": 1}).json
    other = bearer(app, head.post("tokens", {"name": "乙系统", "scopes": ["read"], "days": 9}).json["token"])
    system = bearer(app, made["token"])
    assert head.post(f"tokens/{made['id']}/revoke").json == {"ok": True}
    assert system.get("cases/counts").json["code"] == "token.refused"
    assert bearer(app, "hl_guess").get("cases/counts").status_code == 401
    assert other.get("cases/counts").status_code == 200
    clock.set(clock.now() + timedelta(days=9))
    assert other.get("cases/counts").json["code"] == "token.refused"


def test_a_token_of_another_unit_can_not_be_revoked_and_clerks_make_none(head, person, unit_id, quiet_house):
    made = head.post("tokens", {"name": "甲系统", "scopes": ["read"]}).json
    with quiet_house.open_uow(SYSTEM) as uow:
        unit = Unit(code="chengguan", name="市城管局", short_name="市城管局", kind="department")
        uow.session.add(unit)
        uow.session.flush()
        other_unit = unit.id
    assert person(Role.UNIT_HEAD, unit_id=other_unit).post(f"tokens/{made['id']}/revoke").status_code == 404
    clerk = person(Role.UNIT_CLERK, unit_id=unit_id)
    assert clerk.post("tokens", {"name": "甲系统", "scopes": ["read"]}).json["code"] == "permission.missing"


# -- mobile


def test_own_mobile_is_kept_encrypted_shown_masked_and_given_up(person, quiet_house):
    clerk = person(Role.AGENT)
    assert clerk.get("auth/mobile").json == {"mobile": None}
    assert clerk.post("auth/mobile", {"mobile": "0731-83600000"}).status_code == 422
    assert clerk.post("auth/mobile", {"mobile": "130 0001 0001"}).json == {"mobile": "130****0001"}
    with quiet_house.sessions() as session:
        assert b"13000010001" not in session.get_one(User, clerk.user_id).mobile
    assert clerk.post("auth/mobile", {"mobile": ""}).json == {"mobile": None}
