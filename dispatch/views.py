"""What each person sees of a case: columns by audience, identity data masked, content filtered by secrecy.

Audiences of DOMAIN §2: C citizen, U unit, H hotline. Reveal of identity data needs a reason and is audited.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dispatch import deadlines, query_codes, timeline
from dispatch.access import case_for, is_hotline, knows_only_order, may_reveal, own_parts
from dispatch.cases import identity_of
from dispatch.drafts import IDENTITY, editable_fields
from dispatch.models_case import Assignment, Attachment, Case
from dispatch.models_clock import Deadline
from dispatch.models_supervision import SupervisionOrder
from dispatch.status import CaseStatus, Secrecy
from dispatch.workflow import allowed_actions
from hotline.accounts.models import Unit
from hotline.core.audit import AuditEntry
from hotline.core.errors import Invalid, NotAllowed, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

SAME_SIGHT = timedelta(minutes=10)
QUERY_CODE = "query_code"
REVEALED = (*IDENTITY, QUERY_CODE)

AUDIENCES: dict[str, str] = {
    "id": "UH", "case_no": "CUH", "status": "CUH", "version": "UH", "lead_case_id": "UH",
    "old_case_id": "UH", "external_no": "UH", "channel": "UH", "access_number": "H", "branch": "H", "call_id": "H",
    "recording_id": "H", "agent_id": "H", "caller_emotion": "H", "sex": "H", "caller_kind": "UH", "company": "H",
    "company_code": "H", "home_area_code": "H", "labels": "H", "anonymous": "UH", "secrecy": "UH",
    "secrecy_asked": "H", "contact_times": "UH", "case_type": "CUH", "category_code": "CUH", "title": "CUH",
    "facts": "CUH", "demand": "CUH", "demands": "UH", "paraphrase": "H", "event_at": "UH", "area_code": "UH",
    "address": "UH", "longitude": "UH", "latitude": "UH", "grid_code": "UH", "target_name": "UH",
    "target_phone": "H", "target_unit_id": "H", "enterprise": "UH", "people_affected": "UH", "amount": "UH",
    "keywords": "H", "urgency": "CUH", "difficulty": "UH", "is_group": "H", "is_sensitive": "H", "is_repeat": "UH",
    "is_conduct": "H", "risk_words": "H", "law_basis": "UH", "routing_row_id": "UH", "confidence": "H",
    "suggestion": "H", "answer": "CH", "knowledge_id": "H", "solved_on_call": "H", "refusal_code": "CH",
    "public_reply": "CUH", "transferred_to": "CH", "close_reason": "UH", "unreasonable_until": "UH",
    "withdraw_asked_at": "UH", "created_at": "CUH", "updated_at": "UH", "accepted_at": "CUH", "reviewed_at": "H",
    "first_dispatched_at": "UH", "submitted_at": "UH", "audited_at": "UH", "closed_at": "CUH", "archived_at": "UH",
    "hop_count": "UH", "return_count": "UH", "rework_count": "UH", "reject_count": "UH", "urge_count": "UH",
    "follow_up_attempts": "H", "is_supervised": "UH", "first_satisfaction": "CUH", "first_rated_at": "CUH",
    "final_satisfaction": "CUH", "final_rated_at": "CUH", "citizen_solved": "CUH", "rating_reason": "CH",
    "excluded_from_score": "UH", "exclusion_reason": "UH",
}  # fmt: skip
"""Column → who may see it (DOMAIN §2)."""

HIDDEN_FROM_UNITS: dict[Secrecy, frozenset[str]] = {
    Secrecy.OPEN: frozenset(),
    Secrecy.CONFIDENTIAL: frozenset({"address", "longitude", "latitude", "grid_code", "identity"}),
    Secrecy.STRICT: frozenset(
        {
            "address",
            "longitude",
            "latitude",
            "grid_code",
            "identity",
            "title",
            "demands",
            "event_at",
            "contact_times",
        }
    ),
}
"""§1.7: confidential hides who and exactly where; strict leaves only the paraphrase."""
ORDER_ONLY = ("id", "case_no", "status", "version")


class RevealRefused(NotAllowed):
    code, text = "case.reveal_refused", "此工单为“{secrecy}”，您不能查看诉求人信息；如需联系，请通过热线转接"


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def fields_for(uow: UnitOfWork, case: Case) -> dict[str, Any]:
    """The columns that the actor may see, with what secrecy hides taken out."""
    if knows_only_order(uow, case):
        return {name: _plain(getattr(case, name)) for name in ORDER_ONLY}
    audience = "H" if is_hotline(uow.actor) else "U"
    hidden = HIDDEN_FROM_UNITS[case.secrecy] if audience == "U" else frozenset()
    shown = {
        name: _plain(getattr(case, name))
        for name, audiences in AUDIENCES.items()
        if audience in audiences and name not in hidden
    }
    shown["identity"] = {} if "identity" in hidden else dict(case.identity_masked)
    if audience == "U" and case.secrecy is Secrecy.STRICT:
        shown["facts"], shown["demand"] = case.paraphrase or "", ""
    return shown


def case_view(uow: UnitOfWork, case_id: int) -> dict[str, Any]:
    """Everything that a case page needs; looking at a case is noted (who saw what, §1.7)."""
    case = case_for(uow, case_id)
    note_sight(uow, case)
    return view_of(uow, case)


def view_of(uow: UnitOfWork, case: Case) -> dict[str, Any]:
    only_order = knows_only_order(uow, case)
    shown = fields_for(uow, case)
    clocks = deadlines.of_case(uow.session, case)
    return shown | {
        "status_label": case.status.label,
        "secrecy_label": case.secrecy.label,
        "holder": timeline.holder(uow.session, case),
        "expected": timeline.expected(uow.session, case, clocks),
        "may_reveal": may_reveal(uow.actor, case),
        "editable": sorted(editable_fields(uow.actor, case)),
        "assignments": [] if only_order else [part_view(uow, part) for part in case.assignments],
        "deadlines": [] if only_order else deadline_views(uow, case, clocks),
        "attachments": [] if only_order else attachment_views(uow, case),
        "orders": order_views(uow, case),
        "actions": allowed_actions(uow, case),
    }


def part_view(uow: UnitOfWork, part: Assignment) -> dict[str, Any]:
    """One unit's part; what a unit wrote for internal use is for itself and the hotline."""
    unit = uow.session.get_one(Unit, part.unit_id)
    shown = {
        "id": part.id, "unit_id": part.unit_id, "unit": unit.short_name, "role": part.role.value,
        "role_label": part.role.label, "status": part.status.value, "status_label": part.status.label,
        "parent_id": part.parent_id, "hop": part.hop, "dispatched_at": part.dispatched_at, "note": part.note,
        "designated": part.designated, "handle_limit": part.handle_limit, "return_until": part.return_until,
        "signed_at": part.signed_at, "sign_late": part.sign_late, "first_contact_at": part.first_contact_at,
        "replied_at": part.replied_at, "exited_at": part.exited_at, "exit_reason": part.exit_reason,
        "extension_count": part.extension_count, "rework_no": part.rework_no,
    }  # fmt: skip
    if is_hotline(uow.actor) or part.unit_id in uow.actor.unit_ids:
        shown |= {
            "result": part.result, "public_reply": part.public_reply, "solved": _plain(part.solved),
            "unsolved_reason": part.unsolved_reason, "facts_true": part.facts_true, "beyond_duty": part.beyond_duty,
            "demands_answered": part.demands_answered, "reply_findings": part.reply_findings,
        }  # fmt: skip
    return shown


