"""A browser for tests of the web: a signed-in client that speaks JSON and proves its origin."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.accounts import login
from hotline.accounts.models import User
from hotline.core.house import House
from hotline.core.identity import SYSTEM, UNIT_ROLES, Role

API = "/api/v1/"
PASSWORD = "Demo-12345"
PASSWORD_HASH = login.hasher.hash(PASSWORD)


def add_person(house: House, username: str, *roles: Role, unit_id: int | None = None) -> int:
    """A person whose password is known without hashing it again for every test."""
    with house.open_uow(SYSTEM) as uow:
        user = User(
            username=username,
            name=f"{username}号",
            work_no=f"W{username}",
            password_hash=PASSWORD_HASH,
            roles=sorted(roles),
            unit_id=unit_id if set(roles) & UNIT_ROLES else None,
            created_at=uow.now,
        )
        uow.session.add(user)
        uow.session.flush()
        return user.id


class Browser:
    """`get`, `post` and so on take paths below /api/v1/ and bodies as Python values."""

    def __init__(self, client: FlaskClient, user_id: int | None = None) -> None:
        self.client = client
        self.user_id = user_id
        self.csrf_token = ""

    def __getattr__(self, method: str) -> Callable[..., TestResponse]:
        def call(path: str, body: Any = None, **more: Any) -> TestResponse:
            headers = {"X-CSRF-Token": self.csrf_token} | more.pop("headers", {})
            if body is not None:
                more["json"] = body
            return self.client.open(API + path, method=method.upper(), headers=headers, **more)

        return call


def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


def signed_in(app: Flask, house: House, user_id: int) -> Browser:
    """A browser of this person, without the cost of a password check."""
    with house.open_uow(SYSTEM) as uow:
        token = login.sign_in(uow, uow.session.get_one(User, user_id), user_agent="test")
    browser = Browser(app.test_client(), user_id)
    with browser.client.session_transaction() as cookie:
        cookie["token"] = token
    browser.csrf_token = browser.get("auth/me").json["csrf_token"]
    return browser
