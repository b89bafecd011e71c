"""A small city with its people behind the real web application; everything goes through HTTP."""

import pytest
from flask import Flask

from hotline.core.house import House
from hotline.core.identity import Role
from tests.db.dispatch.conftest import City, populate
from tests.web import Browser, add_person, signed_in
from web.app import create_app
from web.security import limiter

PEOPLE = {
    "agent1": Role.AGENT,
    "agent2": Role.AGENT,
    "leader1": Role.SHIFT_LEADER,
    "reviewer1": Role.REVIEWER,
    "dispatcher1": Role.DISPATCHER,
    "coordinator1": Role.COORDINATOR,
    "auditor1": Role.AUDITOR,
    "followup1": Role.FOLLOW_UP,
    "qa1": Role.QA,
    "knowledge1": Role.KNOWLEDGE_EDITOR,
    "head1": Role.CENTRE_HEAD,
    "admin": Role.ADMIN,
    "security": Role.SECURITY,
    "zhujian_clerk": Role.UNIT_CLERK,
    "zhujian_head": Role.UNIT_HEAD,
    "chengguan_clerk": Role.UNIT_CLERK,
    "chengguan_head": Role.UNIT_HEAD,
}


@pytest.fixture
def app(quiet_house: House) -> Flask:
    app = create_app(quiet_house)
    limiter.reset()
    return app


@pytest.fixture
def city(quiet_house: House, clock) -> City:
    city = City(quiet_house, clock)
    populate(city)
    return city


@pytest.fixture
def people(app: Flask, quiet_house: House, city: City) -> dict[str, Browser]:
    """Every account of the city, signed in."""
    browsers = {}
    for username, role in PEOPLE.items():
        unit_id = city.units.get(username.partition("_")[0])
        browsers[username] = signed_in(
            app, quiet_house, add_person(quiet_house, username, role, unit_id=unit_id)
        )
    return browsers
