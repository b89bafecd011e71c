"""The API against its own document: every operation with inputs drawn from its schema, good and bad."""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hotline.core.identity import Role
from web.openapi import document

DOCUMENT = document()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Signing out would end the session that all other inputs need; signing in is limited per minute.
LEFT_OUT = {"/api/v1/auth/logout", "/api/v1/auth/login"}
OPERATIONS = [
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if path not in LEFT_OUT
]
EVERY_ROLE = [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]


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
def test_no_input_breaks_an_operation_or_its_document(app, person, method: str, path: str):
    browser = person(*EVERY_ROLE)
    cookie = browser.client.get_cookie("hotline")
    headers = {"X-CSRF-Token": browser.csrf_token, "Cookie": f"hotline={cookie.value}"}
    operation = schemathesis.openapi.from_wsgi("/openapi/openapi.json", app)[path][method]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def feed(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    feed()
