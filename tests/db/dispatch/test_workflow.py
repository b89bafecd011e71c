"""A case from draft to closed and its side roads, move by move, as DOMAIN §1 and §3 promise."""

from datetime import timedelta

import pytest

from dispatch import cases, workflow
from dispatch.models import (
    Card,
    CaseEvent,
    Dispute,
    Opinion,
    ReturnRequest,
    RoutingProposal,
    SupervisionOrder,
)
from dispatch.moves import ActionNotAllowed, RoleNotAllowed
from dispatch.status import AssignmentStatus, CaseStatus, ClockName, DeadlineState
from dispatch.workflow import StaleCase
from hotline.core import audit
from hotline.core.clock import LOCAL
from hotline.core.errors import DomainError, Invalid
from hotline.core.identity import Role

from .conftest import CLOSE, REWORK, City, contact_form, local, result_form, return_form


def running(city: City, case_id: int) -> set[ClockName]:
    return {row.clock for row in city.deadlines(case_id) if row.state is DeadlineState.RUNNING}


def code(city: City, *args: object, **kwargs: object) -> str:
    """The code of the refusal that a move meets."""
    with pytest.raises(DomainError) as refused:
        city.do(*args, **kwargs)  # type: ignore[arg-type]
    return refused.value.code


def test_case_goes_from_draft_to_closed(city: City) -> None:
    case_id = city.open()
    assert city.do(case_id, "submit", Role.AGENT) is CaseStatus.PENDING_REVIEW
    assert running(city, case_id) == {ClockName.REVIEW}
    assert city.do(case_id, "accept", Role.REVIEWER) is CaseStatus.PENDING_DISPATCH
    assert running(city, case_id) == {ClockName.DISPATCH}
    assert city.dispatch(case_id) is CaseStatus.PENDING_SIGN
    assert running(city, case_id) == {ClockName.SIGN, ClockName.CONTACT, ClockName.HANDLE}
    assert city.do(case_id, "sign", Role.UNIT_CLERK, unit="zhujian") is CaseStatus.HANDLING
    city.contact(case_id)
    assert running(city, case_id) == {ClockName.HANDLE}
    assert city.result(case_id) is CaseStatus.SUBMITTED
    assert running(city, case_id) == {ClockName.AUDIT}
    assert city.do(case_id, "pass_audit", Role.AUDITOR) is CaseStatus.FOLLOW_UP
    assert running(city, case_id) == {ClockName.FOLLOW_UP}
    assert city.do(case_id, "close", Role.FOLLOW_UP, CLOSE) is CaseStatus.CLOSED
    assert running(city, case_id) == {ClockName.ARCHIVE}
    assert {row.state for row in city.deadlines(case_id)} == {DeadlineState.MET, DeadlineState.RUNNING}


def test_clocks_start_at_dispatch_and_not_at_signing(city: City) -> None:
    case_id = city.dispatched()
    (before,) = city.deadlines(case_id, ClockName.HANDLE)
    city.clock.move(hours=2)
    city.do(case_id, "sign", Role.UNIT_CLERK, unit="zhujian")
    (after,) = city.deadlines(case_id, ClockName.HANDLE)
    assert after.due_at == before.due_at
    # Friday 2026-09-18 16:00; Sunday 09-20 is worked, 09-25 is a holiday.
    assert before.due_at.astimezone(LOCAL) == local("2026-09-24 17:30")


def test_every_move_leaves_its_line_and_a_whole_audit_chain(city: City) -> None:
    case_id = city.closed()
    with city.uow() as uow:
        lines = uow.session.query(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.id).all()
        assert [line.action for line in lines] == [
            "submit", "accept", "dispatch", "sign", "record_contact", "submit_result", "pass_audit", "close",
        ]  # fmt: skip
        signed = lines[3]
        assert (signed.from_status, signed.to_status) == ("pending_sign", "handling")
        assert (signed.actor_role, signed.unit_name) == ("unit_clerk", "市住建局")
        assert signed.details["changes"]["assignment.status"] == ["pending_sign", "handling"]
        assert list(audit.verify(uow.session, uow.vault)) == []


# -- intake


def test_direct_close_needs_an_answer_and_a_fitting_type(city: City) -> None:
    case_id = city.open(case_type="consultation")
    assert code(city, case_id, "close_direct", Role.AGENT) == "case.answer_missing"
    answer = {"answer": "社保卡在任一网点补办。"}
    complaint = city.open()
    assert code(city, complaint, "close_direct", Role.AGENT, answer) == "case.type_not_for_direct_close"
    assert (
        city.do(complaint, "close_direct", Role.AGENT, answer | {"solved_on_call": True})
        is CaseStatus.DIRECT_CLOSED
    )
    assert city.do(case_id, "close_direct", Role.AGENT, answer) is CaseStatus.DIRECT_CLOSED
    assert city.do(case_id, "qa_reopen", Role.QA, {"reason": "答复有误"}) is CaseStatus.PENDING_REVIEW
    city.clock.move(days=5)
    assert code(city, complaint, "qa_reopen", Role.QA, {"reason": "答复有误"}) == "case.qa_window_closed"


