"""The web on a house whose commits are rolled back, and browsers of people of every role."""

from collections.abc import Callable

import pytest
from flask import Flask

from hotline.core.house import House
from hotline.core.identity import Role
from tests.web import Browser, add_person, signed_in
from tests.web import stranger as stranger_of
from web.app import create_app
from web.security import limiter


@pytest.fixture
def app(quiet_house: House) -> Flask:
    app = create_app(quiet_house)
    limiter.reset()
    return app


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return stranger_of(app)


@pytest.fixture
def person(app: Flask, quiet_house: House) -> Callable[..., Browser]:
    """`person(Role.AGENT, …)`: a new person of these roles, signed in."""
    count = 0

    def make(*roles: Role, unit_id: int | None = None) -> Browser:
        nonlocal count
        count += 1
        user_id = add_person(quiet_house, f"{roles[0]}{count}", *roles, unit_id=unit_id)
        return signed_in(app, quiet_house, user_id)

    return make
