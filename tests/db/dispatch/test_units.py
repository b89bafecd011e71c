"""The department's desk: many signatures at once, its own figures, templates and order packages."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch import units
from dispatch.status import AssignmentStatus, CaseStatus
from hotline.core.errors import DomainError, Invalid, NotFound
from hotline.core.identity import Role

from .conftest import City, contact_form, result_form


def test_batch_signs_what_it_can_and_says_why_not(city: City) -> None:
    first, second, foreign = city.dispatched(), city.signed(), city.dispatched(lead="chengguan")
    ids = [
        city.part(first, "zhujian").id,
        city.part(second, "zhujian").id,
        city.part(foreign, "chengguan").id,
        999_999,
    ]
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        answers = {row["assignment_id"]: row for row in units.sign_many(uow, ids)}
    assert answers[ids[0]]["signed"]
    assert [answers[part_id]["code"] for part_id in ids[1:]] == [
        "case.action_not_allowed", "case.not_found", "case.not_found",
    ]  # fmt: skip
    assert city.part(first, "zhujian").status is AssignmentStatus.HANDLING


@pytest.mark.parametrize("count", [0, 101])
def test_batch_has_a_size(city: City, count: int) -> None:
    with pytest.raises(Invalid), city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        units.sign_many(uow, list(range(1, count + 1)))


def test_desk_of_units_is_for_units(city: City) -> None:
    with pytest.raises(units.UnitsOnly), city.uow(Role.REVIEWER) as uow:
        units.sign_many(uow, [1])


def test_figures_of_a_unit_are_its_own(city: City) -> None:
    city.replied()
    late = city.dispatched()
    city.dispatched(lead="chengguan")
    city.tick("2026-09-28 09:00")
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        month = (city.clock.now() - timedelta(days=30), city.clock.now() + timedelta(days=30))
        figures = units.statistics(uow, *month)
    assert (figures["dispatched"], figures["signed_late"], figures["replied"], figures["in_hand"]) == (
        2,
        1,
        1,
        1,
    )
    assert (figures["due"], figures["on_time"], figures["on_time_rate"]) == (1, 1, 1.0)
    assert (figures["yellow_cards"], figures["red_cards"], figures["returns"]) == (1, 1, 0)
    assert late


def test_templates_belong_to_their_unit(city: City) -> None:
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        row = units.save_template(uow, title="电梯", body="已安排维保单位……")
        units.save_template(uow, title="电梯维修", body="已安排维保单位……", template_id=row.id)
        assert [found.title for found in units.templates(uow)] == ["电梯维修"]
        with pytest.raises(Invalid):
            units.save_template(uow, title=" ", body="")
    with city.uow(Role.UNIT_CLERK, "chengguan") as uow:
        assert units.templates(uow) == []
        with pytest.raises(NotFound):
            units.drop_template(uow, row.id)
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        units.drop_template(uow, row.id)
        assert units.templates(uow) == []


def package(city: City, case_id: int) -> dict[str, Any]:
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        return units.export_package(uow, case_id)


def test_package_carries_the_case_out_and_the_answers_back(city: City) -> None:
    case_id = city.signed()
    out = package(city, case_id)
    assert out["case"]["facts"].startswith("金沙小区")
    assert "query_code" not in out["case"]
    assert out["case"]["identity"]["contact_no"] == "138****8000"
    out["answers"] = [
        {"action": "record_contact", "payload": contact_form(city.clock)},
        {"action": "submit_result", "payload": result_form(city.attach(case_id))},
    ]
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        assert units.import_package(uow, out).status is CaseStatus.SUBMITTED


def test_package_is_taken_whole_or_not_at_all(city: City) -> None:
    case_id = city.signed()
    out = package(city, case_id) | {
        "answers": [
            {"action": "record_contact", "payload": contact_form(city.clock)},
            {"action": "submit_result", "payload": {}},
        ]
    }
    with pytest.raises(Invalid), city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        units.import_package(uow, out)
    assert city.part(case_id, "zhujian").first_contact_at is None


@pytest.mark.parametrize(
    "changes",
    [{"format": "other"}, {"answers": []}, {"answers": [{"action": "close"}]}, {"case": {}, "answers": [{}]}],
)
def test_broken_package_is_refused(city: City, changes: dict[str, Any]) -> None:
    out = package(city, city.signed())
    with pytest.raises(DomainError), city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        units.import_package(uow, out | changes)


def test_package_of_a_foreign_case_is_not_found(city: City) -> None:
    case_id = city.signed(lead="chengguan")
    with pytest.raises(NotFound):
        package(city, case_id)
