"""What practice proposes for the routing catalogue: a person approves or refuses each row, with a reason."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field
from sqlalchemy import select

from dispatch import routing
from dispatch.models_case import Case
from dispatch.models_catalogue import RoutingProposal
from hotline.accounts.models import Unit
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from web.api.case_view import area_names, category_names
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("routing", "派单目录")
EDIT = Permission.ROUTING_EDIT


class ProposalOut(Outgoing):
    id: int
    case_id: int
    case_no: str | None
    category_code: str
    category: str | None
    area: str | None
    from_unit: str | None
    to_unit: str
    reason: str
    evidence: dict[str, Any]
    proposed_at: datetime
    decided_at: datetime | None
    approved: bool | None
    decision: str | None
    routing_row_id: int | None


class Proposals(Outgoing):
    items: list[ProposalOut]


class ProposalPath(Incoming):
    proposal_id: Id


class DecisionIn(Incoming):
    approve: bool
    reason: str = Field(min_length=2, max_length=500)
    law: str | None = Field(None, max_length=200, description="legal basis of the new row")


@bp.get("/routing/proposals", responses={200: Proposals})
@opens_to(EDIT)
def proposals() -> Response:
    """Proposed rows that nobody has decided on, oldest first."""
    with open_uow() as uow:
        return reply(Proposals(items=_out(uow, list(routing.open_proposals(uow)))))


@bp.post("/routing/proposals/<int:proposal_id>/decide", responses={200: ProposalOut})
@opens_to(EDIT)
def decide(path: ProposalPath, body: DecisionIn) -> Response:
    """An approved row is in force from tomorrow on."""
    with open_uow() as uow:
        row = routing.decide_proposal(
            uow, path.proposal_id, approve=body.approve, reason=body.reason, law=body.law
        )
        return reply(_out(uow, [row])[0])


def _out(uow: UnitOfWork, rows: list[RoutingProposal]) -> list[ProposalOut]:
    categories = category_names(uow, (row.category_code for row in rows))
    areas = area_names(uow, (row.area_code for row in rows))
    codes = {code for row in rows for code in (row.from_unit, row.to_unit)}
    units = {
        unit.code: unit.short_name for unit in uow.session.scalars(select(Unit).where(Unit.code.in_(codes)))
    }
    numbers = {
        case.id: case.case_no
        for case in uow.session.execute(
            select(Case.id, Case.case_no).where(Case.id.in_({row.case_id for row in rows}))
        )
    }
    return [
        ProposalOut(
            **{
                name: getattr(row, name)
                for name in ProposalOut.model_fields
                if hasattr(row, name) and name not in ("from_unit", "to_unit")
            },
            case_no=numbers.get(row.case_id),
            category=categories.get(row.category_code),
            area=areas.get(row.area_code),
            from_unit=units.get(row.from_unit or ""),
            to_unit=units.get(row.to_unit, row.to_unit),
        )
        for row in rows
    ]