@pytest.mark.parametrize("missing", ["case_type", "category_code", "title", "facts", "demand", "contact_no"])
def test_submit_when_a_field_is_missing_names_it(city: City, missing: str) -> None:
    fields = {missing: None} | ({"caller_no": None} if missing == "contact_no" else {})
    case_id = city.open(**fields)
    with pytest.raises(Invalid) as refused:
        city.do(case_id, "submit", Role.AGENT)
    assert refused.value.details["fields"] == [{"field": missing, "reason": "必填"}]


def test_submit_when_place_is_missing_names_it(city: City) -> None:
    case_id = city.open(area_code=None, address="")
    assert code(city, case_id, "submit", Role.AGENT) == "case.form_incomplete"


def test_anonymous_case_needs_no_contact_and_is_not_contacted(city: City) -> None:
    case_id = city.dispatched(anonymous=True, contact_no=None, caller_no=None, name=None)
    assert running(city, case_id) == {ClockName.SIGN, ClockName.HANDLE}


def test_submit_needs_the_question_about_secrecy(city: City) -> None:
    assert code(city, city.open(secrecy_asked=False), "submit", Role.AGENT) == "case.secrecy_not_asked"


def test_draft_of_another_agent_cannot_be_submitted(city: City) -> None:
    case_id = city.open()
    with pytest.raises(DomainError) as refused, city.uow(Role.AGENT, user_id=999) as uow:
        workflow.perform(uow, case_id, "submit")
    assert refused.value.status == 404


def test_send_back_pauses_the_review_until_the_agent_submits_again(city: City) -> None:
    case_id = city.submitted()
    city.clock.move(minutes=10)
    assert city.do(case_id, "send_back", Role.REVIEWER, {"reason": "缺少楼栋号"}) is CaseStatus.NEED_MORE
    assert running(city, case_id) == {ClockName.SUPPLEMENT}
    city.clock.move(minutes=60)
    assert city.do(case_id, "submit", Role.AGENT) is CaseStatus.PENDING_REVIEW
    (review,) = city.deadlines(case_id, ClockName.REVIEW)
    assert review.due_at == city.clock.now() + timedelta(minutes=20)


def test_refusal_needs_its_route_and_may_be_objected_to_once(city: City) -> None:
    case_id = city.submitted()
    form = {"refusal_code": "legal_remedy", "reason": "须诉讼解决", "route_told": False}
    assert code(city, case_id, "refuse", Role.REVIEWER, form) == "case.route_not_told"
    form["route_told"] = True
    assert city.do(case_id, "refuse", Role.REVIEWER, form) is CaseStatus.NOT_ACCEPTED
    with city.uow(Role.CITIZEN) as uow:
        case = uow.session.get_one(cases.Case, case_id)
        assert (
            workflow.move_case(uow, case, "object_refusal", {"reason": "未经诉讼"}).status
            is CaseStatus.PENDING_REVIEW
        )
    city.do(case_id, "refuse", Role.REVIEWER, form)
    with pytest.raises(DomainError, match="只能申请复议一次"), city.uow(Role.CITIZEN) as uow:
        workflow.move_case(
            uow, uow.session.get_one(cases.Case, case_id), "object_refusal", {"reason": "再议"}
        )


def test_merged_case_follows_its_lead_and_is_not_scored(city: City) -> None:
    lead, follower = city.accepted(), city.submitted()
    form = {"lead_case_id": lead, "reason": "同一电梯"}
    assert city.do(follower, "merge", Role.REVIEWER, form) is CaseStatus.MERGED
    case = city.get(follower)
    assert (case.lead_case_id, case.excluded_from_score) == (lead, True)
    assert running(city, follower) == set()
    third = city.submitted()
    assert (
        code(city, third, "merge", Role.REVIEWER, form | {"lead_case_id": follower}) == "case.lead_not_live"
    )
    assert code(city, third, "merge", Role.REVIEWER, form | {"lead_case_id": third}) == "case.lead_not_live"
    assert city.do(follower, "unmerge", Role.REVIEWER, {"reason": "并错了"}) is CaseStatus.PENDING_REVIEW
    assert city.get(follower).lead_case_id is None


def test_split_makes_a_case_of_each_demand(city: City) -> None:
    case_id = city.submitted()
    city.do(case_id, "split", Role.REVIEWER, {"parts": ["修电梯", "清理占道"], "reason": "两个部门"})
    with city.uow() as uow:
        (other,) = uow.session.query(cases.Case).filter_by(old_case_id=case_id).all()
        assert (other.status, other.demand) == (CaseStatus.PENDING_REVIEW, "清理占道")
        assert cases.identity_of(uow, other)["name"] == "张三丰"
    assert running(city, other.id) == {ClockName.REVIEW}
    assert city.get(case_id).demand == "修电梯"


# -- dispatch


def dispatch_form(city: City, lead: str = "zhujian", **changes: object) -> dict[str, object]:
    return {"lead_unit_id": city.units[lead], "routing_row_id": city.routing_row_id} | changes


