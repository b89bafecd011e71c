"""The routing catalogue (派单目录): who is responsible for a category at a place, by which law, and what townships may
not be given. Rows are never changed: a new row replaces an old one from a date on; practice proposes, a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.limit_rules import category_line
from dispatch.models_case import Case
from dispatch.models_catalogue import RoutingProposal, RoutingRow, TownshipDuty
from hotline.accounts.models import Area, Unit
from hotline.accounts.units import township_of, unit_by_code
from hotline.core.clock import local_date
from hotline.core.errors import Conflict, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

TOWNSHIP = "@township"
CERTAIN = "确定"


class ProposalDecided(Conflict):
    code, text = "routing.proposal_decided", "此条目录建议已处理"


@dataclass(frozen=True)
class Route:
    """One catalogue row with its lead unit found for the place."""

    row: RoutingRow
    lead: Unit
    co_units: tuple[Unit, ...]

    def as_data(self) -> dict[str, Any]:
        row = self.row
        return {
            "routing_row_id": row.id,
            "lead_unit_id": self.lead.id,
            "lead_unit_name": self.lead.short_name,
            "co_units": [{"id": unit.id, "name": unit.short_name} for unit in self.co_units],
            "law": row.law,
            "article": row.article,
            "law_status": row.law_status,
            "object_rule": row.object_rule,
            "note": row.note,
        }


def in_force(on: date) -> Any:
    """SQL condition: the row is valid on a date."""
    return (RoutingRow.valid_from <= on) & or_(RoutingRow.valid_until.is_(None), RoutingRow.valid_until >= on)


def routes_for(session: Session, case: Case, on: date) -> list[Route]:
    """Rows for the case's category, the nearest category first, each with its unit at the case's place."""
    line = category_line(case.category_code)
    if not line:
        return []
    rows = session.scalars(
        select(RoutingRow).where(RoutingRow.category_code.in_(line), in_force(on)).order_by(RoutingRow.id)
    ).all()
    ranked = sorted(rows, key=lambda row: _rank(row, case))
    return [
        route
        for row in ranked
        if _place_fits(session, row, case)
        for route in [_route(session, row, case)]
        if route is not None
    ]


def _rank(row: RoutingRow, case: Case) -> tuple[int, bool, bool, bool, int]:
    """The nearest category first; in it the row for the named object, the row for the place, the general one."""
    fits = _object_fits(row, case)
    for_others = bool(row.object_rule) and not fits
    return -len(row.category_code), not fits, for_others, not row.place_level_rule, row.id


def _object_fits(row: RoutingRow, case: Case) -> bool:
    """A row for certain objects (`村|社区物业|安置区`) fits where the text names one; others always fit, but later."""
    text = f"{case.title}{case.facts}{case.address}"
    return bool(row.object_rule) and any(word in text for word in str(row.object_rule).split("|"))


def _place_fits(session: Session, row: RoutingRow, case: Case) -> bool:
    """`town` rows are for villages and towns, not for the streets of the city proper."""
    if not row.place_level_rule:
        return True
    area = session.get(Area, case.area_code) if case.area_code else None
    township = township_of(session, case.area_code) if case.area_code else None
    if row.place_level_rule == "town":
        return township is not None and not township.name.endswith("街道办事处")
    return area is not None and area.level == row.place_level_rule


def _route(session: Session, row: RoutingRow, case: Case) -> Route | None:
    lead = _unit(session, row.lead_unit, case)
    if lead is None or lead.closed_on is not None:
        return None
    helpers = (_unit(session, code, case) for code in row.co_units)
    return Route(row, lead, tuple(unit for unit in helpers if unit is not None and unit.id != lead.id))


def _unit(session: Session, code: str, case: Case) -> Unit | None:
    if code == TOWNSHIP:
        return township_of(session, case.area_code) if case.area_code else None
    return session.scalar(select(Unit).where(Unit.code == code))


def township_may_handle(session: Session, category_code: str | None) -> bool:
    """Whether the duty list lets the grass roots have the category; what it does not name they may not be given."""
    line = category_line(category_code)
    duties = {
        duty.category_code: duty.township_may_handle
        for duty in session.scalars(select(TownshipDuty).where(TownshipDuty.category_code.in_(line)))
    }
    return next((duties[code] for code in line if code in duties), False)


def propose(
    uow: UnitOfWork,
    case: Case,
    *,
    from_unit_id: int | None,
    to_unit_id: int,
    reason: str,
    evidence: dict[str, Any],
) -> RoutingProposal | None:
    """What an upheld return or a designation teaches: a row that a person approves (§1.4)."""
    if not case.category_code:
        return None
    to_unit = uow.session.get_one(Unit, to_unit_id)
    from_unit = uow.session.get(Unit, from_unit_id) if from_unit_id else None
    proposal = RoutingProposal(
        case_id=case.id,
        category_code=case.category_code,
        area_code=case.area_code,
        from_unit=from_unit.code if from_unit else None,
        to_unit=to_unit.code,
        reason=reason,
        evidence=evidence,
        proposed_at=uow.now,
    )
    uow.session.add(proposal)
    return proposal


def open_proposals(uow: UnitOfWork) -> Sequence[RoutingProposal]:
    require(uow.actor, Permission.ROUTING_EDIT)
    return uow.session.scalars(
        select(RoutingProposal).where(RoutingProposal.decided_at.is_(None)).order_by(RoutingProposal.id)
    ).all()


def decide_proposal(
    uow: UnitOfWork, proposal_id: int, *, approve: bool, reason: str, law: str | None = None
) -> RoutingProposal:
    """Approve a proposed row (it replaces the category's row of the old unit from tomorrow on) or refuse it."""
    require(uow.actor, Permission.ROUTING_EDIT)
    proposal = uow.session.get(RoutingProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise NotFound()
    if proposal.decided_at is not None:
        raise ProposalDecided()
    proposal.decided_at, proposal.decided_by_id = uow.now, uow.actor.user_id
    proposal.approved, proposal.decision = approve, reason
    if approve:
        proposal.routing_row_id = _replace_row(uow, proposal, law).id
    uow.audit(
        f"routing:{proposal.category_code}", "decide_proposal", proposal_id=proposal.id, approved=approve
    )
    return proposal


def _replace_row(uow: UnitOfWork, proposal: RoutingProposal, law: str | None) -> RoutingRow:
    unit_by_code(uow.session, proposal.to_unit)
    today = local_date(uow.now)
    old_rows = uow.session.scalars(
        select(RoutingRow).where(
            RoutingRow.category_code == proposal.category_code,
            RoutingRow.lead_unit == proposal.from_unit,
            in_force(today),
        )
    ).all()
    for old in old_rows:
        old.valid_until = today
    row = RoutingRow(
        row_no=f"R{proposal.id}",
        category_code=proposal.category_code,
        place_level_rule=None,
        object_rule=None,
        lead_unit=proposal.to_unit,
        co_units=[],
        law=law,
        law_status="待核实",
        note=proposal.reason,
        valid_from=today + timedelta(days=1),
        source="退单或协调结果",
    )
    uow.session.add(row)
    uow.session.flush()  # the proposal keeps the id of its row
    return row
