"""Lists of supervision: documents that went out to units and leaders' instructions, page by page, the latest first.

Hotline staff see all of them, a unit those to itself and the units below it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from dispatch.access import is_hotline, ordered_to
from dispatch.models_case import Case
from dispatch.models_clock import Deadline
from dispatch.models_supervision import DocumentKind, Instruction, OrderState, SupervisionOrder
from dispatch.status import ClockName, DeadlineState, Secrecy
from dispatch.supervision import OPEN_ORDERS
from hotline.accounts.models import Unit
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

PAGE = 50
HIDDEN_TITLE = "（内容保密）"
_OF_CASE = (Case.case_no, Case.title, Case.secrecy, Case.is_conduct)


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """`waits`: only documents that still wait for an answer or for the hotline's word on it."""

    kind: DocumentKind | None = None
    state: OrderState | None = None
    unit_id: int | None = None
    waits: bool = False


def orders(uow: UnitOfWork, wanted: OrderFilter, cursor: int | None = None) -> list[dict[str, Any]]:
    """At most `PAGE` + 1 rows below the id `cursor`; the last tells that there are more."""
    require(uow.actor, Permission.SUPERVISION_SEE)
    query = (
        select(SupervisionOrder, *_OF_CASE, Unit.short_name.label("unit"), Deadline.due_at)
        .join(Case, Case.id == SupervisionOrder.case_id)
        .join(Unit, Unit.id == SupervisionOrder.unit_id)
        .outerjoin(
            Deadline,
            (Deadline.case_id == SupervisionOrder.case_id)
            & (Deadline.subject_id == SupervisionOrder.id)
            & (Deadline.clock == ClockName.SUPERVISION)
            & (Deadline.state == DeadlineState.RUNNING),
        )
        .order_by(SupervisionOrder.id.desc())
        .limit(PAGE + 1)
    )
    if not is_hotline(uow.actor):
        query = query.where(ordered_to(uow.actor))
    if cursor:
        query = query.where(SupervisionOrder.id < cursor)
    for column, value in (
        (SupervisionOrder.kind, wanted.kind),
        (SupervisionOrder.state, wanted.state),
        (SupervisionOrder.unit_id, wanted.unit_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.waits:
        query = query.where(SupervisionOrder.state.in_(OPEN_ORDERS))
    return [_order(uow, row) for row in uow.session.execute(query)]


def _order(uow: UnitOfWork, row: Any) -> dict[str, Any]:
    """A unit that is complained about must not learn from a list what was said of it."""
    order = row.SupervisionOrder
    told = is_hotline(uow.actor) or not (row.is_conduct or row.secrecy is not Secrecy.OPEN)
    return {
        "id": order.id,
        "order_no": order.order_no,
        "kind": order.kind.value,
        "kind_label": order.kind.label,
        "state": order.state.value,
        "state_label": order.state.label,
        "case_id": order.case_id,
        "case_no": row.case_no,
        "title": row.title if told else HIDDEN_TITLE,
        "unit": row.unit,
        "level": order.level,
        "cause": order.cause,
        "demand": order.demand,
        "dated_at": order.dated_at,
        "due_at": row.due_at,
        "overdue": row.due_at is not None and row.due_at < uow.now,
        "answered_at": order.answered_at,
        "closed_at": order.closed_at,
    }


def instructions(uow: UnitOfWork, cursor: int | None = None) -> list[dict[str, Any]]:
    """Leaders' instructions (批示) with the case and the document that came of each; for the hotline."""
    require(uow.actor, Permission.ROUTING_EDIT)
    query = (
        select(Instruction, Case.case_no, Case.title, Case.status, SupervisionOrder.order_no)
        .join(Case, Case.id == Instruction.case_id)
        .outerjoin(SupervisionOrder, SupervisionOrder.id == Instruction.order_id)
        .order_by(Instruction.id.desc())
        .limit(PAGE + 1)
    )
    if cursor:
        query = query.where(Instruction.id < cursor)
    return [
        {
            "id": row.id,
            "at": row.at,
            "leader_name": row.leader_name,
            "text": row.text,
            "case_id": row.case_id,
            "case_no": case_no,
            "title": title,
            "status_label": status.label,
            "order_no": order_no,
        }
        for row, case_no, title, status, order_no in uow.session.execute(query)
    ]
