"""What moves before dispatch write down: answers, refusals, merging, splitting, transfers, withdrawals."""

from dispatch import deadlines, merging, supervision
from dispatch.limit_rules import house_limit
from dispatch.models_case import Case, ProgressNote
from dispatch.models_supervision import Urge
from dispatch.moves import Move
from dispatch.status import REFUSAL_ROUTES, AssignmentStatus, ClockName
from hotline.core import numbers
from hotline.core.clock import local_date
from hotline.core.identity import Role


def keep_answer(move: Move) -> None:
    case, form = move.case, move.form
    case.answer = form.answer or case.answer
    case.knowledge_id = form.knowledge_id or case.knowledge_id
    case.solved_on_call = form.solved_on_call or case.solved_on_call
    case.public_reply = case.answer
    case.accepted_at = case.accepted_at or move.at


def note_closed(move: Move) -> None:
    move.case.closed_at = move.at


def note_accepted(move: Move) -> None:
    move.case.accepted_at = move.case.accepted_at or move.at


def note_reviewed(move: Move) -> None:
    move.case.reviewed_at = move.at


def keep_refusal(move: Move) -> None:
    case, form = move.case, move.form
    case.refusal_code = form.refusal_code
    case.closed_at = move.at
    move.reason = f"{form.refusal_code.label}：{form.reason}"
    move.details["route"] = REFUSAL_ROUTES[form.refusal_code]


def note_objection(move: Move) -> None:
    move.case.refusal_objected = True
    move.case.closed_at = None


def follow_lead(move: Move) -> None:
    """并案: the case follows its lead; citizens of both get the reply, the unit is scored once (§1.7)."""
    case = move.case
    lead = move.uow.session.get_one(Case, move.form.lead_case_id)
    merging.follow(case, lead)
    move.details["lead_case_no"] = lead.case_no


def leave_lead(move: Move) -> None:
    move.details["lead_case_id"] = move.case.lead_case_id
    merging.unfollow(move.case)


def split_off(move: Move) -> None:
    session = move.uow.session
    made = merging.split(move.uow, move.case, list(move.form.parts))
    for part in made:
        limit = house_limit(session, ClockName.REVIEW, part.urgency)
        deadlines.start(session, part, deadlines.Start(clock=ClockName.REVIEW, limit=limit, at=move.at))
    move.details["case_nos"] = [part.case_no for part in made]


def end_parts(move: Move) -> None:
    """Whatever units still had ends with the case."""
    for part in move.case.live_assignments():
        part.status, part.exited_at, part.exit_reason = AssignmentStatus.EXITED, move.at, move.row.label
    supervision.drop_orders(move.uow, move.case, f"工单{move.row.label}")


def keep_transfer(move: Move) -> None:
    case, form = move.case, move.form
    case.transferred_to, case.external_no, case.closed_at = form.to, form.receipt, move.at


def keep_cancel(move: Move) -> None:
    move.case.close_reason, move.case.closed_at = move.form.reason, move.at


def note_withdrawal(move: Move) -> None:
    move.case.withdraw_asked_at = move.at


def add_fact(move: Move) -> None:
    """追加 stays beside the facts; nothing that was registered is overwritten."""
    uow = move.uow
    uow.session.add(
        ProgressNote(
            case_id=move.case.id,
            at=move.at,
            actor_id=uow.actor.user_id,
            actor_name=uow.actor.name,
            kind="addition",
            text=move.form.text,
            citizen_may_see=True,
        )
    )
    move.reason = move.form.text


def count_urge(move: Move) -> None:
    uow, case = move.uow, move.case
    case.urge_count += 1
    today = local_date(move.at)
    urge_no = f"CB{today:%Y%m%d}{numbers.next_in_day(uow.session, 'urge', today):05d}"
    uow.session.add(
        Urge(
            case_id=case.id,
            urge_no=urge_no,
            by_citizen=move.role in (Role.CITIZEN, Role.AGENT, Role.SHIFT_LEADER),
            actor_id=uow.actor.user_id,
            text=move.form.text or "",
            at=move.at,
        )
    )
    move.reason = move.form.text
    move.details["urge_no"] = urge_no
