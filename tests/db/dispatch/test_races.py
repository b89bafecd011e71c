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

import pytest
from sqlalchemy import func, select

from dispatch import timers
from dispatch.models import Case, CaseEvent
from dispatch.status import AssignmentStatus
from dispatch.transitions import ROWS
from dispatch.workflow import StaleCase, move_case
from hotline.core import audit
from hotline.core.errors import DomainError
from hotline.core.identity import Role

from .conftest import City, local
from .promises import all_hold
from .ready import READY

ROOT = Path(__file__).parents[3]
ALONE = sorted(name for name, row in READY.items() if row.role is not Role.CITIZEN)
OF_CITIZENS = ("object_refusal", "object_result")


def test_every_row_of_the_table_has_a_case_that_is_ready_for_it() -> None:
    assert set(READY) == set(ROWS)


def both(attempt: Callable[[], str]) -> list[str]:
    """What two who start at the same moment are told."""
    start = Barrier(2)

    def one(_: int) -> str:
        start.wait()
        return attempt()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(one, range(2)))


def moved_once(city: City, case_id: int, action: str) -> None:
    with city.uow() as uow:
        assert uow.session.query(CaseEvent).filter_by(case_id=case_id, action=action).count() == 1
        assert list(audit.verify(uow.session, uow.vault)) == []
    all_hold(city, case_id)


@pytest.mark.parametrize("action", ALONE)
def test_of_two_actors_on_one_row_exactly_one_wins(real_city: City, action: str) -> None:
    city, row = real_city, READY[action]
    case_id = row.make(city)
    payload, version = row.form(city, case_id), city.get(case_id).version

    def attempt() -> str:
        try:
            city.do(case_id, action, row.role, payload, unit=row.unit, seen_version=version)
        except StaleCase as stale:
            return f"stale after {len(stale.details['changes'])}"
        return "won"

    assert both(attempt) == ["stale after 1", "won"]
    moved_once(city, case_id, action)


@pytest.mark.parametrize("action", OF_CITIZENS)
def test_of_two_windows_of_one_citizen_exactly_one_wins(real_city: City, action: str) -> None:
    city, row = real_city, READY[action]
    case_id = row.make(city)

    def attempt() -> str:
        try:
            with city.uow(Role.CITIZEN) as uow:
                case = uow.session.get_one(Case, case_id, with_for_update=True)
                move_case(uow, case, action, row.form(city, case_id))
        except DomainError as refused:
            return f"refused {refused.status}"
        return "won"

    assert both(attempt) == ["refused 409", "won"]
    moved_once(city, case_id, action)


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
