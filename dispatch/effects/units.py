"""What moves of units write down: their parts in a case, signing, contact, returns."""

from dispatch import routing, supervision
from dispatch.deadlines import book_of
from dispatch.forms import RETURN_REASONS
from dispatch.limit_rules import Question, category_line, rule_for
from dispatch.limits import parse
from dispatch.models_case import Assignment, ContactRecord
from dispatch.models_moves import Decision, ReturnRequest
from dispatch.moves import Move
from dispatch.status import AssignmentStatus, CaseType, UnitRole, Urgency
from hotline.accounts.models import Unit
from hotline.accounts.units import codes_upwards
from hotline.core.clock import local_date
from hotline.core.identity import Role
from hotline.core.privacy import mask_phone


def create_parts(move: Move) -> None:
    """派单: one part for the lead and one for each co-handler; a hop is counted for the case (§1.4)."""
    case, form = move.case, move.form
    case.hop_count += 1
    case.first_dispatched_at = case.first_dispatched_at or move.at
    case.paraphrase = form.paraphrase or case.paraphrase
    case.routing_row_id = getattr(form, "routing_row_id", None)
    _add_part(move, form.lead_unit_id, UnitRole.LEAD)
    for unit_id in form.co_unit_ids:
        _add_part(move, unit_id, UnitRole.CO_HANDLER)
    move.reason = getattr(form, "reason", None) or getattr(form, "minutes", None)
    move.details["units"] = [form.lead_unit_id, *form.co_unit_ids]


def add_part(move: Move) -> None:
    """加派: the new unit works under the part that passed it on."""
    parent = move.the_part
    part = _add_part(move, move.form.unit_id, UnitRole.CO_HANDLER)
    part.parent_id = parent.id
    move.details["units"] = [move.form.unit_id]
    move.reason = move.form.note


def _add_part(move: Move, unit_id: int, role: UnitRole) -> Assignment:
    uow, case = move.uow, move.case
    book = book_of(uow.session)
    unit = uow.session.get_one(Unit, unit_id)
    rule = rule_for(
        uow.session,
        book.template,
        local_date(move.at),
        Question(
            case_type=case.case_type or CaseType.REQUEST,
            urgency=case.urgency,
            difficulty=case.difficulty,
            unit_codes=codes_upwards(uow.session, unit),
            category_codes=category_line(case.category_code),
        ),
    )
    designated = move.row.action == "designate"
    returnable = rule.return_window is not None and not designated and case.urgency is not Urgency.CRITICAL
    part = Assignment(
        case_id=case.id,
        unit_id=unit_id,
        role=role,
        status=AssignmentStatus.PENDING_SIGN,
        hop=case.hop_count,
        dispatched_by_id=uow.actor.user_id,
        dispatched_at=move.at,
        round_started_at=move.at,
        note=getattr(move.form, "note", None),
        designated=designated,
        limit_rule_id=rule.id,
        sign_limit=rule.sign,
        contact_limit=rule.contact,
        handle_limit=rule.handle,
        extension_limit=rule.extension_limit,
        extensions_allowed=rule.extension_times,
        extension_count=0,
        return_window=rule.return_window if returnable else None,
        return_until=book.due(parse(rule.return_window), move.at)
        if returnable and rule.return_window
        else None,
        returns_allowed=rule.max_returns if returnable else 0,
        return_count=0,
        rework_no=0,
    )
    case.assignments.append(part)
    uow.session.flush()  # its clocks need its id
    move.new_parts.append(part)
    return part


def note_signed(move: Move) -> None:
    part = move.the_part
    part.signed_at, part.signed_by_id = move.at, move.uow.actor.user_id
    part.sign_late = move.role is Role.SYSTEM
    move.reason = "超时未签收，系统自动签收" if part.sign_late else None


def keep_contact(move: Move) -> None:
    part, form, uow = move.the_part, move.form, move.uow
    uow.session.add(
        ContactRecord(
            case_id=move.case.id,
            assignment_id=part.id,
            contacted_at=form.contacted_at,
            how=form.how,
            number_masked=mask_phone(form.number) if form.number else None,
            reached=form.reached,
            note=form.note,
            call_id=form.call_id,
            attachment_id=form.attachment_id,
            recorded_by_id=uow.actor.user_id,
            recorded_at=move.at,
        )
    )
    if form.reached and part.first_contact_at is None:
        part.first_contact_at = form.contacted_at
    move.said = "已与您联系" if form.reached else "与您联系，未能接通"


def keep_return(move: Move) -> None:
    part, form, uow = move.the_part, move.form, move.uow
    part.return_count += 1
    uow.session.add(
        ReturnRequest(
            case_id=move.case.id,
            assignment_id=part.id,
            unit_id=part.unit_id,
            reason_class=form.reason_class,
            reason=form.reason,
            law_basis=form.law_basis,
            suggested_unit_id=form.suggested_unit_id,
            attachment_ids=list(form.attachment_ids),
            official_letter_id=form.official_letter_id,
            asked_by_id=uow.actor.user_id,
            asked_at=move.at,
            decision=Decision.OPEN,
        )
    )
    move.reason = form.reason
    move.details["suggested_unit_id"] = form.suggested_unit_id
    move.said = RETURN_REASONS[form.reason_class]


def open_return(move: Move) -> ReturnRequest:
    return (
        move.uow.session.query(ReturnRequest)
        .filter_by(assignment_id=move.the_part.id, decision=Decision.OPEN)
        .one()
    )


def decide_return(move: Move, decision: Decision, reason: str) -> ReturnRequest:
    request = open_return(move)
    request.decision, request.decided_at = decision, move.at
    request.decided_by_id, request.decision_reason = move.uow.actor.user_id, reason
    move.reason = reason
    return request


def uphold(move: Move) -> None:
    """§1.4: the unit is out, the case waits for a new dispatch, the catalogue learns; the hotline bears the error."""
    request = decide_return(move, Decision.GRANTED, move.form.reason)
    request.dispatch_error = move.form.dispatch_error
    move.case.return_count += 1
    leave(move, "退单")
    if request.suggested_unit_id is not None:
        routing.propose(
            move.uow,
            move.case,
            from_unit_id=request.unit_id,
            to_unit_id=request.suggested_unit_id,
            reason=f"退单成立：{request.reason}",
            evidence={"return_request_id": request.id, "law_basis": request.law_basis},
        )


def leave(move: Move, why: str) -> None:
    """The part and whatever it passed on end."""
    part = move.the_part
    below = [other for other in move.case.live_assignments() if other.parent_id == part.id]
    part.exited_at, part.exit_reason = move.at, why
    for other in below:
        other.status, other.exited_at, other.exit_reason = AssignmentStatus.EXITED, move.at, why
    move.details["also_ended"] = [other.id for other in below]
    for ended in (part, *below):
        supervision.drop_orders(move.uow, move.case, f"承办单位已退出（{why}）", ended.unit_id)


def refuse(move: Move) -> None:
    """§3: silence of the hotline counts as refused."""
    reason = getattr(move.form, "reason", None) or "逾期未审，视为驳回"
    decide_return(move, Decision.REFUSED, reason)
    part = move.the_part
    if part.signed_at is None:
        part.signed_at = move.at
