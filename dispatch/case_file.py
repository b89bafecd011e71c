"""What hangs on a case beside its columns: requests with their decisions, opinions, contacts, notes, cards, instructions,
followers, follow-up answers. Hotline staff see all of it, a unit what concerns its own parts.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from dispatch import followup, merging
from dispatch.access import is_hotline, knows_only_order, own_parts
from dispatch.models_case import Case, ContactRecord, ProgressNote
from dispatch.models_moves import Dispute, Extension, Opinion, ReturnRequest, ScoreExclusion, Suspension
from dispatch.models_supervision import Card, Instruction, Urge
from hotline.core.uow import UnitOfWork


def file_of(uow: UnitOfWork, case: Case) -> dict[str, Any]:
    """Lists by name, oldest first; empty for a unit that only has a supervision order in the case."""
    if knows_only_order(uow, case):
        return {}
    parts = {part.id for part in own_parts(uow.actor, case)}
    hotline = is_hotline(uow.actor)

    def concerns(row: Any) -> bool:
        return getattr(row, "assignment_id", None) in parts or (
            isinstance(row, ScoreExclusion) and bool(parts)
        )

    def rows(model: Any) -> list[dict[str, Any]]:
        found = uow.session.scalars(select(model).where(model.case_id == case.id).order_by(model.id))
        return [_plain(row) for row in found if hotline or concerns(row)]

    shown: dict[str, Any] = {
        "returns": rows(ReturnRequest),
        "extensions": rows(Extension),
        "suspensions": rows(Suspension),
        "contacts": rows(ContactRecord),
        "notes": rows(ProgressNote),
        "cards": rows(Card),
        "disputes": _disputes(uow, case),
        "exclusions": rows(ScoreExclusion),
    }
    if hotline:
        shown |= {
            "urges": rows(Urge),
            "instructions": rows(Instruction),
            "follow_ups": followup.history(uow.session, case.id),
            "follow_up_plan": followup.PLAN_LABELS[followup.plan(uow.session, case)],
            "followers": [
                {"id": other.id, "case_no": other.case_no, "title": other.title}
                for other in merging.followers(uow.session, case.id)
            ],
        }
    return shown


def _disputes(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    """The dispute room: every party reads every opinion; who is no party reads none."""
    disputes = uow.session.scalars(select(Dispute).where(Dispute.case_id == case.id).order_by(Dispute.id))
    hotline = is_hotline(uow.actor)
    return [
        _plain(dispute) | {"opinions": _opinions(uow, dispute.id)}
        for dispute in disputes
        if hotline or not uow.actor.unit_ids.isdisjoint(dispute.unit_ids)
    ]


def _opinions(uow: UnitOfWork, dispute_id: int) -> list[dict[str, Any]]:
    rows: Iterable[Opinion] = uow.session.scalars(
        select(Opinion).where(Opinion.dispute_id == dispute_id).order_by(Opinion.id)
    )
    return [_plain(row) for row in rows]


def _plain(row: Any) -> dict[str, Any]:
    """A row as data; words with their labels beside them."""
    shown: dict[str, Any] = {}
    for column in row.__table__.columns:
        value = getattr(row, column.key)
        shown[column.key] = getattr(value, "value", value)
        if hasattr(value, "label"):
            shown[f"{column.key}_label"] = value.label
    return shown
