"""不计考核: cases that no unit is scored by, each with who asked, who decided and why (DOMAIN §4, §9).

One person asks with evidence, another decides. The ledger is open to every unit; what a secret case is about is not.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dispatch.models_case import Case
from dispatch.models_moves import Decision, ScoreExclusion
from dispatch.moves import Move
from hotline.accounts.models import Unit, User
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

PAGE = 50


def pending(session: Session, case_id: int) -> ScoreExclusion | None:
    return session.scalar(
        select(ScoreExclusion).where(
            ScoreExclusion.case_id == case_id, ScoreExclusion.decision == Decision.OPEN
        )
    )


def note(move: Move, reason: str) -> None:
    """A case whose end itself takes it out of the score; who ended it has decided it."""
    case, lead = move.case, move.case.lead()
    case.excluded_from_score, case.exclusion_reason = True, reason
    move.uow.session.add(
        ScoreExclusion(
            case_id=case.id,
            unit_id=lead.unit_id if lead else None,
            reason=reason,
            attachment_ids=list(move.details.get("attachment_ids", ())),
            asked_at=move.at,
            decision=Decision.GRANTED,
            decided_at=move.at,
            decided_by_id=move.uow.actor.user_id,
        )
    )


def undo(move: Move) -> None:
    """A reopened case counts again."""
    move.case.excluded_from_score, move.case.exclusion_reason = False, None
    granted = (ScoreExclusion.case_id == move.case.id) & (ScoreExclusion.decision == Decision.GRANTED)
    for row in move.uow.session.scalars(select(ScoreExclusion).where(granted)):
        row.decision = Decision.DROPPED


def ledger(uow: UnitOfWork, cursor: int | None = None) -> list[dict[str, Any]]:
    """At most `PAGE` + 1 rows below the id `cursor`, the latest first."""
    require(uow.actor, Permission.SUPERVISION_SEE)
    asker, judge = aliased(User), aliased(User)
    query = (
        select(
            ScoreExclusion, Case.case_no, Unit.short_name.label("unit"), asker.name.label("asked_by"),
            judge.name.label("decided_by"),
        )
        .join(Case, Case.id == ScoreExclusion.case_id)
        .outerjoin(Unit, Unit.id == ScoreExclusion.unit_id)
        .outerjoin(asker, asker.id == ScoreExclusion.asked_by_id)
        .outerjoin(judge, judge.id == ScoreExclusion.decided_by_id)
        .order_by(ScoreExclusion.id.desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    if cursor:
        query = query.where(ScoreExclusion.id < cursor)
    return [
        {
            "id": row.ScoreExclusion.id,
            "case_no": row.case_no,
            "unit": row.unit,
            "reason": row.ScoreExclusion.reason,
            "asked_at": row.ScoreExclusion.asked_at,
            "asked_by": row.asked_by,
            "decision": row.ScoreExclusion.decision.value,
            "decision_label": row.ScoreExclusion.decision.label,
            "decided_at": row.ScoreExclusion.decided_at,
            "decided_by": row.decided_by,
        }
        for row in uow.session.execute(query)
    ]
