"""Units below units: their limits come from above, their clocks stay inside, and work is passed down the own line only."""

from datetime import date
from typing import Any

import pytest

from dispatch.models import LimitRule
from dispatch.status import AssignmentStatus, ClockName
from hotline.accounts.models import Unit
from hotline.core.clock import LOCAL
from hotline.core.errors import DomainError
from hotline.core.identity import Role

from .conftest import City, local

STATION = "wuyezhan"


@pytest.fixture
def town(city: City) -> City:
    """The city with a station below the housing bureau."""
    with city.uow() as uow:
        above = city.units["zhujian"]
        station = Unit(
            code=STATION, name="物业站", short_name="物业站", kind="department", level=2, parent_id=above
        )
        uow.session.add(station)
        uow.session.flush()
        city.units[STATION] = station.id
    return city


def pass_down(city: City, case_id: int, to: str = STATION, unit: str = "zhujian") -> None:
    form = {"unit_id": city.units[to], "note": "请到现场核实"}
    city.do(case_id, "add_unit", Role.UNIT_HEAD, form, unit=unit, assignment_id=city.part(case_id, unit).id)


def due(city: City, case_id: int, unit: str = STATION) -> str:
    part = city.part(case_id, unit)
    (row,) = [row for row in city.deadlines(case_id, ClockName.HANDLE) if row.assignment_id == part.id]
    return f"{row.due_at.astimezone(LOCAL):%m-%d %H:%M}"


def test_clock_of_the_unit_below_ends_with_the_one_above(town: City) -> None:
    case_id = town.signed()
    assert due(town, case_id, "zhujian") == "09-24 17:30"
    town.clock.set(local("2026-09-22 10:00"))
    pass_down(town, case_id)
    assert due(town, case_id) == "09-24 17:30"


def test_limit_of_its_own_that_ends_before_stays_its_own(town: City) -> None:
    with town.uow() as uow:
        rule = LimitRule(
            template="county", unit_code=STATION, sign="2wh", contact="1wd", handle="1wd", extension_times=0,
            max_returns=0, valid_from=date(2020, 1, 1),
        )  # fmt: skip
        uow.session.add(rule)
    case_id = town.signed()
    pass_down(town, case_id)
    assert due(town, case_id) == "09-20 17:30"


def test_warning_that_was_due_before_is_not_the_lower_units(town: City) -> None:
    case_id = town.signed()
    town.clock.set(local("2026-09-24 09:00"))
    pass_down(town, case_id)
    part = town.part(case_id, STATION)
    (row,) = [row for row in town.deadlines(case_id, ClockName.HANDLE) if row.assignment_id == part.id]
    assert [name for name, _ in row.steps_fired] == ["yellow_card"]
    assert row.next_step == "overdue"


def test_overdue_unit_that_passes_down_gives_no_overdue_clock(town: City) -> None:
    case_id = town.signed()
    town.clock.set(local("2026-09-28 09:00"))
    pass_down(town, case_id)
    assert due(town, case_id) == "10-10 17:30"


def test_unit_below_has_the_limits_of_the_unit_above(town: City) -> None:
    with town.uow() as uow:
        rule = LimitRule(
            template="county", unit_code="zhujian", sign="1wh", contact="1wd", handle="3wd", extension_times=1,
            extension_limit="3wd", max_returns=0, valid_from=date(2020, 1, 1),
        )  # fmt: skip
        uow.session.add(rule)
    case_id = town.dispatched(lead=STATION)
    part = town.part(case_id, STATION)
    assert (part.sign_limit, part.handle_limit) == ("1wh", "3wd")


def test_extension_stays_inside_the_time_of_the_unit_above(town: City) -> None:
    case_id = town.signed()
    pass_down(town, case_id)
    town.do(case_id, "sign", Role.UNIT_CLERK, unit=STATION)
    form: dict[str, Any] = {"limit": "1wd", "reason": "等待配件", "plan": "到货即修", "caller_told": True}
    with pytest.raises(DomainError) as refusal:
        town.do(case_id, "ask_extension", Role.UNIT_HEAD, form, unit=STATION)
    assert refusal.value.code == "case.beyond_the_unit_above"
    town.do(case_id, "ask_extension", Role.UNIT_HEAD, form | {"limit": "2wd"}, unit="zhujian")
    part = town.part(case_id, "zhujian")
    town.do(case_id, "extend", Role.DISPATCHER, {}, assignment_id=part.id)
    town.do(case_id, "ask_extension", Role.UNIT_HEAD, form, unit=STATION)


def test_co_handler_passes_down_its_own_line_and_nowhere_else(town: City) -> None:
    case_id = town.signed("zhujian", lead="chengguan")
    with pytest.raises(DomainError) as refusal:
        pass_down(town, case_id, to="shijian")
    assert refusal.value.code == "case.only_below"
    pass_down(town, case_id)
    assert town.part(case_id, STATION).status is AssignmentStatus.PENDING_SIGN
    assert town.part(case_id, STATION).parent_id == town.part(case_id, "zhujian").id
