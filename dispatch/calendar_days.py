"""Keeping the working-day calendar true: rows from the packages' knowledge, and the deadlines that follow from it.

Rows of an official source are never touched here. A deadline only ever moves later (DOMAIN §7): what a citizen or a
unit was told may be given more time, never less. Called by `hotline sync-calendar`, nightly, and after an import.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from dispatch import deadlines
from dispatch.models_clock import CalendarDay, Deadline
from dispatch.status import DeadlineState
from dispatch.workdays import ONE_DAY, packaged_day
from hotline.core.uow import UnitOfWork

PACKAGES = frozenset({"chinesecalendar", "holidays", "weekday"})


@dataclass(frozen=True)
class Moved:
    """A deadline that got more time from a change of the calendar."""

    deadline_id: int
    case_id: int
    before: datetime
    after: datetime


def sync(uow: UnitOfWork, first_year: int, last_year: int) -> int:
    """Bring the days of these years to what the packages know now; answers how many were added or changed."""
    known = {row.on: row for row in uow.session.scalars(select(CalendarDay))}
    changed = 0
    on = date(first_year, 1, 1)
    while on.year <= last_year:
        changed += _bring(uow, on, known.get(on))
        on += ONE_DAY
    # Limits reckoned later in this unit of work see the new days.
    uow.session.flush()
    uow.session.info.pop("book", None)
    return changed


def _bring(uow: UnitOfWork, on: date, row: CalendarDay | None) -> bool:
    day = packaged_day(on)
    values = {
        "is_workday": day.is_workday,
        "name": day.name,
        "source": day.source,
        "provisional": day.provisional,
    }
    if row is None:
        uow.session.add(CalendarDay(on=on, **values))
        return True
    if row.source not in PACKAGES or all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True


def give_more_time(uow: UnitOfWork) -> list[Moved]:
    """Reckon every running deadline anew; those that now end later move, and the case's audit trail says so."""
    book = deadlines.book_of(uow.session)
    moved = []
    running = select(Deadline).where(Deadline.state == DeadlineState.RUNNING).order_by(Deadline.id)
    for row in uow.session.scalars(running):
        before, reckoning = row.due_at, book.reckon(row)
        row.provisional = reckoning.provisional
        if before is None or reckoning.due_at is None or reckoning.due_at <= before:
            continue
        row.due_at = reckoning.due_at
        deadlines.schedule(uow.session, row)
        moved.append(Moved(row.id, row.case_id, before, reckoning.due_at))
        uow.audit(
            f"case:{row.case_id}",
            "deadline_moved",
            clock=row.clock,
            before=before.isoformat(),
            after=reckoning.due_at.isoformat(),
            reason="工作日历变更",
        )
    return moved