def test_dispatch_follows_the_catalogue_or_gives_a_reason(city: City) -> None:
    case_id = city.accepted()
    wrong = dispatch_form(city, "chengguan")
    assert code(city, case_id, "dispatch", Role.DISPATCHER, wrong) == "case.not_routed"
    assert city.do(case_id, "dispatch", Role.DISPATCHER, dispatch_form(city)) is CaseStatus.PENDING_SIGN
    assert city.get(case_id).hop_count == 1


@pytest.mark.parametrize("unit", ["rexian", "nowhere"])
def test_dispatch_to_a_unit_that_cannot_take_it_is_refused(city: City, unit: str) -> None:
    city.units["nowhere"] = 999_999
    case_id = city.accepted()
    form = dispatch_form(city, unit, reason="试试")
    assert code(city, case_id, "dispatch", Role.DISPATCHER, form) == "case.unit_not_available"


def test_township_is_given_only_what_its_duty_list_allows(city: City) -> None:
    case_id = city.accepted()
    form = {"lead_unit_id": city.units["huaichuan"], "reason": "属地"}
    assert code(city, case_id, "dispatch", Role.DISPATCHER, form) == "case.township_may_not_handle"
    form["township_reason"] = "市政府专题会议明确"
    assert city.do(case_id, "dispatch", Role.DISPATCHER, form) is CaseStatus.PENDING_SIGN


def test_conduct_complaint_goes_to_the_supervision_office_only(city: City) -> None:
    case_id = city.accepted(is_conduct=True, target_unit_id=city.units["zhujian"])
    accused = dispatch_form(city)
    assert code(city, case_id, "dispatch", Role.DISPATCHER, accused) == "case.goes_to_the_accused"
    other = dispatch_form(city, "chengguan", reason="试试")
    assert code(city, case_id, "dispatch", Role.DISPATCHER, other) == "case.conduct_needs_supervision"
    office = dispatch_form(city, "duchashi", reason="作风问题")
    assert city.do(case_id, "dispatch", Role.DISPATCHER, office) is CaseStatus.PENDING_SIGN


def test_proven_conduct_brings_a_red_card_and_an_order_to_stop(city: City) -> None:
    case_id = city.signed(lead="duchashi", is_conduct=True, target_unit_id=city.units["zhujian"])
    city.contact(case_id, "duchashi")
    city.result(case_id, "duchashi")
    city.do(case_id, "pass_audit", Role.AUDITOR)
    with city.uow() as uow:
        (card,) = uow.session.query(Card).filter_by(case_id=case_id).all()
        (order,) = uow.session.query(SupervisionOrder).filter_by(case_id=case_id).all()
    assert (card.unit_id, card.colour.value) == (city.units["zhujian"], "red")
    assert (order.unit_id, order.kind.value) == (city.units["zhujian"], "stop_order")


def test_order_to_stop_is_answered_with_proof(city: City) -> None:
    accused = {"is_conduct": True, "target_unit_id": city.units["chengguan"]}
    case_id = city.signed(lead="duchashi", **accused)
    city.contact(case_id, "duchashi")
    city.result(case_id, "duchashi")
    city.do(case_id, "pass_audit", Role.AUDITOR)
    with city.uow() as uow:
        order_id = uow.session.query(SupervisionOrder).one().id
    answer = {"order_id": order_id, "answer": "已停止并公开检讨"}
    head = (Role.UNIT_HEAD, answer)
    assert code(city, case_id, "answer_order", *head, unit="chengguan") == "case.proof_of_stopping_missing"
    proven = answer | {"attachment_id": city.attach(case_id)}
    city.do(case_id, "answer_order", Role.UNIT_HEAD, proven, unit="chengguan")


def test_strictly_secret_case_is_paraphrased_without_naming_the_caller(city: City) -> None:
    case_id = city.accepted(secrecy="strict")
    form = dispatch_form(city)
    assert code(city, case_id, "dispatch", Role.DISPATCHER, form) == "case.paraphrase_needed"
    naming = form | {"paraphrase": "张三丰反映电梯停运"}
    assert code(city, case_id, "dispatch", Role.DISPATCHER, naming) == "case.paraphrase_identifies"
    city.do(case_id, "dispatch", Role.DISPATCHER, form | {"paraphrase": "有群众反映某小区电梯停运"})


def test_system_dispatches_only_above_its_confidence_bar(city: City) -> None:
    case_id = city.accepted()
    assert code(city, case_id, "dispatch", Role.SYSTEM, dispatch_form(city)) == "case.not_confident"
    with city.uow() as uow:
        uow.session.get_one(cases.Case, case_id).confidence = 0.91
    assert city.do(case_id, "dispatch", Role.SYSTEM, dispatch_form(city)) is CaseStatus.PENDING_SIGN


# -- returns and disputes


