"""What the packages know of the working-day calendar, brought into its rows; official rows stand (DOMAIN §7).

Called by `hotline sync-calendar` and nightly: a new release of a package may settle a year that was provisional.
Deadlines are moved afterwards by `calendar.recompute`.
"""

from datetime import date, timedelta

from sqlalchemy import select

from dispatch import calendar
from dispatch.models_clock import CalendarDay
from dispatch.workdays import Day, packaged_day
from hotline.core.uow import UnitOfWork

PACKAGES = frozenset({"chinesecalendar", "holidays", "weekday"})


def sync(uow: UnitOfWork, first: date, last: date) -> int:
    """Bring the days from `first` to `last` to what the packages know now; answers how many were new or changed."""
    rows = uow.session.scalars(select(CalendarDay).where(CalendarDay.on.between(first, last)))
    known = {row.on: row for row in rows}
    days = [packaged_day(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    changed = [day for day in days if _differs(day, known.get(day.on))]
    return calendar.declare(uow, changed) if changed else 0


def _differs(day: Day, row: CalendarDay | None) -> bool:
    if row is None:
        return True
    written = (row.is_workday, row.name, row.source, row.provisional)
    return row.source in PACKAGES and written != (day.is_workday, day.name, day.source, day.provisional)
