"""Two people at once, and a process killed in the middle of a tick: one wins, the other is told, nothing twice."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from dispatch import timers
from dispatch.models import Case, CaseEvent
from dispatch.status import AssignmentStatus
from dispatch.workflow import StaleCase
from hotline.core import audit
from hotline.core.errors import DomainError
from hotline.core.identity import Role

from .conftest import CLOSE, REWORK, City, contact_form, local, result_form, return_form

ROOT = Path(__file__).parents[3]
Make = Callable[[City], int]
Form = Callable[[City, int], dict[str, Any]]


def nothing(city: City, case_id: int) -> dict[str, Any]:
    return {}


def reason(city: City, case_id: int) -> dict[str, Any]:
    return {"reason": "理由充分"}


def to_return(city: City) -> int:
    case_id = city.dispatched()
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    return case_id


def to_result(city: City) -> int:
    case_id = city.signed()
    city.contact(case_id)
    return case_id


def unit(city: City, case_id: int) -> dict[str, Any]:
    return {"lead_unit_id": city.units["zhujian"], "reason": "按职责派单"}


ROWS: list[tuple[str, Make, Role, str | None, Form]] = [
    (
        "close_direct",
        lambda c: c.open(case_type="consultation"),
        Role.AGENT,
        None,
        lambda c, i: {"answer": "已答复"},
    ),
    ("submit", lambda c: c.open(), Role.AGENT, None, nothing),
    ("send_back", lambda c: c.submitted(), Role.REVIEWER, None, reason),
    ("accept", lambda c: c.submitted(), Role.REVIEWER, None, nothing),
    ("dispatch", lambda c: c.accepted(), Role.DISPATCHER, None, unit),
    ("sign", lambda c: c.dispatched(), Role.UNIT_CLERK, "zhujian", nothing),
    ("record_contact", lambda c: c.signed(), Role.UNIT_CLERK, "zhujian", lambda c, i: contact_form(c.clock)),
    ("ask_return", lambda c: c.dispatched(), Role.UNIT_HEAD, "zhujian", lambda c, i: return_form(c)),
    ("uphold_return", to_return, Role.DISPATCHER, None, reason),
    ("refuse_return", to_return, Role.DISPATCHER, None, reason),
    ("raise_dispute", to_return, Role.DISPATCHER, None, reason),
    ("submit_result", to_result, Role.UNIT_HEAD, "zhujian", lambda c, i: result_form(c.attach(i))),
    ("reject_audit", lambda c: c.replied(), Role.AUDITOR, None, reason),
    ("pass_audit", lambda c: c.replied(), Role.AUDITOR, None, nothing),
    ("close", lambda c: c.followed_up(), Role.FOLLOW_UP, None, lambda c, i: CLOSE),
    ("rework", lambda c: c.followed_up(), Role.FOLLOW_UP, None, lambda c, i: REWORK),
    ("reopen", lambda c: c.closed(), Role.DISPATCHER, None, lambda c, i: {"new_fact": "又坏了"}),
    (
        "cancel",
        lambda c: c.signed(),
        Role.REVIEWER,
        None,
        lambda c, i: {"citizen_asked": True, "reason": "撤销"},
    ),
]


@pytest.mark.parametrize(("action", "make", "role", "unit_code", "form"), ROWS, ids=[row[0] for row in ROWS])
def test_of_two_actors_on_one_row_exactly_one_wins(
    real_city: City, action: str, make: Make, role: Role, unit_code: str | None, form: Form
) -> None:
    city = real_city
    case_id = make(city)
    payload, version = form(city, case_id), city.get(case_id).version
    start = Barrier(2)

    def attempt(_: int) -> str:
        start.wait()
        try:
            city.do(case_id, action, role, payload, unit=unit_code, seen_version=version)
        except StaleCase as stale:
            return f"stale after {len(stale.details['changes'])}"
        return "won"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, range(2)))
    assert outcomes == ["stale after 1", "won"]
    with city.uow() as uow:
        lines = uow.session.query(CaseEvent).filter_by(case_id=case_id, action=action).count()
        assert lines == 1
        assert list(audit.verify(uow.session, uow.vault)) == []


def test_two_dispatchers_who_saw_nothing_of_each_other_make_one_lead(real_city: City) -> None:
    city = real_city
    case_id = city.accepted()
    start = Barrier(2)

    def attempt(code: str) -> str:
        start.wait()
        try:
            city.dispatch(case_id, code)
        except DomainError as refused:
            return refused.code
        return "won"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, ["zhujian", "chengguan"]))
    assert outcomes == ["case.action_not_allowed", "won"]
    assert len(city.get(case_id).live_assignments()) == 1


def test_two_workers_share_a_tick_and_fire_each_step_once(real_city: City) -> None:
    city = real_city
    ids = [city.dispatched() for _ in range(12)]
    city.clock.set(local("2026-10-20 00:00"))

    def tick(_: int) -> list[tuple[int, str]]:
        return timers.fire_due(city.house.open_uow, city.clock.now(), batch=3)

    with ThreadPoolExecutor(2) as pool:
        fired = [step for steps in pool.map(tick, range(2)) for step in steps]
    fired += city.tick()
    assert sorted(case_id for case_id, step in fired if step == "sign_late") == ids
    for case_id in ids:
        for row in city.deadlines(case_id):
            names = [name for name, _ in row.steps_fired]
            assert len(names) == len(set(names))


TICK = """
    import sys
    from datetime import datetime
    from pathlib import Path
    from hotline import subscribers
    from hotline.core import house
    from hotline.core.settings import Settings
    from dispatch import timers

    made = house.build(
        Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), secret_key="test-secret-" * 4),
        routes=subscribers.ROUTES,
    )
    timers.fire_due(made.open_uow, datetime.fromisoformat(sys.argv[3]), batch=2)
    print("done", flush=True)
"""


def test_kill_in_the_middle_of_a_tick_loses_nothing_and_fires_nothing_twice(
    real_city: City, database_url: str, tmp_path: Path
) -> None:
    city = real_city
    ids = [city.dispatched() for _ in range(20)]
    now = local("2026-09-20 12:00")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(TICK), database_url, str(tmp_path), now.isoformat()],
        cwd=ROOT,
    )
    signed = 0
    while signed < 4 and process.poll() is None:
        with city.house.sessions() as session:
            signed = session.scalar(select(func.count()).where(CaseEvent.action == "sign")) or 0
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    city.clock.set(now)
    city.tick()
    with city.uow() as uow:
        per_case = uow.session.execute(
            select(CaseEvent.case_id, func.count())
            .where(CaseEvent.action == "sign")
            .group_by(CaseEvent.case_id)
        ).all()
        assert {row[0]: row[1] for row in per_case} == dict.fromkeys(ids, 1)
        audited = uow.session.query(audit.AuditEntry).filter_by(action="sign").count()
        assert audited == len(ids)
        assert list(audit.verify(uow.session, uow.vault)) == []
        for case in uow.session.query(Case):
            assert case.assignments[0].status is AssignmentStatus.HANDLING
            assert case.assignments[0].signed_at == local("2026-09-20 11:00")