def test_upheld_return_sends_the_case_to_a_new_dispatch_and_teaches_the_catalogue(city: City) -> None:
    case_id = city.dispatched()
    assert (
        city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
        is CaseStatus.RETURN_REVIEW
    )
    assert running(city, case_id) == {ClockName.CONTACT, ClockName.HANDLE, ClockName.RETURN_REVIEW}
    assert (
        city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"})
        is CaseStatus.PENDING_DISPATCH
    )
    assert running(city, case_id) == {ClockName.DISPATCH}
    with city.uow() as uow:
        (proposal,) = uow.session.query(RoutingProposal).all()
        (request,) = uow.session.query(ReturnRequest).all()
    assert (proposal.from_unit, proposal.to_unit) == ("zhujian", "chengguan")
    assert request.dispatch_error
    city.dispatch(case_id, "chengguan")
    assert city.get(case_id).hop_count == 2
    assert city.part(case_id, "chengguan").status is AssignmentStatus.PENDING_SIGN


def test_return_is_refused_outside_its_window_for_critical_and_after_designation(city: City) -> None:
    late = city.dispatched()
    city.clock.move(days=3)
    assert (
        code(city, late, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
        == "case.return_window_closed"
    )
    critical = city.dispatched(urgency="critical")
    assert (
        code(city, critical, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
        == "case.most_urgent"
    )


def test_second_return_needs_a_letter_and_a_third_is_impossible(city: City) -> None:
    case_id = city.dispatched()
    form = return_form(city)
    city.do(case_id, "ask_return", Role.UNIT_HEAD, form, unit="zhujian")
    assert city.do(case_id, "refuse_return", Role.DISPATCHER, {"reason": "属于职责"}) is CaseStatus.HANDLING
    assert (
        code(city, case_id, "ask_return", Role.UNIT_HEAD, form, unit="zhujian")
        == "case.official_letter_needed"
    )
    letter = form | {"official_letter_id": city.attach(case_id, "letter")}
    city.do(case_id, "ask_return", Role.UNIT_HEAD, letter, unit="zhujian")
    city.do(case_id, "refuse_return", Role.DISPATCHER, {"reason": "属于职责"})
    assert code(city, case_id, "ask_return", Role.UNIT_HEAD, letter, unit="zhujian") == "case.no_returns_left"


def test_return_must_suggest_another_unit_and_attach_what_exists(city: City) -> None:
    case_id = city.dispatched()
    own = return_form(city, "zhujian")
    assert code(city, case_id, "ask_return", Role.UNIT_HEAD, own, unit="zhujian") == "case.suggests_itself"
    foreign = return_form(city, attachment_ids=[city.attach(city.dispatched())])
    assert (
        code(city, case_id, "ask_return", Role.UNIT_HEAD, foreign, unit="zhujian")
        == "case.attachment_unknown"
    )


def to_dispute(city: City) -> int:
    case_id = city.dispatched()
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    city.do(case_id, "raise_dispute", Role.DISPATCHER, {"reason": "两家互推"})
    return case_id


def designation(city: City, case_id: int, unit: str = "zhujian") -> dict[str, object]:
    minutes = city.attach(case_id, "minutes")
    return {"lead_unit_id": city.units[unit], "minutes": "会议明确由其承办", "minutes_attachment_id": minutes}


def test_dispute_opens_slots_and_ends_with_a_designation_that_cannot_be_returned(city: City) -> None:
    case_id = to_dispute(city)
    assert city.get(case_id).status is CaseStatus.DISPUTE
    assert running(city, case_id) == {ClockName.DISPUTE}
    with city.uow() as uow:
        slots = {(row.slot, row.unit_id) for row in uow.session.query(Opinion)}
    assert slots == {
        ("party", city.units["zhujian"]), ("party", city.units["chengguan"]), ("competence", None), ("justice", None),
    }  # fmt: skip
    city.do(case_id, "give_opinion", Role.COORDINATOR, {"opinion": "三定明确", "slot": "competence"})
    assert (
        city.do(case_id, "designate", Role.COORDINATOR, designation(city, case_id)) is CaseStatus.PENDING_SIGN
    )
    assert running(city, case_id) == {ClockName.SIGN, ClockName.CONTACT, ClockName.HANDLE}
    assert (
        code(city, case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
        == "case.designated"
    )
    with city.uow() as uow:
        dispute = uow.session.query(Dispute).filter_by(case_id=case_id).one()
    assert dispute.designated_unit_id == city.units["zhujian"]


def test_designation_without_minutes_is_refused(city: City) -> None:
    case_id = to_dispute(city)
    form = designation(city, case_id) | {"minutes_attachment_id": 99_999}
    assert code(city, case_id, "designate", Role.COORDINATOR, form) == "case.attachment_unknown"


def test_third_hop_leaves_only_the_dispute(city: City) -> None:
    case_id = city.dispatched()
    for unit, following in (("zhujian", "chengguan"), ("chengguan", "shijian")):
        city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city, "duchashi"), unit=unit)
        city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"})
        city.dispatch(case_id, following)
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="shijian")
    assert code(city, case_id, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"}) == "case.hop_limit"
    city.do(case_id, "raise_dispute", Role.DISPATCHER, {"reason": "三次无主"})
    assert city.get(case_id).status is CaseStatus.DISPUTE


# -- several units


def test_lead_submits_only_after_every_co_handler(city: City) -> None:
    case_id = city.signed("chengguan")
    city.contact(case_id)
    payload = result_form(city.attach(case_id))
    assert (
        code(city, case_id, "submit_result", Role.UNIT_HEAD, payload, unit="zhujian")
        == "case.others_not_replied"
    )
    assert city.result(case_id, "chengguan") is CaseStatus.HANDLING
    assert ClockName.AUDIT not in running(city, case_id)
    assert city.result(case_id) is CaseStatus.SUBMITTED


def test_added_unit_has_its_own_clocks_and_must_reply(city: City) -> None:
    case_id = city.signed()
    city.do(case_id, "add_unit", Role.UNIT_HEAD, {"unit_id": city.units["shijian"]}, unit="zhujian")
    added = city.part(case_id, "shijian")
    assert added.parent_id == city.part(case_id, "zhujian").id
    clocks = {row.clock for row in city.deadlines(case_id) if row.assignment_id == added.id}
    assert clocks == {ClockName.SIGN, ClockName.HANDLE}
    again = {"unit_id": city.units["shijian"]}
    assert code(city, case_id, "add_unit", Role.UNIT_HEAD, again, unit="zhujian") == "case.already_there"
    township = {"unit_id": city.units["huaichuan"]}
    assert (
        code(city, case_id, "add_unit", Role.UNIT_HEAD, township, unit="zhujian")
        == "case.township_may_not_handle"
    )


def test_co_handler_may_not_add_units_that_are_not_below_it(city: City) -> None:
    case_id = city.signed("chengguan")
    form = {"unit_id": city.units["shijian"]}
    assert code(city, case_id, "add_unit", Role.UNIT_HEAD, form, unit="chengguan") == "case.only_below"


# -- handling


def extension(limit: str = "5wd", **changes: object) -> dict[str, object]:
    return {"limit": limit, "reason": "需采购配件", "plan": "十日内到货", "caller_told": True} | changes


def test_extension_moves_the_deadline_and_keeps_the_original(city: City) -> None:
    case_id = city.signed()
    assert (
        code(city, case_id, "ask_extension", Role.UNIT_HEAD, extension("6wd"), unit="zhujian")
        == "case.extension_too_long"
    )
    untold = extension(caller_told=False)
    assert (
        code(city, case_id, "ask_extension", Role.UNIT_HEAD, untold, unit="zhujian") == "case.caller_not_told"
    )
    assert code(city, case_id, "extend", Role.DISPATCHER) == "case.extension_not_asked"
    city.do(case_id, "ask_extension", Role.UNIT_HEAD, extension(), unit="zhujian")
    assert (
        code(city, case_id, "ask_extension", Role.UNIT_HEAD, extension(), unit="zhujian")
        == "case.extension_pending"
    )
    city.do(case_id, "extend", Role.DISPATCHER)
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    assert row.original_due_at.astimezone(LOCAL) == local("2026-09-24 17:30")
    # 09-28, 09-29, 09-30, then 10-08 and 10-09 after the holidays.
    assert row.due_at.astimezone(LOCAL) == local("2026-10-09 17:30")
    assert (
        code(city, case_id, "ask_extension", Role.UNIT_HEAD, extension(), unit="zhujian")
        == "case.no_extensions_left"
    )


def test_second_extension_of_a_complex_case_is_the_centre_heads(city: City) -> None:
    case_id = city.signed(difficulty="complex")
    for role in (Role.DISPATCHER, Role.CENTRE_HEAD):
        city.do(case_id, "ask_extension", Role.UNIT_HEAD, extension("10wd"), unit="zhujian")
        if role is Role.CENTRE_HEAD:
            assert code(city, case_id, "extend", Role.DISPATCHER) == "case.head_decides_extension"
        city.do(case_id, "extend", role)
    assert city.part(case_id, "zhujian").extension_count == 2


def test_extension_after_the_deadline_or_refused_changes_nothing(city: City) -> None:
    case_id = city.signed()
    city.do(case_id, "ask_extension", Role.UNIT_HEAD, extension(), unit="zhujian")
    city.do(case_id, "refuse_extension", Role.DISPATCHER, {"reason": "理由不足"})
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    assert row.due_at == row.original_due_at
    city.clock.set(local("2026-09-24 17:30"))
    assert (
        code(city, case_id, "ask_extension", Role.UNIT_HEAD, extension(), unit="zhujian")
        == "case.already_due"
    )


def test_suspension_stops_the_clock_and_wants_progress_each_month(city: City) -> None:
    case_id = city.signed()
    assert code(city, case_id, "suspend", Role.CENTRE_HEAD) == "case.plan_missing"
    plan = {"reason": "需列入年度改造", "plan": "2027 年 6 月完工", "until": "2027-06-30T00:00:00+08:00"}
    city.do(case_id, "ask_suspension", Role.UNIT_HEAD, plan, unit="zhujian")
    assert code(city, case_id, "ask_suspension", Role.UNIT_HEAD, plan, unit="zhujian") == "case.plan_pending"
    assert city.do(case_id, "suspend", Role.CENTRE_HEAD) is CaseStatus.SUSPENDED
    assert ClockName.PROGRESS in running(city, case_id)
    assert ClockName.HANDLE not in running(city, case_id)
    city.clock.set(local("2026-10-12 10:00"))
    note = {"text": "已完成招标", "citizen_may_see": True}
    assert city.do(case_id, "report_progress", Role.UNIT_CLERK, note, unit="zhujian") is CaseStatus.SUSPENDED
    assert city.do(case_id, "resume", Role.CENTRE_HEAD, {"reason": "已完工"}) is CaseStatus.HANDLING
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    # Five days were left when it was suspended on the day of dispatch: 10-12 … 10-16.
    assert row.due_at.astimezone(LOCAL) == local("2026-10-16 17:30")


def test_refused_plan_leaves_the_case_in_hand(city: City) -> None:
    case_id = city.signed()
    plan = {"reason": "需列入年度改造", "plan": "2027 年完工", "until": "2027-06-30T00:00:00+08:00"}
    city.do(case_id, "ask_suspension", Role.UNIT_HEAD, plan, unit="zhujian")
    assert (
        city.do(case_id, "refuse_suspension", Role.CENTRE_HEAD, {"reason": "可以办结"}) is CaseStatus.HANDLING
    )


def test_result_needs_contact_evidence_and_a_checked_reply(city: City) -> None:
    case_id = city.signed(demands=["修好电梯", "公示原因"])
    form = result_form(city.attach(case_id))
    submit = (case_id, "submit_result", Role.UNIT_HEAD)
    assert code(city, *submit, form, unit="zhujian") == "case.contact_not_proven"
    unreached = contact_form(city.clock, reached=False)
    city.do(case_id, "record_contact", Role.UNIT_CLERK, unreached, unit="zhujian")
    assert code(city, *submit, form, unit="zhujian") == "case.contact_not_proven"
    city.contact(case_id)
    blocked = form | {"reply_findings": [{"level": "block", "text": "答复含电话号码"}]}
    assert code(city, *submit, blocked, unit="zhujian") == "case.reply_refused"
    warned = form | {"reply_findings": [{"level": "warn", "text": "用词绝对"}]}
    assert code(city, *submit, warned, unit="zhujian") == "case.reply_refused"
    assert code(city, *submit, form, unit="zhujian") == "case.reply_refused"
    ticked = form | {"demands_answered": ["修好电梯", "公示原因"]}
    assert code(city, *submit, ticked | {"solved": "no"}, unit="zhujian") == "case.reply_refused"
    assert code(city, *submit, ticked | {"attachment_ids": []}, unit="zhujian") == "case.evidence_missing"
    explained = ticked | {"reply_findings": warned["reply_findings"], "findings_explained": "经核实属实"}
    assert city.do(*submit, explained, unit="zhujian") is CaseStatus.SUBMITTED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contacted_at": "2026-09-19T10:00:00+08:00"}, "contacted_at"),
        ({"number": None}, "number"),
        ({"contacted_at": "2026-09-18T10:00:00"}, "contacted_at"),
        ({"how": "owl"}, "how"),
    ],
)
def test_contact_record_must_be_proof(city: City, changes: dict[str, object], field: str) -> None:
    case_id = city.signed()
    with pytest.raises(Invalid) as refused:
        city.do(
            case_id, "record_contact", Role.UNIT_CLERK, contact_form(city.clock) | changes, unit="zhujian"
        )
    assert refused.value.details["fields"][0]["field"] == field