def deadline_views(uow: UnitOfWork, case: Case, clocks: Iterable[Deadline]) -> list[dict[str, Any]]:
    """Running and ended clocks, oldest first; a unit sees its own."""
    mine = {part.id for part in own_parts(uow.actor, case)}
    hotline = is_hotline(uow.actor)
    return [
        {
            "id": row.id,
            "clock": row.clock.value,
            "label": row.clock.label,
            "assignment_id": row.assignment_id,
            "state": row.state.value,
            "state_label": row.state.label,
            "limit": row.limit_text,
            "started_at": row.started_at,
            "due_at": row.due_at,
            "original_due_at": row.original_due_at,
            "ended_at": row.ended_at,
            "provisional": row.provisional,
            "light": deadlines.light(row, uow.now),
        }
        for row in clocks
        if hotline or row.assignment_id in mine
    ]


def attachments_of(uow: UnitOfWork, case: Case) -> list[Attachment]:
    """Files of the case that the actor may see."""
    return [row for row in case.attachments if may_see_attachment(uow, case, row)]


def attachment_views(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id, "kind": row.kind, "name": row.name, "media_type": row.media_type,
            "size_bytes": row.size_bytes, "assignment_id": row.assignment_id, "added_at": row.added_at,
        }
        for row in attachments_of(uow, case)
    ]  # fmt: skip


