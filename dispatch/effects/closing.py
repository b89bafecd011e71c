"""What follow-up, closing and reopening write down: answers, ratings, rework, final reply (DOMAIN §1.6)."""

from datetime import datetime
from typing import Any

from dispatch import deadlines, exclusions, final_answers, followup
from dispatch.guards.base import CLOSE_AFTER_ATTEMPTS
from dispatch.guards.returning import open_dispute
from dispatch.limits import parse
from dispatch.models_case import Case
from dispatch.models_moves import Decision
from dispatch.models_supervision import CitizenRating, FollowUp
from dispatch.moves import Move
from dispatch.status import AssignmentStatus, ClockName, Satisfaction, UnitRole
from hotline.core.errors import NotFound

CLOSE_UNREACHED = "close_unreached"
_UNREACHED = {
    followup.Plan.CALL: "多次回访未联系上",
    followup.Plan.MESSAGE_ONLY: "未抽中电话回访，短信回访期内无异议",
    followup.Plan.ANSWERED: "诉求人已自助评价",
}


def _keep_follow_up(move: Move, **answers: Any) -> FollowUp:
    uow, case, form = move.uow, move.case, move.form
    case.follow_up_attempts += 1
    row = FollowUp(
        case_id=case.id,
        attempt_no=case.follow_up_attempts,
        via=getattr(form, "via", "web"),
        at=move.at,
        by_id=uow.actor.user_id,
        call_id=getattr(form, "call_id", None),
        **answers,
    )
    uow.session.add(row)
    return row


def keep_answers(move: Move) -> None:
    form = move.form
    if not form.reached:
        chosen = followup.plan(move.uow.session, move.case)
        move.case.close_reason = _UNREACHED[chosen]
        move.reason = move.case.close_reason
        return
    _keep_follow_up(
        move,
        reached=True,
        staff_contacted=form.staff_contacted,
        truthful=form.truthful,
        solved=form.solved,
        satisfaction=form.satisfaction,
        reason=form.reason,
        opinion=form.opinion,
    )
    rate(move.case, form.satisfaction, move.at)
    move.case.citizen_solved = form.solved
    move.case.close_reason = form.explanation
    move.details["satisfaction"] = form.satisfaction.value


def keep_complaint(move: Move) -> None:
    form = move.form
    _keep_follow_up(
        move,
        reached=True,
        staff_contacted=form.staff_contacted,
        truthful=form.truthful,
        solved=form.solved,
        satisfaction=form.satisfaction,
        reason=form.reason,
        reasonable=form.reasonable,
    )
    rate(move.case, form.satisfaction, move.at)
    move.case.citizen_solved = form.solved
    move.reason = form.reason


def keep_attempt(move: Move) -> None:
    """§1.6: after the third attempt that reached nobody the system closes the case at its next tick."""
    _keep_follow_up(move, reached=False, opinion=move.form.note)
    if move.case.follow_up_attempts >= CLOSE_AFTER_ATTEMPTS:
        clock = deadlines.find_open(move.uow.session, move.case.id, ClockName.FOLLOW_UP)
        if clock is not None:
            clock.next_step, clock.next_at = CLOSE_UNREACHED, move.at


def rate(case: Case, satisfaction: Satisfaction, at: datetime) -> None:
    """The first rating stays for ever; the last one stands beside it (§1.6, §9)."""
    if case.first_rated_at is None:
        case.first_satisfaction, case.first_rated_at = satisfaction, at
    else:
        case.final_satisfaction, case.final_rated_at = satisfaction, at


def keep_rating(move: Move) -> None:
    form = move.form
    move.uow.session.add(
        CitizenRating(
            case_id=move.case.id,
            via=form.via,
            at=move.at,
            satisfaction=form.satisfaction,
            solved=form.solved,
            reason=form.reason,
        )
    )
    rate(move.case, form.satisfaction, move.at)
    move.case.citizen_solved = form.solved or move.case.citizen_solved
    move.case.rating_reason = form.reason or move.case.rating_reason
    move.reason = form.reason


