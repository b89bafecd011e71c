"""The routing catalogue: which unit by which row at which place, and rows that practice proposes."""

from datetime import date, timedelta
from typing import Any

import pytest

from dispatch import routing
from dispatch.models import Case, RoutingProposal, RoutingRow, TownshipDuty
from dispatch.routing import ProposalDecided
from hotline.accounts.models import Area, Unit
from hotline.core.errors import NotFound, PermissionMissing
from hotline.core.identity import Role

from .conftest import City, return_form

TODAY = date(2026, 9, 18)


def add_row(city: City, lead: str, **changes: Any) -> int:
    with city.uow() as uow:
        values: dict[str, Any] = {
            "row_no": "9", "category_code": "A0101", "lead_unit": lead, "co_units": [], "law_status": "待核实",
            "valid_from": date(2020, 1, 1),
        }  # fmt: skip
        row = RoutingRow(**(values | changes))
        uow.session.add(row)
        uow.session.flush()
        return row.id


def leads(city: City, on: date = TODAY, **case: Any) -> list[str]:
    case_id = city.open(**case)
    with city.uow() as uow:
        return [
            route.lead.code
            for route in routing.routes_for(uow.session, uow.session.get_one(Case, case_id), on)
        ]


def test_route_names_units_law_and_state_of_the_law(city: City) -> None:
    case_id = city.open()
    with city.uow() as uow:
        (route,) = routing.routes_for(uow.session, uow.session.get_one(Case, case_id), TODAY)
        data = route.as_data()
    assert (data["lead_unit_name"], [unit["name"] for unit in data["co_units"]]) == (
        "市住建局",
        ["市市场监管局"],
    )
    assert (data["law"], data["article"], data["law_status"]) == ("《物业管理条例》", "第48条", "确定")


def test_row_for_the_object_named_comes_first(city: City) -> None:
    add_row(city, "@township", object_rule="安置区|村")
    assert leads(city) == ["zhujian", "huaichuan"]
    assert leads(city, facts="安置区电梯停运") == ["huaichuan", "zhujian"]


def test_township_row_needs_a_place(city: City) -> None:
    add_row(city, "@township")
    assert leads(city, area_code=None) == ["zhujian"]


def test_rows_for_towns_leave_the_streets_of_the_city_alone(city: City) -> None:
    add_row(city, "chengguan", place_level_rule="town")
    add_row(city, "duchashi", place_level_rule="township")
    assert leads(city, area_code=None) == ["zhujian"]
    assert leads(city) == ["chengguan", "duchashi", "zhujian"]
    with city.uow() as uow:
        uow.session.get_one(Unit, city.units["huaichuan"]).name = "淮川街道办事处"
    assert leads(city) == ["duchashi", "zhujian"]
    with city.uow() as uow:
        uow.session.add(Area(code="430181900", name="无属地", level="village", parent_code=None, aliases=[]))
    assert leads(city, area_code="430181900") == ["zhujian"]


def test_nearer_category_comes_before_a_wider_one_and_dates_count(city: City) -> None:
    add_row(city, "chengguan", category_code="A")
    add_row(city, "shijian", valid_until=date(2026, 9, 17))
    add_row(city, "duchashi", valid_from=date(2026, 9, 19))
    assert leads(city) == ["zhujian", "chengguan"]
    assert leads(city, date(2026, 9, 19)) == ["zhujian", "duchashi", "chengguan"]
    assert leads(city, category_code=None) == []


def test_row_of_a_unit_that_does_not_exist_is_left_out(city: City) -> None:
    add_row(city, "abgeschafft")
    assert leads(city) == ["zhujian"]


def test_duty_list_is_asked_from_the_leaf_upwards(city: City) -> None:
    with city.uow() as uow:
        uow.session.add(TownshipDuty(category_code="A0101", township_may_handle=True, basis="清单第 3 项"))
        uow.session.flush()
        assert routing.township_may_handle(uow.session, "A0101")
        assert not routing.township_may_handle(uow.session, "A0102")
        assert not routing.township_may_handle(uow.session, "B01")
        assert not routing.township_may_handle(uow.session, None)


def proposal(city: City) -> int:
    case_id = city.dispatched()
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"})
    with city.uow(Role.COORDINATOR) as uow:
        (row,) = routing.open_proposals(uow)
        return row.id


def test_approved_proposal_replaces_the_row_of_the_old_unit_from_tomorrow(city: City) -> None:
    proposal_id = proposal(city)
    with city.uow(Role.COORDINATOR) as uow:
        routing.decide_proposal(uow, proposal_id, approve=True, reason="依据充分", law="《特种设备安全法》")
    assert leads(city) == ["zhujian"]
    assert leads(city, TODAY + timedelta(days=1)) == ["chengguan"]
    with pytest.raises(ProposalDecided), city.uow(Role.COORDINATOR) as uow:
        routing.decide_proposal(uow, proposal_id, approve=True, reason="再来一次")


def test_refused_proposal_changes_nothing(city: City) -> None:
    proposal_id = proposal(city)
    with city.uow(Role.COORDINATOR) as uow:
        routing.decide_proposal(uow, proposal_id, approve=False, reason="个案")
        assert routing.open_proposals(uow) == []
    assert leads(city, TODAY + timedelta(days=1)) == ["zhujian"]


def test_catalogue_is_kept_by_those_who_may(city: City) -> None:
    with pytest.raises(PermissionMissing), city.uow(Role.REVIEWER) as uow:
        routing.decide_proposal(uow, 1, approve=True, reason="x")
    with pytest.raises(NotFound), city.uow(Role.COORDINATOR) as uow:
        routing.decide_proposal(uow, 999, approve=True, reason="x")


def test_case_without_a_category_teaches_nothing(city: City) -> None:
    case_id = city.open(category_code=None)
    with city.uow() as uow:
        case = uow.session.get_one(Case, case_id)
        unit = city.units["zhujian"]
        assert routing.propose(uow, case, from_unit_id=None, to_unit_id=unit, reason="x", evidence={}) is None
        assert uow.session.query(RoutingProposal).count() == 0