def test_talk_that_reached_nobody_leaves_the_clock_running(city: City) -> None:
    case_id = city.signed()
    form = contact_form(city.clock, reached=False)
    city.do(case_id, "record_contact", Role.UNIT_CLERK, form, unit="zhujian")
    assert ClockName.CONTACT in running(city, case_id)
    with city.uow() as uow:
        line = uow.session.query(CaseEvent).filter_by(case_id=case_id, action="record_contact").one()
        assert line.citizen_text == "市住建局 与您联系，未能接通"
    city.contact(case_id)
    assert ClockName.CONTACT not in running(city, case_id)


def test_rejected_result_gives_the_time_of_the_audit_back(city: City) -> None:
    case_id = city.replied()
    city.clock.set(local("2026-09-22 10:00"))
    assert city.do(case_id, "reject_audit", Role.AUDITOR, {"reason": "未附照片"}) is CaseStatus.HANDLING
    assert city.get(case_id).reject_count == 1
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    assert row.state is DeadlineState.RUNNING
    # Submitted on the day of dispatch, rejected on the 22nd: five days run from the 22nd on, 09-25 to 09-27 are off.
    assert row.due_at.astimezone(LOCAL) == local("2026-09-29 17:30")


# -- follow-up


def test_follow_up_by_phone_links_its_recording(city: City) -> None:
    case_id = city.followed_up()
    assert (
        code(city, case_id, "close", Role.FOLLOW_UP, CLOSE | {"via": "phone"}) == "case.recording_not_linked"
    )
    assert code(city, case_id, "close", Role.FOLLOW_UP, {"via": "sms"}) == "case.answers_missing"
    unhappy = CLOSE | {"satisfaction": "dissatisfied"}
    assert code(city, case_id, "close", Role.FOLLOW_UP, unhappy) == "case.answers_missing"
    explained = unhappy | {"explanation": "政策所限，已解释", "via": "phone", "call_id": 5}
    assert city.do(case_id, "close", Role.FOLLOW_UP, explained) is CaseStatus.CLOSED


