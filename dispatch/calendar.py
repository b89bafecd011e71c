"""The office's calendar: a year at a glance, declaring days, and moving open deadlines after a notice.

An official notice only ever moves deadlines later; who declares days sees the list of what would move before it is
done (DOMAIN §7). Moving many deadlines works in batches, each a unit of work of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from dispatch import deadlines
from dispatch.clocks import compute
from dispatch.events import CalendarMoving
from dispatch.models_case import Case
from dispatch.models_clock import CalendarDay, Deadline, DeadlineMove
from dispatch.status import DeadlineState
from dispatch.workdays import Calendar, Day
from hotline.core.clock import local_date, local_instant
from hotline.core.errors import Invalid
from hotline.core.identity import SYSTEM, Actor, Permission, require
from hotline.core.uow import UnitOfWork

OpenUow = Callable[[Actor], AbstractContextManager[UnitOfWork]]
BATCH = 2000
PREVIEW_SHOWN = 500
OFFICIAL = "国务院办公厅通知"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A deadline that moves, or would move, later."""

    deadline_id: int
    case_id: int
    case_no: str
    clock: str
    old_due_at: datetime
    new_due_at: datetime


def year(session: Session, of: int) -> list[dict[str, Any]]:
    """Every date of a year with what it is, who says so, and whether that is provisional."""
    calendar = deadlines.book_of(session).calendar
    first = date(of, 1, 1)
    days = (date(of + 1, 1, 1) - first).days
    return [_shown(calendar.day(first + timedelta(days=n))) for n in range(days)]


def _shown(day: Day) -> dict[str, Any]:
    return {
        "date": day.on,
        "is_workday": day.is_workday,
        "name": day.name,
        "source": day.source,
        "provisional": day.provisional,
    }


def alarm(session: Session, now: datetime) -> str | None:
    """From 1 November on: a warning while the next year's notice is not known."""
    today = local_date(now)
    if today.month < 11 or not deadlines.book_of(session).calendar.year_is_provisional(today.year + 1):
        return None
    return f"{today.year + 1} 年节假日安排尚未录入，跨年时限为暂定；请在工作日历中导入国务院办公厅通知"


def changed(session: Session, days: Iterable[Day]) -> list[Day]:
    """Those of the days that the calendar does not know so yet."""
    calendar = deadlines.book_of(session).calendar
    return [day for day in days if calendar.day(day.on) != day]


def other(session: Session, days: Iterable[Day]) -> list[Day]:
    """Those of the days that would be worked or free other than now: only these move anything."""
    calendar = deadlines.book_of(session).calendar
    return [day for day in days if day.is_workday != calendar.is_workday(day.on)]


def preview(uow: UnitOfWork, days: Iterable[Day]) -> list[Moved]:
    """What declaring these days would move, the first `PREVIEW_SHOWN`; writes nothing."""
    require(uow.actor, Permission.CALENDAR_EDIT)
    given = {day.on: day for day in other(uow.session, days)}
    if not given:
        return []
    known = {row.on: _day(row) for row in uow.session.scalars(select(CalendarDay))}
    calendar = Calendar(known | given)
    found: list[Moved] = []
    for row, case_no in uow.session.execute(_touched(min(given), max(given)).order_by(Deadline.id)):
        moved = _later(uow.session, row, case_no, calendar)
        if moved is not None:
            found.append(moved)
        if len(found) == PREVIEW_SHOWN:
            break
    return found


def _day(row: CalendarDay) -> Day:
    return Day(row.on, row.is_workday, row.name, row.source, row.provisional)


def declare(uow: UnitOfWork, days: Iterable[Day]) -> int:
    """Write days of a notice. Deadlines are moved afterwards by `recompute`."""
    require(uow.actor, Permission.CALENDAR_EDIT)
    rows = [
        {
            "on": day.on,
            "is_workday": day.is_workday,
            "name": day.name,
            "source": day.source,
            "provisional": day.provisional,
        }
        for day in days
    ]
    if not rows:
        raise Invalid(fields=[{"field": "days", "reason": "至少一天"}])
    statement = upsert(CalendarDay)
    uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["date"],
            set_={name: statement.excluded[name] for name in ("is_workday", "name", "source", "provisional")},
        ),
        rows,
    )
    uow.session.info.pop("book", None)
    uow.audit("calendar", "declare", days=rows)
    return len(rows)


def _touched(first: date, last: date) -> Select[Deadline, str]:
    """Running deadlines whose count can pass over the dates."""
    return (
        select(Deadline, Case.case_no)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Deadline.state == DeadlineState.RUNNING,
            Deadline.due_at >= local_instant(first),
            Deadline.started_at < local_instant(last + timedelta(days=1)),
        )
    )


