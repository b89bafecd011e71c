"""不计考核 needs a second person, and everybody can read the ledger."""

from typing import Any

import pytest

from dispatch import exclusions, workflow
from dispatch.models import ScoreExclusion
from hotline.core.errors import DomainError, PermissionMissing
from hotline.core.identity import Role

from .conftest import City


def act(city: City, case_id: int, action: str, role: Role, user_id: int, **form: Any) -> None:
    unit = "zhujian" if role is Role.UNIT_HEAD else None
    with city.uow(role, unit, user_id) as uow:
        workflow.perform(uow, case_id, action, {"reason": "不可抗力，已核实"} | form)


def ask(city: City, case_id: int, role: Role = Role.ASSESSOR, user_id: int = 1) -> None:
    act(city, case_id, "ask_exclusion", role, user_id, attachment_ids=[city.attach(case_id)])


def refused(city: City, case_id: int, action: str, role: Role, user_id: int) -> str:
    with pytest.raises(DomainError) as refusal:
        act(city, case_id, action, role, user_id)
    return refusal.value.code


def test_who_asked_cannot_decide_and_another_can(city: City) -> None:
    case_id = city.closed()
    ask(city, case_id)
    assert refused(city, case_id, "exclude_from_score", Role.ASSESSOR, 1) == "case.same_person"
    assert refused(city, case_id, "refuse_exclusion", Role.ASSESSOR, 1) == "case.same_person"
    assert not city.get(case_id).excluded_from_score
    act(city, case_id, "exclude_from_score", Role.ASSESSOR, 2)
    case = city.get(case_id)
    assert (case.excluded_from_score, case.exclusion_reason) == (True, "不可抗力，已核实")


def test_nobody_takes_a_case_out_of_the_score_alone(city: City) -> None:
    case_id = city.closed()
    assert refused(city, case_id, "exclude_from_score", Role.CENTRE_HEAD, 1) == "case.exclusion_not_asked"


def test_unit_asks_with_evidence_for_its_own_case_only(city: City) -> None:
    case_id = city.closed()
    with pytest.raises(DomainError) as refusal:
        act(city, case_id, "ask_exclusion", Role.UNIT_HEAD, 5, attachment_ids=[])
    assert refusal.value.code == "invalid"
    ask(city, case_id, Role.UNIT_HEAD, 5)
    foreign = city.signed(lead="chengguan")
    with pytest.raises(DomainError) as hidden:
        ask(city, foreign, Role.UNIT_HEAD, 5)
    assert hidden.value.code == "case.not_found"
    act(city, case_id, "exclude_from_score", Role.CENTRE_HEAD, 6)
    assert city.get(case_id).excluded_from_score


def test_one_request_at_a_time_and_none_for_what_is_out_already(city: City) -> None:
    case_id = city.closed()
    ask(city, case_id)
    with pytest.raises(DomainError) as pending:
        ask(city, case_id, user_id=3)
    assert pending.value.code == "case.exclusion_pending"
    act(city, case_id, "refuse_exclusion", Role.CENTRE_HEAD, 2)
    assert not city.get(case_id).excluded_from_score
    ask(city, case_id)
    act(city, case_id, "exclude_from_score", Role.CENTRE_HEAD, 2)
    with pytest.raises(DomainError) as out:
        ask(city, case_id)
    assert out.value.code == "case.not_scored"


def test_ledger_is_open_to_every_unit_and_says_who_and_why(city: City) -> None:
    case_id = city.closed()
    ask(city, case_id)
    act(city, case_id, "exclude_from_score", Role.CENTRE_HEAD, 2)
    with city.uow(Role.UNIT_CLERK, "chengguan") as uow:
        (row,) = exclusions.ledger(uow)
    assert (row["case_no"], row["unit"]) == (city.get(case_id).case_no, "市住建局")
    assert (row["reason"], row["decision_label"]) == ("不可抗力，已核实", "同意")
    with pytest.raises(PermissionMissing), city.uow(Role.AGENT) as uow:
        exclusions.ledger(uow)


def test_ledger_pages(city: City) -> None:
    case_id = city.closed()
    with city.uow() as uow:
        for _ in range(exclusions.PAGE + 2):
            uow.session.add(
                ScoreExclusion(case_id=case_id, reason="台账", attachment_ids=[], asked_at=uow.now)
            )
    with city.uow(Role.COORDINATOR) as uow:
        first = exclusions.ledger(uow)
        rest = exclusions.ledger(uow, first[exclusions.PAGE - 1]["id"])
    assert len(first) == exclusions.PAGE + 1
    assert len(rest) == 2