def may_see_attachment(uow: UnitOfWork, case: Case, row: Attachment) -> bool:
    """Files of the citizen can identify them: units do not see them in secret cases."""
    if is_hotline(uow.actor):
        return True
    if row.assignment_id is not None:
        return any(part.id == row.assignment_id for part in own_parts(uow.actor, case))
    return case.secrecy is Secrecy.OPEN


def order_views(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    if case.status is CaseStatus.DRAFT:
        return []
    rows = uow.session.scalars(
        select(SupervisionOrder).where(SupervisionOrder.case_id == case.id).order_by(SupervisionOrder.id)
    )
    hotline = is_hotline(uow.actor)
    return [
        {
            "id": row.id, "order_no": row.order_no, "kind": row.kind.value, "kind_label": row.kind.label,
            "state": row.state.value, "state_label": row.state.label, "unit_id": row.unit_id, "cause": row.cause,
            "demand": row.demand, "dated_at": row.dated_at, "answer": row.answer, "answered_at": row.answered_at,
            "level": row.level,
        }
        for row in rows
        if hotline or is_told(uow, row)
    ]  # fmt: skip


def is_told(uow: UnitOfWork, order: SupervisionOrder) -> bool:
    """Whether a document went to the actor's unit, alone or jointly."""
    mine = not uow.actor.unit_ids.isdisjoint((order.unit_id, *order.joint_unit_ids))
    return mine and order.kind.goes_to_unit


def explain_deadline(uow: UnitOfWork, deadline_id: int) -> dict[str, Any]:
    """The day-by-day explanation of a deadline in a case that the actor may see."""
    row = uow.session.get(Deadline, deadline_id)
    if row is None:
        raise NotFound()
    case_for(uow, row.case_id)
    return deadlines.explain(uow.session, row)


def note_sight(uow: UnitOfWork, case: Case) -> None:
    """One audit row per viewer and case in ten minutes."""
    seen = uow.session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.subject == f"case:{case.id}",
            AuditEntry.action == "view",
            AuditEntry.actor_id == uow.actor.user_id,
            AuditEntry.at > uow.now - SAME_SIGHT,
        )
        .limit(1)
    )
    if seen is None:
        uow.audit(f"case:{case.id}", "view", secrecy=case.secrecy.value)


def reveal(uow: UnitOfWork, case_id: int, *, field: str, reason: str) -> str:
    """One identity field or the query code in clear, for a reason that stays on record. The code is for the hotline,
    which tells it to callers without a mobile phone."""
    require(uow.actor, Permission.CASE_REVEAL)
    if field not in REVEALED:
        raise Invalid(fields=[{"field": "field", "reason": f"可选值：{'、'.join(REVEALED)}"}])
    if len(reason.strip()) < 2:
        raise Invalid(fields=[{"field": "reason", "reason": "请填写查看理由"}])
    case = case_for(uow, case_id)
    allowed = is_hotline(uow.actor) if field == QUERY_CODE else may_reveal(uow.actor, case)
    if not allowed:
        raise RevealRefused(secrecy=case.secrecy.label)
    uow.audit(f"case:{case.id}", "reveal", field=field, reason=reason.strip())
    if field == QUERY_CODE:
        return query_codes.code_of(uow.vault, case)
    return identity_of(uow, case).get(field, "")
