"""What each step of a clock does (`steps` says when): automatic moves, warnings, cards, notices, orders.

Every step leaves one line in the timeline and one in the audit chain, dated by its rule.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from dispatch import followup, supervision
from dispatch.events import CaseOverdue
from dispatch.models_case import Assignment, Case, CaseEvent
from dispatch.models_clock import Deadline
from dispatch.models_moves import Decision, Dispute, DisputeKind
from dispatch.models_supervision import DocumentKind, SupervisionOrder
from dispatch.status import CardColour, ClockName
from dispatch.supervision import Document
from dispatch.workflow import move_case
from hotline.accounts.models import Unit
from hotline.core.identity import Role
from hotline.core.uow import UnitOfWork

Act = Callable[[UnitOfWork, Case, Deadline, datetime], None]


def act(uow: UnitOfWork, case: Case, row: Deadline, step: str, at: datetime) -> None:
    """Do what a step promises."""
    _ACTS[step](uow, case, row, at)


def _sign_late(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    move_case(uow, case, "sign", assignment_id=row.assignment_id, at=at)


def _refuse_return(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    move_case(
        uow, case, "refuse_return", {"reason": "逾期未审，视为驳回"}, assignment_id=row.assignment_id, at=at
    )


def _archive(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    move_case(uow, case, "archive", at=at)


def _close_unreached(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    move_case(uow, case, "close", {"reached": False}, at=at)


def _follow_up_over(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    """What needed no call closes by itself; what was not called in time is overdue."""
    if followup.plan(uow.session, case) is followup.Plan.CALL:
        _overdue(uow, case, row, at)
    else:
        _close_unreached(uow, case, row, at)


def _dispute_up(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    """§1.4: a dispute that a level does not settle in time goes to the next one."""
    competence = select(Dispute.level).where(
        Dispute.case_id == case.id,
        Dispute.decision == Decision.OPEN,
        Dispute.kind == DisputeKind.COMPETENCE,
    )
    level = uow.session.scalar(competence)
    if level is None or level.above is None:
        _escalate(uow, case, row, at)
    else:
        move_case(uow, case, "escalate_dispute", {"reason": f"{level.label}逾期未定"}, at=at)


def _overdue(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    _line(uow, case, row, at, "overdue", f"{row.clock.label}超期")
    _tell_overdue(uow, case, row)


def _escalate(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    _line(uow, case, row, at, "escalate", f"{row.clock.label}超期，上报中心主任")
    _tell_overdue(uow, case, row)


def _tell_overdue(uow: UnitOfWork, case: Case, row: Deadline) -> None:
    unit_id = _unit_id(uow, case, row)
    uow.record(
        CaseOverdue(
            case_id=case.id,
            version=case.version,
            status=case.status.value,
            deadline_id=row.id,
            clock=row.clock.value,
            unit_ids=(unit_id,) if unit_id else (),
            agent_id=case.agent_id,
        )
    )


def _card(colour: CardColour) -> Act:
    def give(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
        unit_id = _unit_id(uow, case, row)
        if unit_id is None:
            _line(uow, case, row, at, f"{colour.value}_card", f"{colour.label}：工单当前无承办单位，未发")
            return
        reason = f"{row.clock.label}时限{'将到' if colour is CardColour.YELLOW else '已过'}，尚无结果"
        supervision.give_card(
            uow,
            case,
            unit_id=unit_id,
            colour=colour,
            reason=reason,
            dated_at=at,
            assignment_id=row.assignment_id,
            deadline_id=row.id,
        )
        _line(uow, case, row, at, f"{colour.value}_card", f"{colour.label}：{reason}", unit_id)

    return give


def _order_goes_up(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
    """§1.5: an order without an answer goes to the higher leader; when that is left unanswered as well, a letter goes
    to the discipline office."""
    order = uow.session.get_one(SupervisionOrder, row.subject_id)
    if order.kind is not DocumentKind.ESCALATED_ORDER:
        _ESCALATED_ORDER(uow, case, row, at)
        return
    cause = f"提级督办单 {order.order_no} 逾期未回复"
    letter = supervision.propose_accountability(uow, case, order.unit_id, cause=cause, at=at)
    number = letter.order_no if letter else "此前已发"
    _line(uow, case, row, at, "accountability", f"问责建议函 {number}：{cause}", order.unit_id)


def _document(kind: DocumentKind, cause: str, demand: str, level: int = 1) -> Act:
    def issue(uow: UnitOfWork, case: Case, row: Deadline, at: datetime) -> None:
        unit_id = _unit_id(uow, case, row)
        if unit_id is None or supervision.has_document(uow.session, case.id, kind, unit_id):
            _line(uow, case, row, at, kind.value, f"{kind.label}：已有未办结的同类文书，未重复下发", unit_id)
            return
        order = supervision.issue(
            uow,
            case,
            Document(kind=kind, unit_id=unit_id, cause=cause, demand=demand, dated_at=at, level=level),
        )
        _line(uow, case, row, at, kind.value, f"{kind.label} {order.order_no}：{cause}", unit_id)

    return issue


def _unit_id(uow: UnitOfWork, case: Case, row: Deadline) -> int | None:
    """The unit that a clock concerns: of the part, of the supervision order, else of the lead."""
    if row.clock is ClockName.SUPERVISION and row.subject_id is not None:
        return uow.session.get_one(SupervisionOrder, row.subject_id).unit_id
    part: Assignment | None = next(
        (part for part in case.assignments if part.id == row.assignment_id), case.lead()
    )
    if row.assignment_id is None and row.clock is not ClockName.PROGRESS:
        return None
    return part.unit_id if part else None


def _line(
    uow: UnitOfWork,
    case: Case,
    row: Deadline,
    at: datetime,
    action: str,
    label: str,
    unit_id: int | None = None,
) -> None:
    unit = uow.session.get(Unit, unit_id) if unit_id else None
    uow.session.add(
        CaseEvent(
            case_id=case.id,
            assignment_id=row.assignment_id,
            version=case.version,
            at=at,
            recorded_at=uow.now,
            action=action,
            label=label,
            actor_name=uow.actor.name,
            actor_role=Role.SYSTEM.value,
            unit_id=unit_id,
            unit_name=unit.short_name if unit else None,
            from_status=case.status.value,
            to_status=case.status.value,
            details={"deadline_id": row.id, "clock": row.clock.value},
        )
    )
    uow.audit(f"case:{case.id}", f"timer.{action}", deadline_id=row.id, clock=row.clock.value, at=at)


_ESCALATED_ORDER = _document(
    DocumentKind.ESCALATED_ORDER, "督办逾期未回复", "由上一级分管领导督促办结", level=2
)
_ACTS: dict[str, Act] = {
    "sign_late": _sign_late,
    "refuse_return": _refuse_return,
    "archive": _archive,
    "close_unreached": _close_unreached,
    "follow_up_over": _follow_up_over,
    "overdue": _overdue,
    "escalate": _escalate,
    "yellow_card": _card(CardColour.YELLOW),
    "red_card": _card(CardColour.RED),
    "urge_notice": _document(
        DocumentKind.URGE_NOTICE, "办理时限已过，尚未提交结果", "立即办理并说明原因，抄送分管领导"
    ),
    "supervision_order": _document(
        DocumentKind.SUPERVISION_ORDER, "逾期且无结果", "三个工作日内办结或报告进展"
    ),
    "criticism": _document(DocumentKind.CRITICISM, "催办后满五个工作日仍未办结", "通报批评，限期整改"),
    "escalated_order": _order_goes_up,
    "dispute_up": _dispute_up,
}