def _later(session: Session, row: Deadline, case_no: str, calendar: Calendar) -> Moved | None:
    counting = deadlines.book_of(session).counting(row.template)
    due = compute(deadlines.history_of(row), counting, calendar).due_at
    if due is None or row.due_at is None or due <= row.due_at:
        return None
    return Moved(
        deadline_id=row.id,
        case_id=row.case_id,
        case_no=case_no,
        clock=row.clock.label,
        old_due_at=row.due_at,
        new_due_at=due,
    )


def recompute(
    open_uow: OpenUow, first: date, last: date, *, cause: str = OFFICIAL, actor: Actor = SYSTEM
) -> Iterator[tuple[int, int, int]]:
    """Move open deadlines over the dates, only later; yields (looked at, moved, of how many) for a progress bar.

    Rows that somebody is just moving are left for another pass, so that nobody waits for anybody.
    """
    with open_uow(actor) as uow:
        waiting = list(
            uow.session.scalars(_touched(first, last).with_only_columns(Deadline.id).order_by(Deadline.id))
        )
    looked, moved, total = 0, 0, len(waiting)
    yield looked, moved, total
    while waiting:
        later: list[int] = []
        for start in range(0, len(waiting), BATCH):
            ids = waiting[start : start + BATCH]
            with open_uow(actor) as uow:
                seen, count = _move_batch(uow, ids, cause)
            later += [row_id for row_id in ids if row_id not in seen]
            looked, moved = looked + len(seen), moved + count
            yield looked, moved, total
        waiting = later if len(later) < len(waiting) else []


def _move_batch(uow: UnitOfWork, ids: list[int], cause: str) -> tuple[set[int], int]:
    session = uow.session
    book = deadlines.book_of(session)
    rows = session.scalars(
        select(Deadline).where(Deadline.id.in_(ids)).with_for_update(skip_locked=True)
    ).all()
    changes, log = [], []
    for row in rows:
        if row.state is not DeadlineState.RUNNING:
            continue
        moved = _later(session, row, "", book.calendar)
        if moved is not None:
            changes.append(_new_end(session, row, moved.new_due_at))
            log.append(
                {
                    "deadline_id": row.id,
                    "old_due_at": moved.old_due_at,
                    "new_due_at": moved.new_due_at,
                    "cause": cause,
                    "moved_at": uow.now,
                    "moved_by_id": uow.actor.user_id,
                }
            )
    session.expunge_all()  # the rows are written in bulk below, not one by one
    if changes:
        session.execute(update(Deadline), changes)
        session.execute(insert(DeadlineMove), log)
        uow.audit("calendar", "move_deadlines", count=len(changes), cause=cause)
    return {row.id for row in rows}, len(changes)


def announce(uow: UnitOfWork, days: Iterable[Day]) -> int:
    """Have the open deadlines over the days moved in the background (`move_on`); answers how many there are."""
    dates = [day.on for day in days]
    first, last = min(dates), max(dates)
    total = uow.session.scalar(_touched(first, last).with_only_columns(func.count())) or 0
    uow.record(CalendarMoving(first=first.isoformat(), last=last.isoformat(), total=total))
    return total


def move_on(uow: UnitOfWork, moving: CalendarMoving) -> None:
    """One batch; the next is recorded with it, so that a stop loses nothing and nothing is moved twice.

    Rows that somebody is just moving are left for another pass over all of them.
    """
    if moving.done:
        return
    first, last = date.fromisoformat(moving.first), date.fromisoformat(moving.last)
    after = _touched(first, last).where(Deadline.id > moving.after_id)
    ids = list(uow.session.scalars(after.with_only_columns(Deadline.id).order_by(Deadline.id).limit(BATCH)))
    seen, moved = _move_batch(uow, ids, OFFICIAL) if ids else (set[int](), 0)
    held = moving.held + len(ids) - len(seen)
    ended = len(ids) < BATCH
    uow.record(
        replace(
            moving,
            after_id=0 if ended else ids[-1],
            looked=moving.looked + len(seen),
            moved=moving.moved + moved,
            held=0 if ended else held,
            done=ended and not held,
        )
    )


def _new_end(session: Session, row: Deadline, due_at: datetime) -> dict[str, Any]:
    row.due_at = due_at
    deadlines.schedule(session, row)
    return {"id": row.id, "due_at": due_at, "next_step": row.next_step, "next_at": row.next_at}
