"""催办, cards, notices and supervision orders (DOMAIN §1.5): issuing them, their numbers, clocks and states.

A unit's leaders hear of them by events; the documents themselves are made in `documents`. `dated_at` is the instant
by the rule, which a late tick does not change.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import deadlines
from dispatch.events import CardIssued, OrderIssued
from dispatch.limit_rules import house_limit
from dispatch.models_case import Case
from dispatch.models_supervision import Card, DocumentKind, OrderState, SupervisionOrder
from dispatch.status import CardColour, ClockName
from hotline.core import numbers
from hotline.core.clock import local_date
from hotline.core.errors import Conflict, NotFound
from hotline.core.uow import UnitOfWork

ANSWERED_KINDS = frozenset(
    {DocumentKind.SUPERVISION_ORDER, DocumentKind.ESCALATED_ORDER, DocumentKind.STOP_ORDER}
)
"""Documents that the unit must answer, with a clock of their own."""
OPEN_ORDERS = (OrderState.ISSUED, OrderState.RETURN_ASKED, OrderState.ANSWERED)
_PREFIX = {
    DocumentKind.URGE_NOTICE: "CBTZ",
    DocumentKind.CRITICISM: "TBPP",
    DocumentKind.SUPERVISION_ORDER: "DB",
    DocumentKind.ESCALATED_ORDER: "TJDB",
    DocumentKind.STOP_ORDER: "ZLTZ",
    DocumentKind.ACCOUNTABILITY: "WZJY",
}


class OrderStateWrong(Conflict):
    code, text = "supervision.wrong_state", "督办单当前为“{state}”，不能进行此操作"


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a supervision document says, before it has a number."""

    kind: DocumentKind
    unit_id: int
    cause: str
    demand: str
    dated_at: datetime
    level: int = 1
    joint_unit_ids: tuple[int, ...] = field(default=())


def issue(uow: UnitOfWork, case: Case, document: Document) -> SupervisionOrder:
    """Number a document, start its clock where it wants an answer, flag the case."""
    today = local_date(document.dated_at)
    sequence = numbers.next_in_day(uow.session, f"document.{document.kind}", today)
    answered = document.kind in ANSWERED_KINDS
    order = SupervisionOrder(
        order_no=f"{_PREFIX[document.kind]}{today:%Y%m%d}{sequence:04d}",
        kind=document.kind,
        state=OrderState.ISSUED if answered else OrderState.CLOSED,
        case_id=case.id,
        unit_id=document.unit_id,
        joint_unit_ids=list(document.joint_unit_ids),
        level=document.level,
        cause=document.cause,
        demand=document.demand,
        dated_at=document.dated_at,
        issued_at=uow.now,
        issued_by_id=uow.actor.user_id,
    )
    uow.session.add(order)
    uow.session.flush()  # its clock and its event need its id
    if answered:
        case.is_supervised = True
        limit = house_limit(uow.session, ClockName.SUPERVISION, case.urgency)
        deadlines.start(
            uow.session,
            case,
            deadlines.Start(
                clock=ClockName.SUPERVISION, limit=limit, at=document.dated_at, subject_id=order.id
            ),
        )
    uow.record(
        OrderIssued(
            case_id=case.id,
            version=case.version,
            status=case.status.value,
            order_id=order.id,
            kind=order.kind.value,
            unit_id=order.unit_id,
        )
    )
    return order


def has_document(session: Session, case_id: int, kind: DocumentKind, unit_id: int) -> bool:
    """Whether such a document is still open, so that two causes do not make two."""
    return (
        session.scalar(
            select(SupervisionOrder.id)
            .where(
                SupervisionOrder.case_id == case_id,
                SupervisionOrder.kind == kind,
                SupervisionOrder.unit_id == unit_id,
                SupervisionOrder.state.in_(OPEN_ORDERS),
            )
            .limit(1)
        )
        is not None
    )


def was_issued(session: Session, case_id: int, kind: DocumentKind, unit_id: int | None = None) -> bool:
    """Whether such a document went out in this case and was not taken back."""
    wanted = select(SupervisionOrder.id).where(
        SupervisionOrder.case_id == case_id,
        SupervisionOrder.kind == kind,
        SupervisionOrder.state != OrderState.WITHDRAWN,
    )
    if unit_id is not None:
        wanted = wanted.where(SupervisionOrder.unit_id == unit_id)
    return session.scalar(wanted.limit(1)) is not None


def propose_accountability(
    uow: UnitOfWork, case: Case, unit_id: int, *, cause: str, at: datetime
) -> SupervisionOrder | None:
    """问责建议函 to the discipline office about a unit, once in a case (DOMAIN §1.5)."""
    if was_issued(uow.session, case.id, DocumentKind.ACCOUNTABILITY, unit_id):
        return None
    letter = Document(
        kind=DocumentKind.ACCOUNTABILITY,
        unit_id=unit_id,
        cause=cause,
        demand="请核实情况，依规依纪依法提出问责意见",
        dated_at=at,
        level=3,
    )
    return issue(uow, case, letter)


def give_card(
    uow: UnitOfWork,
    case: Case,
    *,
    unit_id: int,
    colour: CardColour,
    reason: str,
    dated_at: datetime,
    assignment_id: int | None = None,
    deadline_id: int | None = None,
) -> Card:
    card = Card(
        case_id=case.id,
        assignment_id=assignment_id,
        deadline_id=deadline_id,
        unit_id=unit_id,
        colour=colour,
        reason=reason,
        dated_at=dated_at,
        issued_at=uow.now,
        issued_by_id=uow.actor.user_id,
    )
    uow.session.add(card)
    uow.session.flush()  # its event needs its id
    uow.record(
        CardIssued(
            case_id=case.id,
            version=case.version,
            status=case.status.value,
            card_id=card.id,
            colour=colour.value,
            unit_id=unit_id,
        )
    )
    return card


def order_of(session: Session, case_id: int, order_id: int, *states: OrderState) -> SupervisionOrder:
    """An order of the case in one of the states, or why not."""
    order = session.get(SupervisionOrder, order_id)
    if order is None or order.case_id != case_id:
        raise NotFound()
    if states and order.state not in states:
        raise OrderStateWrong(state=order.state.label)
    return order


def drop_orders(uow: UnitOfWork, case: Case, note: str, unit_id: int | None = None) -> None:
    """A unit that leaves a case has nothing to answer in it any more; without a unit: everybody leaves."""
    wanted = select(SupervisionOrder).where(
        SupervisionOrder.case_id == case.id, SupervisionOrder.state.in_(OPEN_ORDERS)
    )
    if unit_id is not None:
        wanted = wanted.where(SupervisionOrder.unit_id == unit_id)
    for order in uow.session.scalars(wanted).all():
        end_order(uow, case, order, OrderState.WITHDRAWN, note)


def end_order(uow: UnitOfWork, case: Case, order: SupervisionOrder, state: OrderState, note: str) -> None:
    order.state, order.closed_at = state, uow.now
    order.closed_by_id, order.closing_note = uow.actor.user_id, note
    clock = deadlines.find_open(uow.session, case.id, ClockName.SUPERVISION, None, order.id)
    if clock is not None:
        deadlines.end(uow.session, clock, uow.now)
    uow.session.flush()  # the next query must see the new state
    left = uow.session.scalar(
        select(SupervisionOrder.id)
        .where(SupervisionOrder.case_id == case.id, SupervisionOrder.state.in_(OPEN_ORDERS))
        .limit(1)
    )
    case.is_supervised = left is not None
