"""What moves of supervision write down: orders and their answers, cards, instructions, score exclusions."""

from sqlalchemy import func, select

from dispatch import deadlines, exclusions, supervision
from dispatch.guards.base import (
    FALSE_REPORTS,
    REWORKS_BEFORE_ESCALATION,
    REWORKS_BEFORE_ORDER,
    UNITS_BEFORE_ESCALATION,
)
from dispatch.limit_rules import house_limit
from dispatch.models_moves import Decision, ScoreExclusion
from dispatch.models_supervision import Card, DocumentKind, FollowUp, Instruction, OrderState
from dispatch.moves import Move
from dispatch.status import CardColour, ClockName, UnitRole
from dispatch.supervision import Document
from hotline.core.errors import NotFound


def issue_order(move: Move) -> None:
    form = move.form
    order = supervision.issue(
        move.uow,
        move.case,
        Document(
            kind=form.kind,
            unit_id=form.unit_id,
            cause=form.cause,
            demand=form.demand,
            dated_at=move.at,
            joint_unit_ids=tuple(form.joint_unit_ids),
        ),
    )
    move.reason = form.cause
    move.details |= {"order_no": order.order_no, "kind": form.kind.value}


def answer_order(move: Move) -> None:
    form = move.form
    order = supervision.order_of(move.uow.session, move.case.id, form.order_id, OrderState.ISSUED)
    order.state, order.answered_at = OrderState.ANSWERED, move.at
    order.answer, order.answer_attachment_id = form.answer, form.attachment_id
    clock = deadlines.find_open(move.uow.session, move.case.id, ClockName.SUPERVISION, None, order.id)
    if clock is not None:
        deadlines.end(move.uow.session, clock, move.at)
    move.details["order_no"] = order.order_no


def ask_order_return(move: Move) -> None:
    order = supervision.order_of(move.uow.session, move.case.id, move.form.order_id, OrderState.ISSUED)
    order.state = OrderState.RETURN_ASKED
    _name_order(move, order.order_no)


def accept_order(move: Move) -> None:
    order = supervision.order_of(move.uow.session, move.case.id, move.form.order_id, OrderState.ANSWERED)
    supervision.end_order(move.uow, move.case, order, OrderState.CLOSED, move.form.reason)
    _name_order(move, order.order_no)


def reject_order(move: Move) -> None:
    """An answer that does not do, or a return that is refused: the unit must answer again, its clock runs anew."""
    session, case = move.uow.session, move.case
    order = supervision.order_of(
        session, case.id, move.form.order_id, OrderState.ANSWERED, OrderState.RETURN_ASKED
    )
    answered = order.state is OrderState.ANSWERED
    order.state = OrderState.ISSUED
    if answered:
        limit = house_limit(session, ClockName.SUPERVISION, case.urgency)
        deadlines.start(
            session,
            case,
            deadlines.Start(clock=ClockName.SUPERVISION, limit=limit, at=move.at, subject_id=order.id),
        )
    _name_order(move, order.order_no)


def withdraw_order(move: Move) -> None:
    order = supervision.order_of(move.uow.session, move.case.id, move.form.order_id, *supervision.OPEN_ORDERS)
    supervision.end_order(move.uow, move.case, order, OrderState.WITHDRAWN, move.form.reason)
    _name_order(move, order.order_no)


def _name_order(move: Move, order_no: str) -> None:
    move.reason = move.form.reason
    move.details["order_no"] = order_no


def give_card(move: Move) -> None:
    lead = move.case.lead()
    if lead is None:
        raise NotFound()
    card = supervision.give_card(
        move.uow,
        move.case,
        unit_id=lead.unit_id,
        colour=move.form.colour,
        reason=move.form.reason,
        dated_at=move.at,
        assignment_id=lead.id,
    )
    move.reason = move.form.reason
    move.details["card_id"] = card.id


def withdraw_card(move: Move) -> None:
    card = move.uow.session.get(Card, move.form.card_id)
    if card is None or card.case_id != move.case.id:
        raise NotFound()
    card.withdrawn_at, card.withdrawn_reason = move.at, move.form.reason
    move.reason = move.form.reason
    move.details["card_id"] = card.id


def keep_instruction(move: Move) -> None:
    """批示: kept as given; a supervision order goes out with it where the leader wants one (§1.5)."""
    uow, case, form = move.uow, move.case, move.form
    instruction = Instruction(
        case_id=case.id, leader_id=uow.actor.user_id, leader_name=uow.actor.name, text=form.text, at=move.at
    )
    uow.session.add(instruction)
    lead = case.lead()
    if form.supervise and lead is not None:
        order = supervision.issue(
            uow,
            case,
            Document(
                kind=DocumentKind.SUPERVISION_ORDER,
                unit_id=lead.unit_id,
                cause="领导批示",
                demand=form.text,
                dated_at=move.at,
                level=2,
            ),
        )
        instruction.order_id = order.id
    move.reason = form.text


