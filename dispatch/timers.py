"""What the house does by itself when a clock runs out: `fire_due`, called each second by `hotline.tasks`.

Batches of due steps in order of their rule's instants, one unit of work each, rows locked with SKIP LOCKED together
with their cases: several workers share the work, nothing fires twice, and after a standstill everything catches up
dated by its rule. This is an edge: it opens units of work, and one bad row is set aside instead of stopping all.
"""

import heapq
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from itertools import count

import structlog
from sqlalchemy import select

from dispatch import deadlines
from dispatch.models_case import Case
from dispatch.models_clock import Deadline
from dispatch.timer_steps import act
from hotline.accounts.models import Unit
from hotline.core.identity import SYSTEM, Actor
from hotline.core.uow import UnitOfWork

log = structlog.get_logger()
BATCH = 200
MAX_BATCHES = 100
SET_ASIDE = timedelta(minutes=10)
OpenUow = Callable[[Actor], AbstractContextManager[UnitOfWork]]
Fired = tuple[int, str]
"""Case id and name of the step."""


def fire_due(open_uow: OpenUow, now: datetime, *, batch: int = BATCH) -> list[Fired]:
    """Fire everything that is due; what a very long standstill left over is done by the next tick."""
    fired: list[Fired] = []
    for _ in range(MAX_BATCHES):
        done, found = _fire_batch(open_uow, now, batch)
        fired += done
        if found == 0:
            break
    return fired


def _fire_batch(open_uow: OpenUow, now: datetime, batch: int) -> tuple[list[Fired], int]:
    try:
        with open_uow(SYSTEM) as uow:
            rows = _due(uow, now, batch)
            return _fire_together(uow, rows, now, full=len(rows) == batch), len(rows)
    except Exception:
        # Nothing of the batch is written. Each of its rows gets its own unit of work, so that the bad one is found.
        log.exception("timers.batch_failed")
        return _fire_one_by_one(open_uow, now, batch)


def _due(
    uow: UnitOfWork, now: datetime, batch: int, deadline_id: int | None = None
) -> list[tuple[Deadline, Case]]:
    query = (
        select(Deadline, Case)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.next_at <= now)
        .order_by(Deadline.next_at, Deadline.id)
        .limit(batch)
        .with_for_update(of=[Deadline.__table__, Case.__table__], skip_locked=True)
    )
    if deadline_id is not None:
        query = query.where(Deadline.id == deadline_id)
    return [(row[0], row[1]) for row in uow.session.execute(query)]


def _fire_together(
    uow: UnitOfWork, rows: list[tuple[Deadline, Case]], now: datetime, *, full: bool
) -> list[Fired]:
    """A batch reads what it needs at once and writes at its end: a step costs a millisecond or two, not ten."""
    if not rows:
        return []
    units = uow.session.scalars(select(Unit)).all()  # held, so that the session finds them without asking
    deadlines.preload(uow.session, {case.id for _, case in rows})
    with uow.session.no_autoflush:
        fired = _fire_in_order(uow, rows, now, full=full)
    del units
    return fired


def _fire_in_order(
    uow: UnitOfWork, rows: list[tuple[Deadline, Case]], now: datetime, *, full: bool
) -> list[Fired]:
    """A step can make another one due, of its own clock or of one that it starts: each takes its turn by its instant."""
    horizon = max((row.next_at for row, _ in rows if row.next_at), default=now) if full else now
    waiting: list[tuple[datetime, int, Deadline, Case]] = []
    turn = count()

    def wait(row: Deadline, case: Case) -> None:
        if row.next_at is not None and row.next_at <= horizon:
            heapq.heappush(waiting, (row.next_at, next(turn), row, case))

    for row, case in rows:
        wait(row, case)
    fired: list[Fired] = []
    while waiting:
        at, _, row, case = heapq.heappop(waiting)
        if row.next_at != at or row.next_step is None:
            continue  # an earlier step of this batch ended or moved this clock
        step = row.next_step
        _fire(uow, row, case, step, at)
        fired.append((case.id, step))
        wait(row, case)
        for started in deadlines.take_started(uow.session):
            wait(started, case)
    return fired


def _fire(uow: UnitOfWork, row: Deadline, case: Case, step: str, at: datetime) -> None:
    row.trouble = None
    deadlines.fired(uow.session, row, step, at)
    act(uow, case, row, step, at)


def _fire_one_by_one(open_uow: OpenUow, now: datetime, batch: int) -> tuple[list[Fired], int]:
    with open_uow(SYSTEM) as uow:
        ids = [row.id for row, _ in _due(uow, now, batch)]
    fired: list[Fired] = []
    for deadline_id in ids:
        try:
            with open_uow(SYSTEM) as uow:
                fired += _fire_in_order(uow, _due(uow, now, 1, deadline_id), now, full=True)
        except Exception as trouble:
            log.exception("timers.set_aside", deadline_id=deadline_id)
            _set_aside(open_uow, deadline_id, now, repr(trouble))
    return fired, len(ids)


def _set_aside(open_uow: OpenUow, deadline_id: int, now: datetime, trouble: str) -> None:
    """A step that fails waits and says why; `hotline doctor` lists such rows."""
    with open_uow(SYSTEM) as uow:
        row = uow.session.get_one(Deadline, deadline_id)
        row.trouble, row.next_at = trouble[:500], now + SET_ASIDE
