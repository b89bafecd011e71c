"""How far people follow the suggestions: per field, per unit, per kind of reason, per week; and why units gave cases back.

Counted by PostgreSQL over the proposal that each case keeps beside what people decided. Called by the web edge.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from classifier.service import GROUNDS
from dispatch.forms import RETURN_REASONS
from dispatch.models import Assignment, Case, Decision, ReturnRequest
from dispatch.status import AssignmentStatus, CaseStatus, UnitRole
from hotline.accounts.models import Unit

FIELDS = {"case_type": "类型", "category": "分类", "unit": "承办单位", "urgency": "紧急程度"}
_DECIDED: dict[str, Any] = {
    "case_type": Case.case_type,
    "category": Case.category_code,
    "unit": Unit.code,
    "urgency": Case.urgency,
}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """`first` took the best proposal, `among` one of those shown; `key` is the field, unit, ground or week."""

    field: str
    key: str
    label: str
    proposed: int
    first: int
    among: int


@dataclass(frozen=True, kw_only=True)
class Returned:
    """Upheld returns to one reason class; `errors` of them were wrong dispatches."""

    reason_class: str
    label: str
    count: int
    errors: int


def by_field(session: Session, since: datetime) -> list[Agreement]:
    return [row for field in FIELDS for row in _counted(session, field, since)]


def by_unit(session: Session, since: datetime) -> list[Agreement]:
    """Units that people decided for, the one least followed first."""
    query = _query("unit", since, Unit.code, Unit.name).group_by(Unit.code, Unit.name)
    rows = [
        Agreement(field="unit", key=code, label=name, proposed=n, first=first, among=among)
        for code, name, n, first, among in session.execute(query)
    ]
    return sorted(rows, key=lambda row: (row.first / row.proposed, row.key))


def by_ground(session: Session, since: datetime) -> list[Agreement]:
    """What the first proposal of class and unit rested on."""
    out = []
    for field in ("category", "unit"):
        grounds = func.jsonb_array_elements_text(Case.suggestion["grounds"][field]).table_valued("value")
        query = (
            _query(field, since, grounds.c.value)
            .join(grounds, true())
            .where(Case.suggestion["grounds"].has_key(field))
            .group_by(grounds.c.value)
        )
        out += [
            Agreement(
                field=field,
                key=ground,
                label=GROUNDS.get(ground, ground),
                proposed=n,
                first=first,
                among=among,
            )
            for ground, n, first, among in session.execute(query.order_by(grounds.c.value))
        ]
    return out


def by_week(session: Session, since: datetime) -> list[Agreement]:
    """The course of agreement about class and unit; a falling line means that the model has grown old."""
    out = []
    for field in ("category", "unit"):
        week = func.to_char(func.timezone("Asia/Shanghai", Case.created_at), "IYYY-IW")
        query = _query(field, since, week).group_by(week).order_by(week)
        out += [
            Agreement(field=field, key=key, label=key, proposed=n, first=first, among=among)
            for key, n, first, among in session.execute(query)
        ]
    return out


def returns(session: Session, since: datetime) -> list[Returned]:
    """Reasons of upheld returns: what the dispatches got wrong."""
    wrong = func.count().filter(ReturnRequest.dispatch_error)
    rows = session.execute(
        select(ReturnRequest.reason_class, func.count(), wrong)
        .where(ReturnRequest.decision == Decision.GRANTED, ReturnRequest.decided_at >= since)
        .group_by(ReturnRequest.reason_class)
        .order_by(func.count().desc())
    )
    return [
        Returned(reason_class=kind, label=RETURN_REASONS.get(kind, kind), count=n, errors=errors)
        for kind, n, errors in rows
    ]


def _counted(session: Session, field: str, since: datetime) -> list[Agreement]:
    n, first, among = session.execute(_query(field, since)).one()
    if not n:
        return []
    return [Agreement(field=field, key=field, label=FIELDS[field], proposed=n, first=first, among=among)]


def _query(field: str, since: datetime, *keys: Any) -> Select[Any]:
    """Cases with a proposal and a decision: how many, how many took the first, how many one of those shown."""
    shown, decided = Case.suggestion[field], _DECIDED[field]
    took = cast(func.jsonb_build_array(func.jsonb_build_array(decided)), JSONB)
    query = select(
        *keys,
        func.count(),
        func.count().filter(shown[0][0].astext == decided),
        func.count().filter(shown.op("@>")(took)),
    ).select_from(Case)
    if field == "unit":
        lead = and_(
            Assignment.case_id == Case.id,
            Assignment.role == UnitRole.LEAD,
            Assignment.status != AssignmentStatus.EXITED,
        )
        query = query.join(Assignment, lead).join(Unit, Unit.id == Assignment.unit_id)
    length = case((func.jsonb_typeof(shown) == "array", func.jsonb_array_length(shown)), else_=0)
    return query.where(
        Case.created_at >= since,
        Case.status != CaseStatus.DRAFT,
        Case.suggestion.is_not(None),
        decided.is_not(None),
        length > 0,
    )
