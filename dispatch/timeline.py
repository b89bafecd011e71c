"""The timeline of a case: one line per move, append-only, with a sentence in plain words for the citizen.

Staff see who, role, unit, from, to and why; citizens see what happened, who holds it and until when.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import deadlines
from dispatch.access import is_hotline, knows_only_order
from dispatch.models_case import Assignment, Case, CaseEvent, ProgressNote
from dispatch.models_clock import Deadline
from dispatch.models_supervision import DocumentKind
from dispatch.moves import Move
from dispatch.status import AssignmentStatus, CaseStatus, ClockName, UnitRole
from hotline.accounts.models import Unit
from hotline.core.clock import local
from hotline.core.identity import ROLE_LABELS, Role
from hotline.core.uow import UnitOfWork

TRACKED = (
    "status", "urgency", "case_type", "category_code", "hop_count", "return_count", "rework_count", "reject_count",
    "urge_count", "is_supervised", "lead_case_id", "refusal_code", "excluded_from_score", "final_satisfaction",
)  # fmt: skip
PART_TRACKED = ("status", "extension_count", "return_count", "rework_no", "sign_late", "solved")
HOTLINE_NAME = "热线中心"


def snapshot(case: Case, part: Assignment | None) -> dict[str, Any]:
    """The columns that a move may change, for the before/after difference."""
    seen = {name: _word(getattr(case, name)) for name in TRACKED}
    if part is not None:
        seen |= {f"assignment.{name}": _word(getattr(part, name)) for name in PART_TRACKED}
    return seen


def _word(value: Any) -> Any:
    return getattr(value, "value", value)


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [value, after[name]] for name, value in before.items() if after[name] != value}


def write(move: Move, from_status: CaseStatus, changes: dict[str, list[Any]]) -> CaseEvent:
    """Append the line of a finished move."""
    uow, case, part = move.uow, move.case, move.part
    unit = _unit_of(uow.session, move)
    event = CaseEvent(
        case_id=case.id,
        assignment_id=part.id if part else None,
        version=case.version,
        at=move.at,
        recorded_at=uow.now,
        action=move.row.action,
        label=move.row.label,
        actor_id=uow.actor.user_id,
        actor_name=uow.actor.name,
        actor_role=move.role.value,
        unit_id=unit.id if unit else None,
        unit_name=unit.short_name if unit else None,
        from_status=from_status.value,
        to_status=case.status.value,
        reason=move.reason or getattr(move.form, "reason", None),
        details=move.details | {"changes": changes},
        citizen_text=_sentence(move, unit),
        ip=uow.actor.ip,
    )
    uow.session.add(event)
    return event


def _unit_of(session: Session, move: Move) -> Unit | None:
    part = move.part or move.case.lead()
    return session.get(Unit, part.unit_id) if part else None


def _sentence(move: Move, unit: Unit | None) -> str | None:
    template = move.row.citizen_text
    if template is None or ("{reason}" in template and not move.reason):
        return None
    session = move.uow.session
    names = [session.get_one(Unit, part.unit_id).short_name for part in move.new_parts]
    return template.format(
        unit=unit.short_name if unit else HOTLINE_NAME,
        units="、".join(names),
        reason=move.reason,
        said=move.said,
        receipt=getattr(move.form, "receipt", ""),
    )


def for_staff(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    """Every line, oldest first; a unit reads no line about a letter to the discipline office, and none at all where
    it only has a supervision order."""
    if knows_only_order(uow, case):
        return []
    events = uow.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    hotline = is_hotline(uow.actor)
    return [
        {
            "id": event.id,
            "at": event.at,
            "action": event.action,
            "label": event.label,
            "actor": event.actor_name,
            "role": ROLE_LABELS[Role(event.actor_role)] if event.actor_role else None,
            "by_system": event.actor_role == Role.SYSTEM.value,
            "unit": event.unit_name,
            "from": CaseStatus(event.from_status).label if event.from_status else None,
            "to": CaseStatus(event.to_status).label if event.to_status else None,
            "reason": event.reason,
            "details": event.details,
            "assignment_id": event.assignment_id,
        }
        for event in events
        if hotline or not _about_accountability(event)
    ]


def _about_accountability(event: CaseEvent) -> bool:
    kind = DocumentKind.ACCOUNTABILITY.value
    return event.action == kind or event.details.get("kind") == kind


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line that the citizen reads."""

    at: datetime
    text: str
    holder: str | None


def for_citizen(session: Session, case: Case) -> list[Line]:
    """What happened, in plain words, each hop with its holder; internal steps are left out."""
    events = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.citizen_text.is_not(None))
        .order_by(CaseEvent.id)
    )
    lines = [Line(at=event.at, text=event.citizen_text or "", holder=event.unit_name) for event in events]
    notes = session.scalars(
        select(ProgressNote).where(
            ProgressNote.case_id == case.id,
            ProgressNote.citizen_may_see,
            ProgressNote.kind == "addition",
        )
    )
    lines += [Line(at=note.at, text=f"补充内容：{note.text}", holder=None) for note in notes]
    return sorted(lines, key=lambda line: line.at)


def holder(session: Session, case: Case) -> str:
    """Who has it now, in words for everybody."""
    lead = case.lead()
    if lead is not None and case.status in (
        CaseStatus.PENDING_SIGN,
        CaseStatus.HANDLING,
        CaseStatus.REWORK,
        CaseStatus.SUSPENDED,
    ):
        return session.get_one(Unit, lead.unit_id).short_name
    return HOTLINE_NAME


def expected(session: Session, case: Case, clocks: Iterable[Deadline] | None = None) -> str | None:
    """The latest day on which the citizen will have an answer, in plain words; `clocks` where they are read already."""
    rows = deadlines.open_deadlines(session, case.id) if clocks is None else clocks
    handle = [
        row
        for row in rows
        if row.clock is ClockName.HANDLE and row.due_at is not None and row.state in deadlines.OPEN_STATES
    ]
    if not handle:
        return None
    lead = case.lead()
    mine = [row for row in handle if lead is not None and row.assignment_id == lead.id] or handle
    due = local(max(row.due_at for row in mine if row.due_at is not None))
    return f"由{holder(session, case)}办理，最晚 {due.month}月{due.day}日 {due:%H:%M} 答复您"


def unit_states(session: Session, case: Case) -> list[dict[str, Any]]:
    """The parts of the units side by side, exited ones included (DOMAIN §2)."""
    return [
        {
            "unit": session.get_one(Unit, part.unit_id).short_name,
            "role": part.role.label,
            "status": part.status.label,
            "exited": part.status is AssignmentStatus.EXITED,
            "lead": part.role is UnitRole.LEAD,
        }
        for part in case.assignments
    ]
