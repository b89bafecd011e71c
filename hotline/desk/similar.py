"""Cases about the same matter: candidates by their words from the index, ranked by how alike the texts are.

Whoever may not search cases sees only one line of open ones, which is what recognising a duplicate needs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz, process
from sqlalchemy import func, select

from dispatch import access, search
from dispatch.models import Case
from dispatch.status import CaseStatus, Secrecy
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork

DAYS = 180
CANDIDATES = 60
SHOWN = 5
BAR = 55
QUERY_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Alike:
    """`score` 0–1."""

    id: int
    case_no: str
    title: str
    status_label: str
    created_at: datetime
    score: float


def to_case(uow: UnitOfWork, case: Case) -> list[Alike]:
    return to_text(uow, f"{case.title} {case.facts}", leave_out=case.id)


def to_text(uow: UnitOfWork, text: str, *, leave_out: int | None = None) -> list[Alike]:
    """The most alike cases of the last half year."""
    words = _telling_words(text)
    if not words:
        return []
    wanted = func.to_tsquery("simple", " | ".join(words))
    visible = access.scope(uow) if uow.actor.may(Permission.CASE_SEARCH) else Case.secrecy == Secrecy.OPEN
    rows = uow.session.execute(
        select(Case.id, Case.case_no, Case.title, Case.facts, Case.status, Case.created_at)
        .where(
            Case.search.op("@@")(wanted),
            visible,
            Case.status != CaseStatus.DRAFT,
            Case.created_at > uow.now - timedelta(days=DAYS),
            Case.id != (leave_out or 0),
        )
        .order_by(func.ts_rank(Case.search, wanted).desc(), Case.id.desc())
        .limit(CANDIDATES)
    ).all()
    ranked = process.extract(
        text,
        [f"{row.title} {row.facts}"[:2000] for row in rows],
        scorer=fuzz.token_set_ratio,
        processor=lambda value: " ".join(search.words_of(value)),
        score_cutoff=BAR,
        limit=SHOWN,
    )
    return [
        Alike(
            id=rows[index].id,
            case_no=rows[index].case_no,
            title=rows[index].title,
            status_label=rows[index].status.label,
            created_at=rows[index].created_at,
            score=round(score / 100, 2),
        )
        for _, score, index in ranked
    ]


def _telling_words(text: str) -> list[str]:
    """The longest words: they are the rarest, and the index has few rows for them."""
    words = dict.fromkeys(word for word in search.words_of(text[:2000]) if len(word) > 1 and word.isalnum())
    return sorted(words, key=len, reverse=True)[:QUERY_WORDS]
