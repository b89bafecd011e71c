"""Idle sessions end, but to wait for calls is work: the open line of a signed-in seat keeps its session."""

from flask import Flask

from hotline.core.identity import Role
from tests.web import Browser
from web.realtime.server import Held


def wait_with_open_line(app: Flask, browser: Browser, clock, hours: int) -> None:
    """The console is open and nobody touches it; the house looks at its lines as it does every half minute."""
    line = app.extensions["line"]
    with browser.client.session_transaction() as cookie:
        line.held["line"] = Held(cookie["token"], browser.user_id)
    for _ in range(hours * 2):
        clock.move(minutes=30)
        line.close_ended_once()


def test_a_signed_in_seat_with_an_open_line_keeps_its_session(app, person, clock):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    wait_with_open_line(app, agent, clock, hours=5)
    assert agent.get("auth/me").status_code == 200


def test_an_open_line_without_a_seat_does_not(app, person, clock):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    agent.post("seat/sign_out")
    wait_with_open_line(app, agent, clock, hours=3)
    assert agent.get("auth/me").json["code"] == "auth.session_expired"


def test_no_session_outlasts_its_twelve_hours(app, person, clock):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    wait_with_open_line(app, agent, clock, hours=13)
    assert agent.get("auth/me").json["code"] == "auth.session_expired"


def test_a_seat_does_not_wake_a_session_that_has_expired(app, person, clock):
    agent = person(Role.AGENT)
    agent.post("seat/sign_in")
    clock.move(hours=3)
    wait_with_open_line(app, agent, clock, hours=1)
    assert agent.get("auth/me").json["code"] == "auth.session_expired"
