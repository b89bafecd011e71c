"""The rules of the live line inside one process; real processes and sockets are in tests/realtime."""

import pytest

from hotline.accounts import login
from hotline.core.identity import SYSTEM, Role
from web.realtime.rooms import is_case_room


@pytest.fixture
def line(app):
    return app.extensions["line"]


def connect(app, line, browser):
    return line.sockets.test_client(app, flask_test_client=browser.client)


def test_a_revoked_session_loses_its_line_and_others_keep_theirs(app, line, person, quiet_house):
    revoked, other = person(Role.AGENT), person(Role.AGENT)
    lines = [connect(app, line, browser) for browser in (revoked, other)]
    with quiet_house.open_uow(SYSTEM) as uow:
        login.revoke_sessions(uow, revoked.user_id, "离岗")
    line.close_ended_once()
    assert [one.is_connected() for one in lines] == [False, True]


def test_an_idle_session_loses_its_line(app, line, person, clock):
    one = connect(app, line, person(Role.AGENT))
    clock.move(hours=3)
    line.close_ended_once()
    assert not one.is_connected()


def test_a_stranger_gets_no_line(app, line, stranger):
    assert not connect(app, line, stranger).is_connected()


@pytest.mark.parametrize(
    "room", ["role:admin", "user:1", "case:x", "case:0", 7, None, "case:1;drop", "case:" + "9" * 30]
)
def test_only_case_rooms_can_be_asked_for(room):
    assert not is_case_room(room)


def test_a_case_out_of_scope_cannot_be_watched(app, line, person):
    one = connect(app, line, person(Role.AGENT))
    answer = one.emit("watch", "case:999", callback=True)
    assert answer == {"ok": False, "message": "没有找到此工单，或您无权查看"}