def supervise_repeated_failure(move: Move) -> None:
    """§1.5, §1.6: a second failed rework makes a supervision order, a third one raises its level."""
    case = move.case
    lead = case.lead()
    if lead is None or case.rework_count < REWORKS_BEFORE_ORDER:
        return
    escalated = case.rework_count >= REWORKS_BEFORE_ESCALATION
    kind = DocumentKind.ESCALATED_ORDER if escalated else DocumentKind.SUPERVISION_ORDER
    if not supervision.has_document(move.uow.session, case.id, kind, lead.unit_id):
        supervision.issue(
            move.uow,
            case,
            Document(
                kind=kind,
                unit_id=lead.unit_id,
                cause=f"第 {case.rework_count} 次重办，诉求人仍不满意",
                demand="限期解决并书面报告",
                dated_at=move.at,
                level=2 if escalated else 1,
            ),
        )


def escalate_after_three_units(move: Move) -> None:
    """§1.5: a case that has been with three units moves to a higher leader, once."""
    case, lead = move.case, move.case.lead()
    units = {part.unit_id for part in case.assignments if part.role is UnitRole.LEAD}
    if lead is None or len(units) < UNITS_BEFORE_ESCALATION:
        return
    if supervision.was_issued(move.uow.session, case.id, DocumentKind.ESCALATED_ORDER):
        return
    supervision.issue(
        move.uow,
        case,
        Document(
            kind=DocumentKind.ESCALATED_ORDER,
            unit_id=lead.unit_id,
            cause=f"已先后派给 {len(units)} 个单位，尚无结果",
            demand="由分管领导督促，限期办结并书面报告",
            dated_at=move.at,
            level=2,
        ),
    )


def report_false_results(move: Move) -> None:
    """§1.1, §1.5: results that the citizen twice says are not true bring a letter to the discipline office."""
    case, session = move.case, move.uow.session
    lead = case.lead()
    session.flush()  # the answers of this talk count
    untrue = session.scalar(
        select(func.count()).where(FollowUp.case_id == case.id, FollowUp.truthful.is_(False))
    )
    if lead is None or (untrue or 0) < FALSE_REPORTS:
        return
    supervision.propose_accountability(
        move.uow, case, lead.unit_id, cause=f"诉求人 {untrue} 次反映办理情况不属实，涉嫌谎报办结", at=move.at
    )


def punish_proven_conduct(move: Move) -> None:
    """推诿扯皮, 违规办理, 擅自增加申请材料, 要求群众多次跑: once the supervision office finds it true, the unit gets a
    red card and an order to stop, which it must answer with proof."""
    case, lead = move.case, move.case.lead()
    if not case.is_conduct or case.target_unit_id is None or lead is None or not lead.facts_true:
        return
    supervision.give_card(
        move.uow,
        case,
        unit_id=case.target_unit_id,
        colour=CardColour.RED,
        reason="作风类投诉经查属实",
        dated_at=move.at,
    )
    supervision.issue(
        move.uow,
        case,
        Document(
            kind=DocumentKind.STOP_ORDER,
            unit_id=case.target_unit_id,
            cause="作风类投诉经查属实",
            demand="立即停止，并报送已停止的证明材料",
            dated_at=move.at,
        ),
    )


def keep_exclusion_request(move: Move) -> None:
    case, form, lead = move.case, move.form, move.case.lead()
    move.uow.session.add(
        ScoreExclusion(
            case_id=case.id,
            unit_id=lead.unit_id if lead else None,
            reason=form.reason,
            attachment_ids=list(form.attachment_ids),
            asked_by_id=move.uow.actor.user_id,
            asked_at=move.at,
            decision=Decision.OPEN,
        )
    )
    move.reason = form.reason
    move.details["attachment_ids"] = list(form.attachment_ids)


def exclude_from_score(move: Move) -> None:
    request = _decide_exclusion(move, Decision.GRANTED)
    move.case.excluded_from_score, move.case.exclusion_reason = True, request.reason


def refuse_exclusion(move: Move) -> None:
    _decide_exclusion(move, Decision.REFUSED)


def _decide_exclusion(move: Move, decision: Decision) -> ScoreExclusion:
    request = exclusions.pending(move.uow.session, move.case.id)
    if request is None:
        raise NotFound()
    request.decision, request.decided_at = decision, move.at
    request.decided_by_id, request.decision_reason = move.uow.actor.user_id, move.form.reason
    move.reason = move.form.reason
    return request