def test_three_attempts_that_reach_nobody_close_the_case_at_the_next_tick(city: City) -> None:
    case_id = city.followed_up()
    assert code(city, case_id, "close", Role.FOLLOW_UP, {"reached": False}) == "case.too_few_attempts"
    for _ in range(3):
        city.do(case_id, "try_follow_up", Role.FOLLOW_UP)
    assert city.tick() == [(case_id, "close_unreached")]
    assert city.get(case_id).status is CaseStatus.CLOSED


def test_rework_has_half_the_limit_and_needs_a_new_talk(city: City) -> None:
    case_id = city.followed_up()
    city.clock.move(minutes=1)
    mild = REWORK | {"satisfaction": "satisfied", "solved": "yes"}
    assert code(city, case_id, "rework", Role.FOLLOW_UP, mild) == "case.rework_not_justified"
    assert city.do(case_id, "rework", Role.FOLLOW_UP, REWORK) is CaseStatus.REWORK
    row = city.deadlines(case_id, ClockName.HANDLE)[-1]
    assert row.limit_text == "3wd"
    form = result_form(city.attach(case_id))
    city.clock.move(minutes=1)
    assert (
        code(city, case_id, "submit_result", Role.UNIT_HEAD, form, unit="zhujian")
        == "case.contact_not_proven"
    )
    city.contact(case_id)
    assert city.result(case_id) is CaseStatus.SUBMITTED
    assert city.get(case_id).first_satisfaction.value == "dissatisfied"