def keep_result_objection(move: Move) -> None:
    _keep_follow_up(move, reached=True, opinion=move.form.reason).via = "objection"
    move.case.follow_up_attempts -= 1  # nobody tried to reach anybody
    move.case.closed_at = None
    move.reason = move.form.reason


def start_rework(move: Move) -> None:
    """重办: the lead starts a new round with half its limit, at least one working day (§1.6)."""
    _new_round(move)
    lead = move.case.lead()
    if lead is not None:
        move.handle_limit = parse(lead.handle_limit).half()


def start_reopened(move: Move) -> None:
    """重启: a new limit of full length (§3)."""
    _new_round(move)
    move.case.closed_at = None
    move.reason = move.form.new_fact


def _new_round(move: Move) -> None:
    case = move.case
    case.rework_count += 1
    case.follow_up_attempts = 0
    if case.final_reply_at is not None or case.unreasonable_until is not None:
        case.final_reply_at = case.unreasonable_until = None
        exclusions.undo(move)
    for part in case.live_assignments():
        if part.role is UnitRole.LEAD:
            part.status = AssignmentStatus.HANDLING
            part.rework_no += 1
            part.round_started_at = move.at
            move.new_parts.append(part)


def back_to_review(move: Move) -> None:
    move.case.closed_at = None
    move.reason = move.form.reason


def keep_final_reply(move: Move) -> None:
    """最终答复: the end of the road; later repeats are explained, not dispatched, not scored (§1.6)."""
    case, form = move.case, move.form
    case.public_reply, case.close_reason, case.closed_at = (
        form.public_reply,
        final_answers.FINAL_REPLY,
        move.at,
    )
    case.final_reply_at = move.at
    move.details["attachment_ids"] = list(form.attachment_ids)
    exclusions.note(move, final_answers.FINAL_REPLY)
    for part in case.live_assignments():
        part.status = AssignmentStatus.REPLIED
    move.reason = form.reason


def explain_repeat(move: Move) -> None:
    """§1.6: a repeat gets the earlier answer and what it rests on; it is neither dispatched nor scored."""
    case, session = move.case, move.uow.session
    earlier = final_answers.standing(session, case, move.at)
    if earlier is None:
        raise NotFound()
    told = (earlier.public_reply, move.form.explanation)
    case.public_reply = "\n".join(text for text in told if text)
    case.old_case_id, case.is_repeat = earlier.id, True
    case.close_reason, case.closed_at = final_answers.EXPLAINED, move.at
    move.details |= {
        "earlier_case_no": earlier.case_no, "attachment_ids": final_answers.evidence(session, earlier),
    }  # fmt: skip
    exclusions.note(move, final_answers.EXPLAINED)
    move.reason = f"同一事项已答复（工单 {earlier.case_no}）"


def grant_unreasonable(move: Move) -> None:
    """无理诉求: approved with an expiry, after which the matter counts as any other."""
    case, form, dispute = move.case, move.form, open_dispute(move)
    dispute.decision, dispute.decided_at = Decision.GRANTED, move.at
    dispute.decided_by_id, dispute.minutes = move.uow.actor.user_id, form.reason
    case.unreasonable_until, case.closed_at = form.expires_on, move.at
    case.close_reason = final_answers.UNREASONABLE
    exclusions.note(move, final_answers.UNREASONABLE)
    move.reason = form.reason


def refuse_unreasonable(move: Move) -> None:
    dispute = open_dispute(move)
    dispute.decision, dispute.decided_at = Decision.REFUSED, move.at
    dispute.decided_by_id, dispute.minutes = move.uow.actor.user_id, move.form.reason
    move.reason = move.form.reason


def note_archived(move: Move) -> None:
    move.case.archived_at = move.at
