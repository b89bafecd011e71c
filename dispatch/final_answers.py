"""Matters at the end of their road: a final reply, or a demand found unreasonable while that holds (DOMAIN §1.6).

A repeat of such a matter by the same citizen is explained with what was answered before, not dispatched and not
scored; a new fact goes the way of any case.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from dispatch.models_case import Case, CaseEvent

FINAL_REPLY = "最终答复"
UNREASONABLE = "无理诉求"
EXPLAINED = "重复诉求，以原答复解释"
_PERSON = (Case.caller_no_hash, Case.contact_no_hash, Case.id_no_hash)
_ANSWERS = ("final_reply", "grant_unreasonable")


def standing(session: Session, case: Case, now: datetime) -> Case | None:
    """The case whose answer still stands for this one: named as its earlier case, or of the same citizen, class and
    place; the latest of them."""
    same = _same_matter(case)
    if case.old_case_id is not None:
        same = or_(same, Case.id == case.old_case_id) if same is not None else Case.id == case.old_case_id
    if same is None:
        return None
    in_force = or_(Case.final_reply_at.is_not(None), Case.unreasonable_until > now)
    return session.scalar(
        select(Case).where(same, in_force, Case.id != case.id).order_by(Case.id.desc()).limit(1)
    )


def _same_matter(case: Case) -> ColumnElement[bool] | None:
    known = {case.caller_no_hash, case.contact_no_hash, case.id_no_hash} - {None}
    if not known or not case.category_code or not case.area_code:
        return None
    same_citizen = or_(*(column.in_(known) for column in _PERSON))
    return same_citizen & (Case.category_code == case.category_code) & (Case.area_code == case.area_code)


def evidence(session: Session, case: Case) -> list[int]:
    """Ids of the files that the answer of a closed case rests on."""
    details: dict[str, Any] | None = session.scalar(
        select(CaseEvent.details)
        .where(CaseEvent.case_id == case.id, CaseEvent.action.in_((*_ANSWERS, "claim_unreasonable")))
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    return list((details or {}).get("attachment_ids", ()))
