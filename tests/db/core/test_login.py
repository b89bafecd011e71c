"""Signing in: wrong passwords lock, sessions end when they should, separate duties stay separate."""

from datetime import timedelta

import pytest

from hotline.accounts import login
from hotline.accounts.models import Unit, UserSession
from hotline.core.errors import Invalid, PermissionMissing
from hotline.core.identity import Actor, Role

PASSWORD = "Long-enough-1"


@pytest.fixture
def agent(uow):
    return login.add_user(
        uow, username="agent1", name="话务员一号", password=PASSWORD, roles=frozenset({Role.AGENT})
    )


def test_check_password_when_right_gives_the_user(uow, agent):
    assert login.check_password(uow.session, "agent1", PASSWORD, uow.now) is agent


def test_check_password_of_an_unknown_name_answers_like_a_wrong_password(uow, agent):
    unknown = login.check_password(uow.session, "nobody", PASSWORD, uow.now)
    wrong = login.check_password(uow.session, "agent1", "x", uow.now)
    assert type(unknown) is type(wrong) is login.WrongPassword
    assert str(unknown) == str(wrong)


def test_check_password_after_five_failures_locks_for_fifteen_minutes(uow, agent):
    for _ in range(login.MAX_FAILURES):
        login.check_password(uow.session, "agent1", "x", uow.now)
    locked = login.check_password(uow.session, "agent1", PASSWORD, uow.now)
    assert isinstance(locked, login.AccountLocked)
    assert "15 分钟" in str(locked)
    later = uow.now + login.LOCK
    assert login.check_password(uow.session, "agent1", PASSWORD, later) is agent


def test_find_session_of_a_fresh_token_names_its_user(uow, agent):
    token = login.sign_in(uow, agent, user_agent="x")
    assert login.find_session(uow, token).user_id == agent.id


def test_session_token_is_not_stored(uow, agent):
    token = login.sign_in(uow, agent, user_agent="x")
    assert token.encode() not in uow.session.query(UserSession).one().token_hash


@pytest.mark.parametrize("away", [login.IDLE + timedelta(seconds=1), login.SESSION])
def test_find_session_after_idle_or_end_is_refused(uow, agent, away):
    token = login.sign_in(uow, agent, user_agent="x")
    uow.now += away
    with pytest.raises(login.SessionExpired):
        login.find_session(uow, token)


def test_find_session_after_sign_out_is_refused(uow, agent):
    token = login.sign_in(uow, agent, user_agent="x")
    login.sign_out(uow, token)
    with pytest.raises(login.SessionExpired):
        login.find_session(uow, token)


def test_revoke_sessions_ends_all_sessions_of_the_user(uow, agent):
    tokens = [login.sign_in(uow, agent, user_agent="x") for _ in range(2)]
    assert login.revoke_sessions(uow, agent.id, "设备丢失") == 2
    for token in tokens:
        with pytest.raises(login.SessionExpired):
            login.find_session(uow, token)


def test_add_user_by_an_agent_is_refused(uow, agent):
    uow.actor = Actor(user_id=agent.id, name=agent.name, roles=frozenset({Role.AGENT}))
    with pytest.raises(PermissionMissing, match="系统管理员"):
        login.add_user(uow, username="x", name="x", password=PASSWORD, roles=frozenset({Role.AGENT}))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"username": "agent1"}, "username"),
        ({"roles": frozenset({Role.UNIT_CLERK})}, "unit_id"),
        ({"roles": frozenset({Role.ADMIN, Role.SECURITY})}, "roles"),
    ],
)
def test_add_user_with_a_mistake_names_the_field(uow, agent, change, field):
    good = {"username": "b", "name": "b", "password": PASSWORD, "roles": frozenset({Role.AGENT})}
    with pytest.raises(Invalid) as refused:
        login.add_user(uow, **{**good, **change})
    assert [problem["field"] for problem in refused.value.details["fields"]] == [field]


def test_actor_of_a_unit_clerk_reaches_the_units_below(uow):
    top = Unit(code="a", name="甲局", short_name="甲局", kind="department", level=1)
    uow.session.add(top)
    uow.session.flush()
    below = Unit(code="b", name="乙所", short_name="乙所", kind="department", level=2, parent_id=top.id)
    uow.session.add(below)
    uow.session.flush()
    clerk = login.add_user(
        uow, username="c", name="c", password=PASSWORD, roles=frozenset({Role.UNIT_CLERK}), unit_id=top.id
    )
    assert login.actor_of(uow.session, clerk, None).unit_ids == {top.id, below.id}
