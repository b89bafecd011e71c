"""The agreement board: what people made of the suggestions, per field, unit, reason and week."""

from datetime import timedelta

import pytest

from dispatch import cases
from hotline.core.identity import Role
from hotline.desk import agreement
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture

SHOWN = {
    "source": "model",
    "grounds": {"category": ["keyword", "learned"], "unit": ["catalogue"], "case_type": ["learned"]},
    "case_type": [["request", 0.9], ["complaint", 0.1]],
    "category": [["A0101", 0.9]],
    "unit": [["chengguan", 0.8], ["zhujian", 0.1]],
    "urgency": [],
}


@pytest.fixture
def counted(city: City) -> City:  # noqa: F811
    """One case dispatched to the second proposal, one still a draft, one without a proposal."""
    for status in ("dispatched", "open"):
        case_id = city.open()
        with city.uow(Role.AGENT, user_id=city.get(case_id).agent_id) as uow:
            cases.keep_suggestion(uow, case_id, SHOWN)
        if status == "dispatched":
            city.do(case_id, "submit", Role.AGENT)
            city.do(case_id, "accept", Role.REVIEWER)
            city.dispatch(case_id)
    city.dispatched()
    return city


def test_agreement_by_field_counts_decided_cases_with_a_proposal(counted: City) -> None:
    with counted.uow() as uow:
        found = {row.field: row for row in agreement.by_field(uow.session, uow.now - timedelta(days=1))}
    assert {name: (row.proposed, row.first, row.among) for name, row in found.items()} == {
        "case_type": (1, 0, 1),
        "category": (1, 1, 1),
        "unit": (1, 0, 1),
    }


def test_agreement_by_unit_reason_and_week_names_them(counted: City) -> None:
    with counted.uow() as uow:
        since = uow.now - timedelta(days=1)
        (unit,) = agreement.by_unit(uow.session, since)
        grounds = agreement.by_ground(uow.session, since)
        weeks = agreement.by_week(uow.session, since)
    assert (unit.key, unit.label, unit.proposed, unit.first) == ("zhujian", "市住建局", 1, 0)
    assert [(row.field, row.label, row.first) for row in grounds] == [
        ("category", "分类关键词", 1),
        ("category", "已办工单学得", 1),
        ("unit", "派单目录", 0),
    ]
    assert [(row.field, row.key, row.proposed) for row in weeks] == [
        ("category", "2026-38", 1),
        ("unit", "2026-38", 1),
    ]


def test_agreement_before_the_first_case_is_empty(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        assert agreement.by_field(uow.session, uow.now) == []
        assert agreement.by_ground(uow.session, uow.now) == []
        assert agreement.returns(uow.session, uow.now - timedelta(days=9)) == []


def test_reasons_of_upheld_returns_are_counted_with_wrong_dispatches(city: City) -> None:  # noqa: F811
    case_id = city.returned()
    form = {"reason": "不属于住建", "dispatch_error": True}
    city.do(case_id, "uphold_return", Role.DISPATCHER, form, unit="zhujian")
    with city.uow() as uow:
        (row,) = agreement.returns(uow.session, uow.now - timedelta(days=1))
    assert (row.reason_class, row.count, row.errors) == ("competence", 1, 1)
    assert row.label != row.reason_class
