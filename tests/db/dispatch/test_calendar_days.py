"""The calendar's rows follow the packages, except where an office has declared a day."""

from datetime import date

from sqlalchemy import func, select

from dispatch import calendar_days
from dispatch.models_clock import CalendarDay

FRIDAY = date(2026, 9, 25)
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def declare(uow, on, *, is_workday, source="国办发明电"):
    uow.session.add(CalendarDay(on=on, is_workday=is_workday, name="", source=source, provisional=False))
    uow.session.flush()


def test_sync_when_empty_then_every_day_is_there(uow):
    assert calendar_days.sync(uow, date(2026, 1, 1), date(2027, 12, 31)) == 730
    assert uow.session.scalar(select(func.count()).select_from(CalendarDay)) == 730
    assert uow.session.get_one(CalendarDay, date(2026, 9, 20)).is_workday
    assert uow.session.get_one(CalendarDay, date(2027, 10, 1)).provisional


def test_sync_when_run_again_then_changes_nothing(uow):
    calendar_days.sync(uow, *YEAR)
    assert calendar_days.sync(uow, *YEAR) == 0


def test_sync_when_a_day_is_official_then_it_stands(uow):
    declare(uow, FRIDAY, is_workday=True)
    calendar_days.sync(uow, *YEAR)
    assert uow.session.get_one(CalendarDay, FRIDAY).is_workday


def test_sync_when_packages_know_better_now_then_their_own_day_is_brought_up_to_date(uow):
    declare(uow, FRIDAY, is_workday=True, source="holidays")
    calendar_days.sync(uow, *YEAR)
    uow.session.expire_all()
    assert not uow.session.get_one(CalendarDay, FRIDAY).is_workday
