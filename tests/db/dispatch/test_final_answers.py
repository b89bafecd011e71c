"""The end of the road: repeats of what was answered for good are explained with it, not dispatched, not scored."""

from typing import Any

import pytest

from dispatch import citizen
from dispatch.models import Case, CaseEvent, ScoreExclusion
from dispatch.models_moves import Decision
from dispatch.status import CaseStatus
from dispatch.workflow import allowed_actions
from hotline.core.errors import DomainError
from hotline.core.identity import Role

from .conftest import City, local

ANOTHER = {"caller_no": "13900139000", "contact_no": "13900139000", "name": "李四"}


def refused(city: City, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        city.do(*args, **kwargs)
    return refusal.value.code


def finally_answered(city: City, **fields: Any) -> tuple[int, int]:
    """A case with its final reply, and the file that the reply rests on."""
    case_id = city.signed(**fields)
    evidence = city.attach(case_id)
    reply = {
        "reason": "诉求已依法解决",
        "public_reply": "该电梯已按规定更换，诉求已合理解决。",
        "head_signed": True,
        "attachment_ids": [evidence],
    }
    assert city.do(case_id, "final_reply", Role.CENTRE_HEAD, reply) is CaseStatus.CLOSED
    return case_id, evidence


def unreasonable(city: City, until: str) -> int:
    case_id = city.followed_up()
    evidence = {"reason": "诉求无政策依据", "attachment_ids": [city.attach(case_id)]}
    city.do(case_id, "claim_unreasonable", Role.FOLLOW_UP, evidence)
    city.do(case_id, "grant_unreasonable", Role.CENTRE_HEAD, {"reason": "情况属实", "expires_on": until})
    return case_id


def dispatch(city: City, case_id: int, **more: Any) -> CaseStatus:
    form = {"lead_unit_id": city.units["zhujian"], "reason": "按职责派单"} | more
    return city.do(case_id, "dispatch", Role.DISPATCHER, form)


def test_repeat_after_a_final_reply_is_stopped_at_dispatch(city: City) -> None:
    finally_answered(city)
    again = city.accepted()
    with pytest.raises(DomainError, match="最终答复") as refusal:
        dispatch(city, again)
    assert refusal.value.code == "case.answered_finally"


def test_repeat_is_answered_by_the_final_reply_with_its_evidence_and_not_scored(city: City) -> None:
    first_id, evidence = finally_answered(city)
    again = city.submitted()
    assert city.do(again, "explain_repeat", Role.REVIEWER, {"explanation": "请查收。"}) is CaseStatus.CLOSED
    case, first = city.get(again), city.get(first_id)
    assert case.public_reply == "该电梯已按规定更换，诉求已合理解决。\n请查收。"
    assert (case.old_case_id, case.is_repeat, case.excluded_from_score) == (first_id, True, True)
    assert (case.first_dispatched_at, case.assignments) == (None, [])
    with city.house.sessions() as session:
        line = session.query(CaseEvent).filter_by(case_id=again, action="explain_repeat").one()
        assert line.details["earlier_case_no"] == first.case_no
        assert line.details["attachment_ids"] == [evidence]
        ledger = session.query(ScoreExclusion).filter_by(case_id=again).one()
        assert ledger.decision is Decision.GRANTED


def test_explaining_is_offered_for_repeats_only(city: City) -> None:
    finally_answered(city)
    again, other = city.accepted(), city.accepted(**ANOTHER)
    with city.uow(Role.DISPATCHER) as uow:
        offers = {
            case_id: {offer["name"] for offer in allowed_actions(uow, uow.session.get_one(Case, case_id))}
            for case_id in (again, other)
        }
    assert "explain_repeat" in offers[again]
    assert "explain_repeat" not in offers[other]
    assert refused(city, other, "explain_repeat", Role.DISPATCHER, {}) == "case.no_standing_answer"


@pytest.mark.parametrize("fields", [ANOTHER, {"category_code": "B01"}, {"area_code": "430181"}])
def test_other_citizen_class_or_place_is_no_repeat(city: City, fields: dict[str, Any]) -> None:
    finally_answered(city)
    assert dispatch(city, city.accepted(**fields)) is CaseStatus.PENDING_SIGN


def test_case_that_names_its_earlier_case_is_a_repeat_without_a_number(city: City) -> None:
    first, _ = finally_answered(city)
    nobody = {"anonymous": True, "caller_no": None, "contact_no": None, "name": None}
    again = city.accepted(old_case_id=first, **nobody)
    form = {"lead_unit_id": city.units["zhujian"], "reason": "按职责派单"}
    assert refused(city, again, "dispatch", Role.DISPATCHER, form) == "case.answered_finally"


def test_new_fact_goes_the_way_of_any_case(city: City) -> None:
    finally_answered(city)
    again = city.accepted()
    assert dispatch(city, again, new_fact="昨晚更换后的电梯再次坠落") is CaseStatus.PENDING_SIGN


def test_unreasonable_demand_holds_until_its_end(city: City) -> None:
    unreasonable(city, until="2026-10-31T00:00:00+08:00")
    again = city.accepted()
    form = {"lead_unit_id": city.units["zhujian"], "reason": "按职责派单"}
    assert refused(city, again, "dispatch", Role.DISPATCHER, form) == "case.answered_finally"
    city.clock.set(local("2026-10-31 00:00:01"))
    assert city.do(again, "dispatch", Role.DISPATCHER, form) is CaseStatus.PENDING_SIGN


def test_citizen_cannot_reopen_what_was_answered_for_good_but_the_hotline_can(city: City) -> None:
    first, _ = finally_answered(city)
    case = city.get(first)
    with pytest.raises(DomainError) as refusal, city.uow(Role.CITIZEN) as uow:
        citizen.act(uow, case.case_no, city.code(case), "reopen", {"new_fact": "还是不满意"})
    assert refusal.value.code == "case.road_ended"
    assert city.do(first, "reopen", Role.COORDINATOR, {"new_fact": "鉴定结论有误"}) is CaseStatus.REWORK
    case = city.get(first)
    assert (case.final_reply_at, case.excluded_from_score) == (None, False)
    assert dispatch(city, city.accepted()) is CaseStatus.PENDING_SIGN
