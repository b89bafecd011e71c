"""Cases about the same matter, from the near-duplicate index of this process; who may see what is asked of PostgreSQL.

Whoever may not search cases sees only one line of open ones, which is what recognising a duplicate needs. Nothing is
merged here.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dispatch import access
from dispatch.models import Case
from dispatch.status import CaseStatus, Secrecy
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.desk import duplicates
from hotline.desk.models import CaseSketch

CANDIDATES = 40
SHOWN = 5
BAR = 0.3


@dataclass(frozen=True, kw_only=True)
class Alike:
    """`score` 0–1: the share of telling words in common; `same_event`: the watch put both into one event."""

    id: int
    case_no: str
    title: str
    status_label: str
    created_at: datetime
    score: float
    same_event: bool = False


def to_case(uow: UnitOfWork, case: Case) -> list[Alike]:
    event = uow.session.scalar(select(CaseSketch.event_key).where(CaseSketch.case_id == case.id))
    return _alike(uow, case.title, case.facts, leave_out=case.id, event=event)


def to_text(uow: UnitOfWork, title: str, text: str) -> list[Alike]:
    return _alike(uow, title, text)


def _alike(
    uow: UnitOfWork, title: str, text: str, leave_out: int | None = None, event: int | None = None
) -> list[Alike]:
    """The most alike first; cases of the same event before all others."""
    found = duplicates.index(uow).query(title, text, limit=CANDIDATES, floor=BAR)
    scores = {match.case_id: match.score for match in found if match.case_id != leave_out}
    if not scores:
        return []
    visible = access.scope(uow) if uow.actor.may(Permission.CASE_SEARCH) else Case.secrecy == Secrecy.OPEN
    rows = uow.session.execute(
        select(Case.id, Case.case_no, Case.title, Case.status, Case.created_at, CaseSketch.event_key)
        .join(CaseSketch, CaseSketch.case_id == Case.id)
        .where(Case.id.in_(scores), visible, Case.status != CaseStatus.DRAFT)
    ).all()
    ranked = sorted(rows, key=lambda row: (row.event_key != event, -scores[row.id], -row.id))
    return [
        Alike(
            id=row.id,
            case_no=row.case_no,
            title=row.title,
            status_label=row.status.label,
            created_at=row.created_at,
            score=round(scores[row.id], 2),
            same_event=row.event_key == event,
        )
        for row in ranked[:SHOWN]
    ]
