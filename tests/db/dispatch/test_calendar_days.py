"""The calendar of the database: official days stand, deadlines only move later."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from dispatch import calendar_days
from dispatch.models import Case, Deadline
from dispatch.models_clock import CalendarDay
from dispatch.status import ClockName
from hotline.core.audit import AuditEntry
from hotline.core.clock import LOCAL

FRIDAY = date(2026, 9, 25)


def local(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=LOCAL)


@pytest.fixture
def deadline(uow):
    """Five working days from Friday 2026-09-18 16:00; Sunday 20th is worked, so it ends on Thursday 24th."""
    case = Case(
        case_no="LY1", query_code="111111", identity_masked={}, created_at=uow.now, updated_at=uow.now
    )
    uow.session.add(case)
    uow.session.flush()
    row = Deadline(
        case_id=case.id,
        clock=ClockName.HANDLE,
        template="county",
        limit_text="5wd",
        started_at=local(18, 16),
        due_at=local(24, 17, 30),
        original_due_at=local(24, 17, 30),
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def declare(uow, on, *, is_workday, source="国办发明电"):
    uow.session.add(CalendarDay(on=on, is_workday=is_workday, name="", source=source, provisional=False))
    uow.session.flush()
    uow.session.info.pop("book", None)


def test_sync_when_empty_then_every_day_of_the_years_is_there(uow):
    assert calendar_days.sync(uow, 2026, 2027) == 730
    assert uow.session.scalar(select(func.count()).select_from(CalendarDay)) == 730
    assert uow.session.get_one(CalendarDay, date(2026, 9, 20)).is_workday
    assert uow.session.get_one(CalendarDay, date(2027, 10, 1)).provisional


def test_sync_when_run_again_then_changes_nothing(uow):
    calendar_days.sync(uow, 2026, 2026)
    assert calendar_days.sync(uow, 2026, 2026) == 0


def test_sync_when_a_day_is_official_then_it_stands(uow):
    declare(uow, FRIDAY, is_workday=True)
    calendar_days.sync(uow, 2026, 2026)
    assert uow.session.get_one(CalendarDay, FRIDAY).is_workday


def test_sync_when_packages_know_better_now_then_their_own_day_is_brought_up_to_date(uow):
    declare(uow, FRIDAY, is_workday=True, source="holidays")
    calendar_days.sync(uow, 2026, 2026)
    assert not uow.session.get_one(CalendarDay, FRIDAY).is_workday


def test_give_more_time_when_a_day_became_free_then_later_and_in_the_audit_trail(uow, deadline):
    before = deadline.due_at
    declare(uow, date(2026, 9, 24), is_workday=False)
    (moved,) = calendar_days.give_more_time(uow)
    assert moved.after == deadline.due_at > before
    entry = uow.session.scalars(select(AuditEntry)).one()
    assert (entry.subject, entry.action) == (f"case:{deadline.case_id}", "deadline_moved")


def test_give_more_time_when_a_day_became_worked_then_nothing_is_taken_away(uow, deadline):
    before = deadline.due_at
    declare(uow, date(2026, 9, 19), is_workday=True)
    assert calendar_days.give_more_time(uow) == []
    assert deadline.due_at == before
