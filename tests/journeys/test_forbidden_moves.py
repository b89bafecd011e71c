"""Every move of the table tried over HTTP by every account on a case in every state: what is forbidden changes nothing.

What is forbidden says `PROMISED`, the copy of the rules that was typed independently of the program's table. A run of
all tests tries every third triple of state, account and action; HOTLINE_EVERY_MOVE=1 tries all of them (12,000).
"""

import os
from collections.abc import Callable

import pytest

from hotline.core.identity import Role
from tests.db.dispatch.conftest import City
from tests.db.dispatch.ready import READY, after
from tests.unit.dispatch.test_table import PROMISED
from tests.web import Browser

from .conftest import PEOPLE

STATES: dict[str, Callable[[City], int]] = {
    "draft": City.open,
    "pending_review": City.submitted,
    "need_more": after(City.submitted, "send_back"),
    "pending_dispatch": City.accepted,
    "pending_sign": City.dispatched,
    "handling": City.signed,
    "return_review": City.returned,
    "dispute": City.disputed,
    "suspended": after(City.signed, "ask_suspension", "suspend"),
    "submitted": City.replied,
    "follow_up": City.followed_up,
    "closed": City.closed,
    "not_accepted": after(City.submitted, "refuse"),
    "merged": after(City.submitted, "merge"),
}
# One of each kind: those of another unit stand for all that have no part in the case.
ACCOUNTS = [name for name in PEOPLE if name not in ("agent2", "chengguan_clerk", "knowledge1")]


SHARE = 1 if os.environ.get("HOTLINE_EVERY_MOVE") else 3


def answer(browser: Browser, case_id: int, action: str, version: int) -> tuple[int, str]:
    body = {"payload": {}, "seen_version": version}
    said = browser.post(f"cases/{case_id}/actions/{action}", body)
    return said.status_code, said.json.get("code", "")


def refusal(role: Role, action: str, case_status: str, part_status: str | None) -> tuple[int, str] | None:
    """What the rules say to this person on this case; None where they do not forbid it."""
    level, sources, who = PROMISED[action]
    if (case_status if level == "C" else part_status) not in sources.split():
        return 409, "case.action_not_allowed"
    return None if role.value in who.split() else (403, "case.role_not_allowed")


@pytest.mark.parametrize("state", STATES)
def test_no_account_can_make_a_move_that_the_rules_forbid(
    city: City, people: dict[str, Browser], state: str
) -> None:
    case_id = STATES[state](city)
    case = city.get(case_id)
    assert case.status.value == state
    live = case.live_assignments()
    part_status = live[0].status.value if live else None
    wrong = []
    for turn, name in enumerate(ACCOUNTS, start=len(state)):
        browser, sight = people[name], people[name].get(f"cases/{case_id}")
        offered = {offer["name"] for offer in sight.json["actions"]} if sight.status_code == 200 else set()
        for action in list(PROMISED)[turn % SHARE :: SHARE]:
            expected = refusal(PEOPLE[name], action, state, part_status)
            if sight.status_code == 404:
                expected = (404, "case.not_found")
            if expected is None:
                continue
            found = answer(browser, case_id, action, case.version)
            if found != expected or action in offered:
                wrong.append((name, action, found, expected))
    assert wrong == []
    assert city.get(case_id).version == case.version


def test_every_action_is_tried() -> None:
    assert set(PROMISED) == set(READY)
