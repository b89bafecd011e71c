"""Who is called back and who is not, and what closes by itself (DOMAIN §1.6)."""

import pytest

from dispatch import followup
from dispatch.followup import Plan
from dispatch.models import Case
from dispatch.status import CaseStatus, CaseType
from hotline.core.identity import Role

from .conftest import REWORK, City

DUE = "2026-09-22 17:30"  # three working days from Friday: Sunday, Monday, Tuesday


def plan(city: City, case_id: int) -> Plan:
    with city.uow() as uow:
        return followup.plan(uow.session, uow.session.get_one(Case, case_id))


def consultation(city: City, *, sampled: bool) -> int:
    """A consultation that waits for follow-up, inside or outside the sample."""
    for _ in range(40):
        case_id = city.followed_up(case_type="consultation")
        if followup.in_sample(city.get(case_id)) is sampled:
            return case_id
    raise AssertionError("forty lots alike")


def rate(city: City, case_id: int, **form: str) -> None:
    from dispatch.workflow import move_case

    with city.uow(Role.CITIZEN) as uow:
        move_case(uow, uow.session.get_one(Case, case_id), "rate", form)


def test_sample_of_consultations_is_about_thirty_percent() -> None:
    drawn = [
        followup.in_sample(
            Case(case_no=f"LY{n:014}", case_type=CaseType.CONSULTATION, rework_count=0, urge_count=0)
        )
        for n in range(2000)
    ]
    assert 0.26 < sum(drawn) / len(drawn) < 0.34


@pytest.mark.parametrize("case_type", ["complaint", "report", "request"])
def test_complaints_are_all_called(city: City, case_type: str) -> None:
    assert plan(city, city.followed_up(case_type=case_type)) is Plan.CALL


def test_reworked_consultation_is_called(city: City) -> None:
    case_id = consultation(city, sampled=False)
    assert plan(city, case_id) is Plan.MESSAGE_ONLY
    city.do(case_id, "rework", Role.FOLLOW_UP, REWORK)
    assert plan(city, case_id) is Plan.CALL


def test_case_outside_the_sample_closes_by_itself_without_a_word(city: City) -> None:
    case_id = consultation(city, sampled=False)
    city.tick("2026-09-22 17:29")
    assert city.get(case_id).status is CaseStatus.FOLLOW_UP
    city.tick(DUE)
    case = city.get(case_id)
    assert (case.status, case.close_reason) == (CaseStatus.CLOSED, "未抽中电话回访，短信回访期内无异议")


def test_satisfied_answer_by_message_spares_the_call(city: City) -> None:
    case_id = city.followed_up()
    rate(city, case_id, satisfaction="satisfied", solved="yes", via="sms")
    assert plan(city, case_id) is Plan.ANSWERED
    city.tick(DUE)
    assert city.get(case_id).close_reason == "诉求人已自助评价"


def test_dissatisfied_answer_by_message_wants_a_call(city: City) -> None:
    case_id = consultation(city, sampled=False)
    rate(city, case_id, satisfaction="dissatisfied", via="sms")
    assert plan(city, case_id) is Plan.CALL
    assert (case_id, "follow_up_over") in city.tick(DUE)
    assert city.get(case_id).status is CaseStatus.FOLLOW_UP


def test_attempts_are_kept_with_their_answers(city: City) -> None:
    case_id = city.followed_up()
    city.do(case_id, "try_follow_up", Role.FOLLOW_UP, {"via": "phone", "note": "无人接听"})
    city.do(case_id, "rework", Role.FOLLOW_UP, REWORK)
    with city.uow(Role.FOLLOW_UP) as uow:
        rows = followup.history(uow.session, case_id)
    assert [(row["attempt_no"], row["reached"], row["satisfaction"]) for row in rows] == [
        (1, False, None),
        (2, True, "不满意"),
    ]