def test_second_failed_rework_brings_a_supervision_order_and_the_third_a_higher_one(city: City) -> None:
    case_id = city.followed_up()
    for count in (1, 2, 3):
        city.clock.move(minutes=1)
        city.do(case_id, "rework", Role.FOLLOW_UP, REWORK)
        with city.uow() as uow:
            kinds = [row.kind.value for row in uow.session.query(SupervisionOrder).filter_by(case_id=case_id)]
        assert kinds == ["supervision_order", "escalated_order"][: count - 1]
        city.contact(case_id)
        city.result(case_id)
        city.do(case_id, "pass_audit", Role.AUDITOR)
    assert city.get(case_id).is_supervised


def test_unreasonable_demand_is_decided_by_the_centre_head_with_an_expiry(city: City) -> None:
    case_id = city.followed_up()
    evidence = {"reason": "要求超出政策", "attachment_ids": [city.attach(case_id)]}
    assert city.do(case_id, "claim_unreasonable", Role.FOLLOW_UP, evidence) is CaseStatus.DISPUTE
    form = designation(city, case_id)
    assert code(city, case_id, "designate", Role.COORDINATOR, form) == "case.wrong_dispute"
    assert (
        city.do(case_id, "refuse_unreasonable", Role.COORDINATOR, {"reason": "证据不足"})
        is CaseStatus.FOLLOW_UP
    )
    city.do(case_id, "claim_unreasonable", Role.FOLLOW_UP, evidence)
    until = {"reason": "证据充分", "expires_on": "2027-09-18T00:00:00+08:00"}
    assert city.do(case_id, "grant_unreasonable", Role.CENTRE_HEAD, until) is CaseStatus.CLOSED
    case = city.get(case_id)
    assert case.excluded_from_score
    assert case.unreasonable_until is not None


def test_competence_dispute_cannot_be_decided_as_unreasonable(city: City) -> None:
    case_id = to_dispute(city)
    until = {"reason": "证据充分", "expires_on": "2027-09-18T00:00:00+08:00"}
    assert code(city, case_id, "grant_unreasonable", Role.CENTRE_HEAD, until) == "case.wrong_dispute"


def test_final_reply_ends_the_road_with_signature_and_evidence(city: City) -> None:
    case_id = city.signed()
    form = {
        "reason": "已合理解决", "public_reply": "依法依规无法支持。", "head_signed": False,
        "attachment_ids": [city.attach(case_id)],
    }  # fmt: skip
    assert code(city, case_id, "final_reply", Role.CENTRE_HEAD, form) == "case.head_not_signed"
    assert (
        city.do(case_id, "final_reply", Role.CENTRE_HEAD, form | {"head_signed": True}) is CaseStatus.CLOSED
    )
    assert running(city, case_id) == {ClockName.ARCHIVE}
    assert city.get(case_id).excluded_from_score


def test_closed_case_is_reopened_with_a_new_fact_and_a_new_limit(city: City) -> None:
    case_id = city.closed()
    assert city.do(case_id, "reopen", Role.DISPATCHER, {"new_fact": "电梯再次停运"}) is CaseStatus.REWORK
    assert city.deadlines(case_id, ClockName.HANDLE)[-1].limit_text == "5wd"
    assert running(city, case_id) == {ClockName.HANDLE}


