"""A notice of the State Council arrives: what moves is shown first, moves only later, and stays on record."""

from datetime import date

import pytest

from dispatch import calendar
from dispatch.models import DeadlineMove
from dispatch.status import ClockName
from dispatch.workdays import Day
from hotline.core.clock import LOCAL
from hotline.core.errors import Invalid, PermissionMissing
from hotline.core.identity import Role

from .conftest import City, local

NOTICE = [
    Day(date(2027, 1, 4), False, "元旦", "国办通知", False),
    Day(date(2027, 1, 9), True, "元旦调休上班", "国办通知", False),
]


def due(city: City, case_id: int) -> str:
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    return f"{row.due_at.astimezone(LOCAL):%Y-%m-%d %H:%M}"


def over_new_year(city: City) -> int:
    city.clock.set(local("2026-12-28 09:00"))
    return city.dispatched()


def recompute(city: City) -> tuple[int, int, int]:
    return list(calendar.recompute(city.house.open_uow, date(2027, 1, 4), date(2027, 1, 9)))[-1]


def test_deadline_over_an_unknown_year_is_provisional_and_moves_with_the_notice(city: City) -> None:
    case_id = over_new_year(city)
    assert city.deadlines(case_id, ClockName.HANDLE)[0].provisional
    assert due(city, case_id) == "2027-01-05 17:30"
    with city.uow(Role.ADMIN) as uow:
        (moved,) = [row for row in calendar.preview(uow, NOTICE) if row.clock == "办理"]
        assert moved.new_due_at.astimezone(LOCAL) == local("2027-01-06 17:30")
    assert due(city, case_id) == "2027-01-05 17:30"
    with city.uow(Role.ADMIN) as uow:
        assert calendar.declare(uow, NOTICE) == 2
    assert recompute(city)[1] == 1
    assert due(city, case_id) == "2027-01-06 17:30"
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    assert (row.next_step, row.next_at.astimezone(LOCAL)) == ("yellow_card", local("2027-01-05 17:30"))
    with city.house.sessions() as session:
        (log,) = session.query(DeadlineMove).all()
        assert (log.old_due_at.astimezone(LOCAL), log.new_due_at.astimezone(LOCAL)) == (
            local("2027-01-05 17:30"),
            local("2027-01-06 17:30"),
        )


def test_notice_never_moves_a_deadline_earlier(city: City) -> None:
    case_id = over_new_year(city)
    saturday = [Day(date(2027, 1, 2), True, "调休上班", "国办通知", False)]
    with city.uow(Role.ADMIN) as uow:
        assert calendar.preview(uow, saturday) == []
        calendar.declare(uow, saturday)
    *_, last = calendar.recompute(city.house.open_uow, date(2027, 1, 2), date(2027, 1, 2))
    assert last[1] == 0
    assert due(city, case_id) == "2027-01-05 17:30"


def test_recomputation_twice_moves_once(city: City) -> None:
    over_new_year(city)
    with city.uow(Role.ADMIN) as uow:
        calendar.declare(uow, NOTICE)
    assert recompute(city)[1] == 1
    assert recompute(city)[1] == 0


def test_ended_deadlines_stay(city: City) -> None:
    case_id = over_new_year(city)
    city.do(case_id, "sign", Role.UNIT_CLERK, unit="zhujian")
    city.contact(case_id)
    city.result(case_id)
    with city.uow(Role.ADMIN) as uow:
        calendar.declare(uow, NOTICE)
    recompute(city)
    assert due(city, case_id) == "2027-01-05 17:30"


def test_calendar_is_the_administrators(city: City) -> None:
    for role in (Role.AGENT, Role.CENTRE_HEAD):
        with pytest.raises(PermissionMissing), city.uow(role) as uow:
            calendar.declare(uow, NOTICE)
        with pytest.raises(PermissionMissing), city.uow(role) as uow:
            calendar.preview(uow, NOTICE)
    with pytest.raises(Invalid), city.uow(Role.ADMIN) as uow:
        calendar.declare(uow, [])


def test_year_at_a_glance_marks_what_is_provisional(city: City) -> None:
    with city.uow() as uow:
        calendar.declare(uow, NOTICE)
        days = calendar.year(uow.session, 2027)
    assert len(days) == 365
    known = [day for day in days if not day["provisional"]]
    assert [day["date"] for day in known] == [date(2027, 1, 4), date(2027, 1, 9)]


@pytest.mark.parametrize(
    ("today", "warned"),
    [("2026-10-31 09:00", False), ("2026-11-01 09:00", True), ("2025-11-20 09:00", False)],
)
def test_alarm_from_november_while_next_year_is_unknown(city: City, today: str, warned: bool) -> None:
    with city.uow() as uow:
        assert (calendar.alarm(uow.session, local(today)) is not None) is warned
