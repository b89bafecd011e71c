"""What goes up by itself: to the higher leader after three units, to the discipline office at the rule's thresholds."""

import io
from typing import Any

import pytest
from docx import Document as WordFile

from dispatch import buck_passing, documents, order_list, timeline
from dispatch.models import BuckPassing, Case, SupervisionOrder
from dispatch.models_supervision import DocumentKind
from dispatch.order_list import OrderFilter
from dispatch.status import CaseStatus
from dispatch.views import case_view
from hotline.core.errors import NotFound
from hotline.core.identity import Role

from .conftest import REWORK, City, local, return_form


def orders(city: City, case_id: int, kind: DocumentKind) -> list[SupervisionOrder]:
    with city.house.sessions() as session:
        return session.query(SupervisionOrder).filter_by(case_id=case_id, kind=kind).all()


def hand_on(city: City, case_id: int, unit: str, following: str) -> None:
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city, following), unit=unit)
    city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "理由成立"})
    city.dispatch(case_id, following)


def test_third_unit_gets_the_case_with_an_escalated_order(city: City) -> None:
    case_id = city.dispatched()
    hand_on(city, case_id, "zhujian", "chengguan")
    assert orders(city, case_id, DocumentKind.ESCALATED_ORDER) == []
    hand_on(city, case_id, "chengguan", "shijian")
    (order,) = orders(city, case_id, DocumentKind.ESCALATED_ORDER)
    assert (order.unit_id, order.level) == (city.units["shijian"], 2)
    assert "3 个单位" in order.cause


def test_third_return_that_waits_in_the_morning_goes_to_designation(city: City) -> None:
    case_id = city.dispatched()
    hand_on(city, case_id, "zhujian", "chengguan")
    hand_on(city, case_id, "chengguan", "shijian")
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city, "zhujian"), unit="shijian")
    city.clock.set(local("2026-09-19 05:30"))
    with city.uow() as uow:
        buck_passing.sweep(uow)
    assert city.get(case_id).status is CaseStatus.DISPUTE


def test_results_that_are_twice_untrue_bring_a_letter(city: City) -> None:
    case_id = city.followed_up()
    untrue = REWORK | {"truthful": False}
    city.do(case_id, "rework", Role.FOLLOW_UP, untrue)
    assert orders(city, case_id, DocumentKind.ACCOUNTABILITY) == []
    for times in (2, 3):
        city.clock.move(hours=1)
        city.contact(case_id)
        city.result(case_id)
        city.do(case_id, "pass_audit", Role.AUDITOR)
        city.do(case_id, "rework", Role.FOLLOW_UP, untrue)
        letters = orders(city, case_id, DocumentKind.ACCOUNTABILITY)
        assert len(letters) == 1, times
    assert "谎报" in letters[0].cause


def test_letter_about_a_unit_is_not_shown_to_it(city: City) -> None:
    case_id = city.signed()
    letter = {
        "kind": "accountability",
        "unit_id": city.units["zhujian"],
        "cause": "推诿扯皮",
        "demand": "请核实",
    }
    city.do(case_id, "supervise", Role.COORDINATOR, letter)
    (order,) = orders(city, case_id, DocumentKind.ACCOUNTABILITY)
    assert listed(city, "zhujian") == []
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        assert case_view(uow, case_id)["orders"] == []
        told = timeline.for_staff(uow, uow.session.get_one(Case, case_id))
        assert "supervise" not in [line["action"] for line in told]
        with pytest.raises(NotFound):
            documents.render(uow, order.id)
    with city.uow(Role.COORDINATOR) as uow:
        word = WordFile(io.BytesIO(documents.render(uow, order.id)[1]))
        assert "纪检监察机关：" in [line.text for line in word.paragraphs]
        told = timeline.for_staff(uow, uow.session.get_one(Case, case_id))
        assert "supervise" in [line["action"] for line in told]


@pytest.mark.parametrize(("score", "letters"), [(99, 0), (100, 1)])
def test_buck_passing_above_the_bar_brings_a_letter_once(city: City, score: int, letters: int) -> None:
    case_id = city.signed()
    signal = {
        "name": "hops", "label": "多次流转", "points": score, "unit_id": city.units["zhujian"], "evidence": "",
    }  # fmt: skip
    with city.uow() as uow:
        case = uow.session.get_one(Case, case_id)
        for _ in range(2):
            row = BuckPassing(case_id=case_id, at=uow.now, score=score, signals={"found": [signal]})
            buck_passing._order(uow, case, row)
    assert len(orders(city, case_id, DocumentKind.ACCOUNTABILITY)) == letters
    assert len(orders(city, case_id, DocumentKind.SUPERVISION_ORDER)) == 1


# -- who reads the documents


def listed(city: City, unit: str) -> list[dict[str, Any]]:
    with city.uow(Role.UNIT_HEAD, unit) as uow:
        return order_list.orders(uow, OrderFilter())


def test_joint_unit_finds_the_order_and_sees_the_order_only(city: City) -> None:
    case_id = city.signed()
    order = {
        "unit_id": city.units["zhujian"], "joint_unit_ids": [city.units["shijian"]], "cause": "催办无果",
        "demand": "限期办结",
    }  # fmt: skip
    city.do(case_id, "supervise", Role.COORDINATOR, order)
    for unit in ("zhujian", "shijian"):
        assert [row["case_id"] for row in listed(city, unit)] == [case_id]
    assert listed(city, "chengguan") == []
    with city.uow(Role.UNIT_HEAD, "shijian") as uow:
        seen = case_view(uow, case_id)
        told = timeline.for_staff(uow, uow.session.get_one(Case, case_id))
    assert [order["cause"] for order in seen["orders"]] == ["催办无果"]
    assert ("facts" not in seen, told) == (True, [])
    with pytest.raises(NotFound), city.uow(Role.UNIT_HEAD, "chengguan") as uow:
        case_view(uow, case_id)


def test_unit_that_is_complained_of_reads_the_order_and_not_the_complaint(city: City) -> None:
    accused = {"is_conduct": True, "target_unit_id": city.units["chengguan"]}
    case_id = city.signed(lead="duchashi", **accused)
    city.contact(case_id, "duchashi")
    city.result(case_id, "duchashi")
    city.do(case_id, "pass_audit", Role.AUDITOR)
    (row,) = listed(city, "chengguan")
    assert (row["kind"], row["title"]) == ("stop_order", order_list.HIDDEN_TITLE)
    with city.uow(Role.COORDINATOR) as uow:
        assert order_list.orders(uow, OrderFilter())[0]["title"] == "小区电梯停运"
