"""The API against its own document: every operation and every move with inputs drawn from its schema, good and bad.

Asked by people of every role about cases, calls and files that are there. HOTLINE_FUZZ=200 draws so many inputs for
each operation; a run of all tests draws a few, always the same.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from flask import Flask, jsonify
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

from dispatch.transitions import ROWS
from hotline import subscribers
from hotline.core.clock import FixedClock
from hotline.core.house import House
from hotline.core.identity import UNIT_ROLES, Role
from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from tests.conftest import FRIDAY_AFTERNOON
from tests.db.dispatch.conftest import City, populate
from tests.db.dispatch.ready import READY
from tests.web import Browser, add_person, signed_in
from web.app import create_app
from web.openapi import document
from web.security import limiter

from .phone import ring

DOCUMENT = document()
EXAMPLES = int(os.environ.get("HOTLINE_FUZZ", "4"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Signing in is limited per minute.
LEFT_OUT = {"/api/v1/auth/login"}
OPERATIONS = [
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if path not in LEFT_OUT
]
ACT = "/api/v1/cases/{case_id}/actions/{action}"
ROLES = [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]
TABLES = {
    "case_id": "hotline_case", "deadline_id": "deadline", "attachment_id": "attachment", "call_id": "call",
    "order_id": "supervision_order", "user_id": "app_user", "session_id": "user_session",
    "recording_id": "recording", "seat_id": "seat", "assignment_id": "assignment",
}  # fmt: skip
"""Which rows the names of ids in paths and bodies mean."""


def moves() -> dict[str, Any]:
    """A document in which each row of the lifecycle table is an operation with its own form."""
    act = DOCUMENT["paths"][ACT]["post"]
    paths = {}
    for name, row in ROWS.items():
        form = row.form.model_json_schema(ref_template="#/components/schemas/{model}")
        form.pop("$defs", None)
        body = {
            "type": "object",
            "properties": {"payload": form, "assignment_id": {"type": ["integer", "null"], "minimum": 1}},
            "required": ["payload"],
            "additionalProperties": False,
        }
        where = [part for part in act["parameters"] if part["name"] == "case_id"]
        operation = act | {
            "operationId": name,
            "parameters": where,
            "requestBody": {"content": {"application/json": {"schema": body}}, "required": True},
        }
        paths[ACT.replace("{action}", name)] = {"post": operation}
    named = {
        name: schema
        for row in ROWS.values()
        for name, schema in row.form.model_json_schema(ref_template="#/components/schemas/{model}")
        .get("$defs", {})
        .items()
    }
    schemas = DOCUMENT["components"]["schemas"] | named
    return DOCUMENT | {"paths": paths, "components": DOCUMENT["components"] | {"schemas": schemas}}


@dataclass
class Town:
    """A city with cases in every state behind the web, people of every role, and the ids of what is there."""

    app: Flask
    browsers: list[Browser]
    ids: dict[str, list[int]] = field(default_factory=dict)

    def headers(self, browser: Browser) -> dict[str, str]:
        cookie = browser.client.get_cookie("hotline")
        return {"X-CSRF-Token": browser.csrf_token, "Cookie": f"hotline={cookie.value if cookie else ''}"}

    def place(self, given: Any, name: str, value: Any) -> Any:
        """Most ids are of something that is there."""
        known = self.ids.get(name)
        if not known or given.draw(st.integers(0, 4)) == 0:
            return value
        return given.draw(st.sampled_from(known))


@pytest.fixture(scope="module")
def town(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with engine.connect() as connection:
        transaction = connection.begin()
        sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        kept = Settings(
            data_dir=tmp_path_factory.mktemp("town"), database_url=database_url, secret_key="test-secret-" * 4
        )
        house = House(
            settings=kept, engine=engine, sessions=sessions, glances=sessions, clock=FixedClock(FRIDAY_AFTERNOON),
            vault=Vault(kept.root_secret), routes=subscribers.ROUTES, wake=lambda ids: None,
        )  # fmt: skip
        yield built(house)
        transaction.rollback()
        limiter.enabled = True


def built(house: House) -> Town:
    city = City(house, house.clock)  # type: ignore[arg-type]
    populate(city)
    # The case that was answered for good comes last: it stands against all others like it.
    for name in sorted(READY, key="explain_repeat".__eq__):
        city.clock.set(FRIDAY_AFTERNOON)
        READY[name].make(city)
    city.clock.set(FRIDAY_AFTERNOON)
    ring(house)
    app = create_app(house)
    app.add_url_rule("/openapi/moves.json", "moves_document", lambda: jsonify(moves()))
    limiter.enabled = False
    browsers = []
    for role in ROLES:
        unit_id = city.units["zhujian"] if role in UNIT_ROLES else None
        browsers.append(signed_in(app, house, add_person(house, f"{role.value}1", role, unit_id=unit_id)))
    town = Town(app, browsers)
    with house.sessions() as session:
        for name, table in TABLES.items():
            town.ids[name] = list(session.scalars(text(f"select id from {table} order by id")))
    return town


@pytest.fixture
def undone(town: Town) -> Iterator[None]:
    """What one test changes is gone before the next."""
    connection = town.app.extensions["house"].sessions.kw["bind"]
    with connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def fuzz(town: Town, where: str, method: str, path: str) -> None:
    operation = schemathesis.openapi.from_wsgi(where, town.app)[path][method]
    inputs = operation.as_strategy()

    @given(given_=st.data())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="HOTLINE_FUZZ" not in os.environ,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def feed(given_: st.DataObject) -> None:
        case = given_.draw(inputs)
        for name, value in dict(case.path_parameters or {}).items():
            case.path_parameters[name] = town.place(given_, name, value)
        if isinstance(case.body, dict) and "assignment_id" in case.body:
            case.body["assignment_id"] = town.place(given_, "assignment_id", case.body["assignment_id"])
        browser = given_.draw(st.sampled_from(town.browsers))
        case.call_and_validate(headers=town.headers(browser), checks=CHECKS)

    feed()


def test_every_operation_has_its_own_id_and_says_what_it_does():
    operations = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
    ids = Counter(operation["operationId"] for operation in operations)
    assert {name for name, times in ids.items() if times > 1} == set()
    assert all(
        "200" in op["responses"] or "201" in op["responses"] or "202" in op["responses"] for op in operations
    )


def test_the_document_is_served(app):
    assert app.test_client().get("/openapi/openapi.json").json == DOCUMENT


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_input_breaks_an_operation_or_its_document(town: Town, undone: None, method: str, path: str):
    fuzz(town, "/openapi/openapi.json", method, path)


@pytest.mark.parametrize("action", ROWS)
def test_no_form_breaks_a_move(town: Town, undone: None, action: str):
    fuzz(town, "/openapi/moves.json", "POST", ACT.replace("{action}", action))
