"""Who may open which route: every route with every role over HTTP, against a table that people can read.

`HOTLINE_UPDATE_GOLDEN=1` writes the table anew; a widening then shows up in review.
"""

import os
import re
from pathlib import Path

import pytest
from flask import Flask

from hotline.core.identity import Role

GOLDEN = Path(__file__).parents[1] / "golden" / "routes.txt"
ROLES = [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]
PUBLIC = {"/api/v1/auth/session", "/api/v1/auth/login"}
# Ends the session of whoever asks, for everybody signed in.
SIGN_OUT = "/api/v1/auth/logout"


def routes(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule not in PUBLIC
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def address(rule: str) -> str:
    """The rule with a value in each place; 7000000 exists nowhere, so an open door leads to 404, 409 or 422."""
    return re.sub(
        r"<(int:)?(\w+)>",
        lambda match: "7000000" if match[1] or match[2].endswith("_id") else "none",
        rule,
    )


def test_the_table_of_routes_and_roles_is_what_http_does(app, person):
    browsers = {role: person(role) for role in ROLES}
    lines = []
    for rule, method in routes(app):
        if rule == SIGN_OUT:
            continue
        path = address(rule).removeprefix("/api/v1/")
        admitted = []
        for role, browser in browsers.items():
            answer = getattr(browser, method.lower())(path)
            assert answer.status_code not in (401, 500), (rule, role, answer.text)
            if answer.status_code != 403 or answer.json["code"] != "permission.missing":
                admitted.append(role.value)
        lines.append(f"{method} {rule}: {' '.join(admitted) if len(admitted) < len(ROLES) else 'everybody'}")
    table = "\n".join(lines) + "\n"
    if os.environ.get("HOTLINE_UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(table)
    assert table == GOLDEN.read_text()


def test_no_route_but_the_sign_in_answers_a_stranger(app, stranger):
    for rule, method in routes(app):
        answer = getattr(stranger, method.lower())(address(rule).removeprefix("/api/v1/"))
        assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), rule


@pytest.mark.parametrize("rule", sorted(PUBLIC))
def test_the_sign_in_is_open(app, rule: str):
    assert app.test_client().get(rule).status_code in (200, 405)