# -- ends


def test_any_live_case_can_be_transferred_or_cancelled(city: City) -> None:
    transfer = {"to": "110", "receipt": "JJ20260918001", "reason": "涉嫌诈骗"}
    case_id = city.signed()
    assert city.do(case_id, "transfer_out", Role.REVIEWER, transfer) is CaseStatus.TRANSFERRED
    assert running(city, case_id) == set()
    assert city.part(case_id, "zhujian").status is AssignmentStatus.EXITED
    other = city.submitted()
    cancel = {"citizen_asked": False, "reason": "重复"}
    assert code(city, other, "cancel", Role.REVIEWER, cancel) == "case.citizen_did_not_ask"
    city.do(other, "ask_withdraw", Role.AGENT)
    assert city.do(other, "cancel", Role.REVIEWER, cancel) is CaseStatus.CANCELLED


# -- stale sights and wrong roles


def test_stale_move_is_told_who_changed_what(city: City) -> None:
    case_id = city.submitted()
    version = city.get(case_id).version
    with city.uow(Role.REVIEWER) as uow:
        cases.save_draft(uow, case_id, {"title": "电梯停运三天"}, seen_version=version)
    with pytest.raises(StaleCase) as refused:
        city.do(case_id, "accept", Role.REVIEWER, seen_version=version)
    (change,) = refused.value.details["changes"]
    assert change["what"] == "修改 title"
    assert change["who"].startswith("reviewer")


def test_wrong_state_comes_before_wrong_role(city: City) -> None:
    case_id = city.submitted()
    with pytest.raises(RoleNotAllowed):
        city.do(case_id, "accept", Role.DISPATCHER)
    city.do(case_id, "accept", Role.REVIEWER)
    with pytest.raises(ActionNotAllowed):
        city.do(case_id, "accept", Role.DISPATCHER)


# -- supervision orders


def test_supervision_order_goes_out_is_answered_and_closed(city: City) -> None:
    case_id = city.signed()
    order = {"unit_id": city.units["zhujian"], "cause": "群众再次来电", "demand": "三日内办结"}
    city.do(case_id, "supervise", Role.COORDINATOR, order)
    with city.uow() as uow:
        (row,) = uow.session.query(SupervisionOrder).all()
    assert city.get(case_id).is_supervised
    answer = {"order_id": row.id, "answer": "已更换主板"}
    assert (
        code(city, case_id, "answer_order", Role.UNIT_HEAD, answer | {"order_id": 999}, unit="zhujian")
        == "case.not_your_order"
    )
    city.do(case_id, "answer_order", Role.UNIT_HEAD, answer, unit="zhujian")
    assert (
        code(city, case_id, "answer_order", Role.UNIT_HEAD, answer, unit="zhujian") == "case.no_order_waits"
    )
    because = {"order_id": row.id, "reason": "未附照片"}
    city.do(case_id, "reject_order", Role.COORDINATOR, because)
    city.do(case_id, "ask_order_return", Role.UNIT_HEAD, because, unit="zhujian")
    assert code(city, case_id, "accept_order", Role.COORDINATOR, because) == "supervision.wrong_state"
    city.do(case_id, "reject_order", Role.COORDINATOR, because)
    city.do(case_id, "answer_order", Role.UNIT_HEAD, answer, unit="zhujian")
    city.do(case_id, "accept_order", Role.COORDINATOR, because)
    assert not city.get(case_id).is_supervised
    assert code(city, case_id, "withdraw_order", Role.COORDINATOR, because) == "case.not_supervised"


def test_instruction_can_bring_an_order_and_cards_can_be_withdrawn(city: City) -> None:
    case_id = city.signed()
    city.do(case_id, "instruct", Role.CENTRE_HEAD, {"text": "务必尽快", "supervise": True})
    city.do(case_id, "give_card", Role.COORDINATOR, {"colour": "yellow", "reason": "进展缓慢"})
    with city.uow() as uow:
        (order,) = uow.session.query(SupervisionOrder).all()
        (card,) = uow.session.query(Card).all()
    assert (order.level, order.cause) == (2, "领导批示")
    city.do(case_id, "withdraw_card", Role.CENTRE_HEAD, {"card_id": card.id, "reason": "误发"})
    assert (
        code(city, case_id, "withdraw_card", Role.CENTRE_HEAD, {"card_id": 999, "reason": "误发"})
        == "not_found"
    )
    city.do(case_id, "withdraw_order", Role.COORDINATOR, {"order_id": order.id, "reason": "已办"})


def test_card_needs_an_owner(city: City) -> None:
    case_id = city.dispatched()
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    city.do(case_id, "give_card", Role.COORDINATOR, {"colour": "yellow", "reason": "推诿"})
    assert (
        code(city, to_dispute(city), "give_card", Role.COORDINATOR, {"colour": "red", "reason": "推诿"})
        == "case.action_not_allowed"
    )
