"""What the work of units and its audit write down: extension, suspension, progress, result, rejection."""

from dispatch import deadlines
from dispatch.guards.handling import open_extension, open_suspension
from dispatch.limits import parse
from dispatch.models_case import Attachment, ProgressNote
from dispatch.models_moves import Decision, Extension, Suspension
from dispatch.moves import Move
from dispatch.status import AssignmentStatus, ClockName, UnitRole
from hotline.core.errors import NotFound


def keep_extension_request(move: Move) -> None:
    form, uow = move.form, move.uow
    uow.session.add(
        Extension(
            case_id=move.case.id,
            assignment_id=move.the_part.id,
            limit_text=form.limit,
            reason=form.reason,
            plan=form.plan,
            caller_told=form.caller_told,
            asked_by_id=uow.actor.user_id,
            asked_at=move.at,
            decision=Decision.OPEN,
        )
    )
    move.reason = form.reason


def _open_extension(move: Move) -> Extension:
    extension = open_extension(move)
    if extension is None:
        raise NotFound()
    return extension


def grant_extension(move: Move) -> None:
    """§1.3: the deadline moves, the original stays on record."""
    extension, part, session = _open_extension(move), move.the_part, move.uow.session
    deadline = deadlines.find_open(session, move.case.id, ClockName.HANDLE, part.id)
    if deadline is None:
        raise NotFound()
    limit = parse(move.form.limit or extension.limit_text)
    extension.limit_text, extension.old_due_at = str(limit), deadline.due_at
    deadlines.extend(session, deadline, limit)
    extension.new_due_at = deadline.due_at
    part.extension_count += 1
    _decide(move, extension, Decision.GRANTED)
    move.details["new_due_at"] = deadline.due_at and deadline.due_at.isoformat()
    move.reason = extension.reason


def refuse_extension(move: Move) -> None:
    _decide(move, _open_extension(move), Decision.REFUSED)
    move.reason = move.form.reason


def _decide(move: Move, request: Extension | Suspension, decision: Decision) -> None:
    request.decision, request.decided_at = decision, move.at
    request.decided_by_id = move.uow.actor.user_id
    request.decision_reason = getattr(move.form, "reason", None)


def keep_plan(move: Move) -> None:
    form, uow = move.form, move.uow
    uow.session.add(
        Suspension(
            case_id=move.case.id,
            assignment_id=move.the_part.id,
            plan=form.plan,
            reason=form.reason,
            until=form.until,
            asked_by_id=uow.actor.user_id,
            asked_at=move.at,
            decision=Decision.OPEN,
        )
    )
    move.reason = form.reason


def _open_plan(move: Move) -> Suspension:
    plan = open_suspension(move)
    if plan is None:
        raise NotFound()
    return plan


def approve_plan(move: Move) -> None:
    plan = _open_plan(move)
    _decide(move, plan, Decision.GRANTED)
    move.details["until"] = plan.until.isoformat()
    move.reason = plan.reason
    for part in move.case.live_assignments():
        if part.status is AssignmentStatus.HANDLING:
            part.status = AssignmentStatus.SUSPENDED


def refuse_plan(move: Move) -> None:
    _decide(move, _open_plan(move), Decision.REFUSED)
    move.reason = move.form.reason


def resume_parts(move: Move) -> None:
    for part in move.case.live_assignments():
        if part.status is AssignmentStatus.SUSPENDED:
            part.status = AssignmentStatus.HANDLING


def keep_note(move: Move) -> None:
    uow, form = move.uow, move.form
    uow.session.add(
        ProgressNote(
            case_id=move.case.id,
            assignment_id=move.the_part.id,
            at=move.at,
            actor_id=uow.actor.user_id,
            actor_name=uow.actor.name,
            kind="monthly" if move.row.action == "report_progress" else "progress",
            text=form.text,
            citizen_may_see=form.citizen_may_see,
        )
    )
    move.reason = form.text if form.citizen_may_see else None


def keep_result(move: Move) -> None:
    part, form, session = move.the_part, move.form, move.uow.session
    for name in ("facts_true", "beyond_duty", "solved", "unsolved_reason", "result", "public_reply"):
        setattr(part, name, getattr(form, name))
    part.demands_answered = list(form.demands_answered)
    part.reply_findings = (
        [*form.reply_findings, {"explained": form.findings_explained}] if form.reply_findings else []
    )
    part.replied_at = move.at
    if part.role is UnitRole.LEAD:
        move.case.public_reply, move.case.submitted_at = form.public_reply, move.at
    for attachment in session.query(Attachment).filter(Attachment.id.in_(form.attachment_ids)):
        attachment.assignment_id = attachment.assignment_id or part.id
    move.details["solved"] = form.solved.value
    _drop_open_requests(move)


def _drop_open_requests(move: Move) -> None:
    """A result makes a request that still waits pointless."""
    for request in (open_extension(move), open_suspension(move)):
        if request is not None and request.assignment_id == move.the_part.id:
            request.decision, request.decided_at = Decision.DROPPED, move.at


def back_to_lead(move: Move) -> None:
    """打回: the lead takes it up again; co-handlers that replied stay so (§3)."""
    move.case.reject_count += 1
    move.reason = move.form.reason
    lead = move.case.lead()
    if lead is not None:
        lead.status = AssignmentStatus.HANDLING


def note_audited(move: Move) -> None:
    move.case.audited_at = move.at
