"""Cases about the same matter: candidates by their words from the index, ranked by how alike the texts are.

Whoever may not search cases sees only one line of open ones, which is what recognising a duplicate needs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from dispatch import access, search
from dispatch.models import Case
from dispatch.status import CaseStatus, Secrecy
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork

DAYS = 180
CANDIDATES = 60
SHOWN = 5
BAR = 0.35
COMPARED = 400
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
    asked = _pairs(text)
    scored = [(_overlap(asked, _pairs(f"{row.title} {row.facts}")), row) for row in rows]
    alike = sorted((one for one in scored if one[0] >= BAR), key=lambda one: (-one[0], -one[1].id))
    return [
        Alike(
            id=row.id,
            case_no=row.case_no,
            title=row.title,
            status_label=row.status.label,
            created_at=row.created_at,
            score=round(score, 2),
        )
        for score, row in alike[:SHOWN]
    ]


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring characters: a measure that needs no words and forgives their order."""
    letters = "".join(letter for letter in text[:COMPARED] if letter.isalnum())
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the shorter text that is in the longer one."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _telling_words(text: str) -> list[str]:
    """The longest words: they are the rarest, and the index has few rows for them."""
    words = dict.fromkeys(word for word in search.words_of(text[:2000]) if len(word) > 1 and word.isalnum())
    return sorted(words, key=len, reverse=True)[:QUERY_WORDS]
