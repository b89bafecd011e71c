"""What the classifier is taught: the city's lists, its cases and what returns say about them, as plain data.

The classifier knows no database; this module reads it for `classifier.train` and for the desk. Identity data and
strictly confidential reports never leave their case.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import Executable, Select, column, func, or_, select, table
from sqlalchemy.orm import Session

from classifier.catalogue import Area, Catalogue, Correction, Example, RoutingRow, Unit
from classifier.taxonomy import Category, Taxonomy
from dispatch import models as cases
from dispatch.models import Assignment, Case, Decision, ReturnRequest
from dispatch.status import DONE, AssignmentStatus, CaseStatus, Secrecy, UnitRole
from hotline.accounts import models as accounts
from hotline.core.clock import local_instant

HOTLINE_KINDS = ("centre",)
TEACHES_MOST = 3.0
"""Weight of a case whose unit was found by an upheld return or a designation."""
LEARNT_FROM = timedelta(days=90)
UPHELD = (Decision.GRANTED, Decision.DISPUTED)
RETURNS_WATCHED = 1000
STAYED = (AssignmentStatus.HANDLING, AssignmentStatus.SUSPENDED, AssignmentStatus.REPLIED)


def catalogue(session: Session, today: date) -> Catalogue:
    """Class tree, units, areas, routing rows in force and township duties of this house."""
    units = session.scalars(select(accounts.Unit)).all()
    codes = {unit.id: unit.code for unit in units}
    areas = session.scalars(select(accounts.Area)).all()
    area_of = {area.unit_id: area.code for area in areas if area.unit_id is not None}
    return Catalogue(
        taxonomy=Taxonomy(_categories(session)),
        units={
            unit.code: Unit(
                unit.code, unit.name, unit.short_name, unit.kind, unit.duties, area_of.get(unit.id, "")
            )
            for unit in units
            if unit.closed_on is None and unit.kind not in HOTLINE_KINDS
        },
        areas=tuple(
            Area(area.code, area.name, area.level, area.parent_code or "", tuple(area.aliases))
            for area in areas
        ),
        routing=tuple(_routing(session, today)),
        township_may_handle={
            duty.category_code: duty.township_may_handle
            for duty in session.scalars(select(cases.TownshipDuty))
        },
        succeeded_by={
            unit.code: (codes[unit.successor_id],) for unit in units if unit.closed_on and unit.successor_id
        },
        corrections=tuple(_corrections(session, local_instant(today - LEARNT_FROM), codes)),
        terms=tuple(_terms(session)),
    )


def _terms(session: Session) -> list[str]:
    """Keywords of what the knowledge base says today; its tables belong to a sibling, so they are named, not imported."""
    articles = table("knowledge_article", column("keywords"), column("version"), column("withdrawn_at"))
    said = select(func.unnest(articles.c.keywords).label("word")).where(
        articles.c.version > 0, articles.c.withdrawn_at.is_(None)
    )
    return sorted(set(session.scalars(said)))


def _corrections(session: Session, since: datetime, codes: dict[int, str]) -> Iterator[Correction]:
    """Where upheld returns and designations took cases to: the strongest teachers, heard at once (DOMAIN §1.4)."""
    moved: dict[tuple[str, int, int], int] = {}
    first: dict[tuple[str, int], datetime] = {}
    for request, case in session.execute(
        select(ReturnRequest, Case)
        .join(Case, Case.id == ReturnRequest.case_id)
        .where(
            ReturnRequest.decision.in_(UPHELD),
            ReturnRequest.decided_at >= since,
            Case.category_code.is_not(None),
        )
        .order_by(ReturnRequest.decided_at)
    ):
        lead = case.lead()
        heir = lead.unit_id if lead else request.suggested_unit_id
        if heir is None or heir == request.unit_id:
            continue
        key = (case.category_code or "", request.unit_id)
        first.setdefault(key, request.decided_at or since)
        moved[(*key, heir)] = moved.get((*key, heir), 0) + 1
    kept = {key: _kept(session, *key, at) for key, at in first.items()}
    for (category, unit, heir), count in moved.items():
        yield Correction(category, codes[unit], codes[heir], count, kept[category, unit])


def corrections_version() -> Executable:
    """Changes with every decided return and with what was dispatched after it, among the latest returns."""
    latest = select(ReturnRequest).order_by(ReturnRequest.id.desc()).limit(RETURNS_WATCHED).subquery()
    return (
        select(func.count(latest.c.decided_at), func.max(latest.c.decided_at), func.max(Assignment.id))
        .select_from(latest)
        .join(Assignment, Assignment.case_id == latest.c.case_id)
    )


def _kept(session: Session, category: str, unit_id: int, since: datetime) -> int:
    """Cases of a class that the unit took and did not give back."""
    stayed = (
        select(func.count())
        .select_from(Assignment)
        .join(Case, Case.id == Assignment.case_id)
        .where(
            Case.category_code == category,
            Assignment.unit_id == unit_id,
            Assignment.role == UnitRole.LEAD,
            Assignment.status.in_(STAYED),
            Assignment.dispatched_at >= since,
        )
    )
    return session.scalar(stayed) or 0


def _categories(session: Session) -> Iterator[Category]:
    rows = session.scalars(select(cases.Category).where(cases.Category.active).order_by(cases.Category.code))
    for row in rows:
        yield Category(
            row.code,
            row.name,
            row.parent_code or "",
            row.level,
            tuple(row.keywords),
            row.default_urgency.value,
            tuple(row.case_types),
        )


def _routing(session: Session, today: date) -> Iterator[RoutingRow]:
    table = cases.RoutingRow
    in_force = select(table).where(
        table.valid_from <= today, or_(table.valid_until.is_(None), table.valid_until > today)
    )
    for row in session.scalars(in_force.order_by(table.id)):
        yield RoutingRow(
            row.row_no,
            row.category_code,
            row.lead_unit,
            row.place_level_rule or "",
            row.object_rule or "",
            tuple(row.co_units),
            row.law or "",
            row.article or "",
            row.law_status,
        )


def examples(session: Session, limit: int = 50_000) -> list[Example]:
    """The newest finished cases with the decisions of people, oldest first."""
    codes = _unit_codes(session)
    rows = session.scalars(_taught().order_by(Case.id.desc()).limit(limit)).all()
    return [_example(case, codes) for case in reversed(rows)]


def _unit_codes(session: Session) -> dict[int, str]:
    rows = session.execute(select(accounts.Unit.id, accounts.Unit.code))
    return {unit_id: code for unit_id, code in rows}


def _taught() -> Select[Case]:
    finished = [status for status in DONE if status is not CaseStatus.CANCELLED]
    return select(Case).where(
        Case.status.in_(finished), Case.category_code.is_not(None), Case.secrecy != Secrecy.STRICT
    )


def _example(case: Case, codes: dict[int, str]) -> Example:
    lead = case.lead()
    hard_won = case.return_count > 0 or (lead is not None and lead.designated)
    return Example(
        text=f"{case.facts}\n{case.demand}",
        title=case.title,
        case_type=case.case_type.value if case.case_type else "",
        category_code=case.category_code or "",
        unit_code=codes[lead.unit_id] if lead else "",
        urgency=case.urgency.value,
        place=case.address,
        case_id=str(case.id),
        weight=TEACHES_MOST if hard_won else 1.0,
    )
