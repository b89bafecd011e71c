"""What became of the demands that came by telephone: answered on the spot, repeated, faulty, about the hotline itself.

Counted for the telephone figures of DOMAIN §5 by the instant of acceptance; read-only.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from dispatch.models import Case, CaseEvent
from dispatch.status import CaseStatus, CaseType, Channel
from hotline.accounts.models import Unit
from hotline.core.uow import UnitOfWork
from hotline.reports.intervals import Period
from hotline.reports.tally import Source, grouped
from telephony.models import Call

REPEAT_WINDOW = timedelta(days=7)
ACCEPTED_AT = Case.accepted_at
AGENT_ID = Case.agent_id
HOTLINE_CENTRE = "centre"

closed_direct = or_(
    Case.status == CaseStatus.DIRECT_CLOSED,
    and_(Case.status == CaseStatus.ARCHIVED, Case.first_dispatched_at.is_(None)),
)
"""An archived case that no unit ever had was closed on the spot."""


def of_queue(queue_id: int | None) -> list[ColumnElement[bool]]:
    if queue_id is None:
        return []
    return [Case.call_id.in_(select(Call.id).where(Call.queue_id == queue_id))]


def counts(uow: UnitOfWork, period: Period, group: Any, *conditions: ColumnElement[bool]) -> Source:
    """`group` is an expression over cases; followers are demands of their own here, they were calls as well."""
    demands = _demands(uow, period, group, *conditions)
    c = demands.c

    def count(*conditions: ColumnElement[bool]) -> Any:
        return func.count().filter(*conditions)

    columns: Mapping[str, Any] = {
        "accepted": func.count(),
        "closed_direct": count(c.direct),
        "consultations": count(c.consultation),
        "consultations_direct": count(c.consultation, c.direct),
        "ripe_demands": count(c.ripe),
        "not_repeated": count(c.ripe, ~c.repeated),
        "checked_orders": count(or_(c.reviewed, c.sent_back)),
        "faulty_orders": count(c.sent_back),
        "service_complaints": count(c.about_us),
    }
    return grouped(uow, select(c.group, *columns.values()).group_by(c.group), columns)


def _demands(uow: UnitOfWork, period: Period, group: Any, *conditions: ColumnElement[bool]) -> Any:
    """One row per demand with what became of it."""
    later = aliased(Case)
    repeated = (
        select(later.id)
        .where(
            later.caller_no_hash == Case.caller_no_hash,
            later.category_code == Case.category_code,
            later.accepted_at > Case.accepted_at,
            later.accepted_at <= Case.accepted_at + REPEAT_WINDOW,
        )
        .exists()
    )
    sent_back = (
        select(CaseEvent.id).where(CaseEvent.case_id == Case.id, CaseEvent.action == "send_back").exists()
    )
    centre = select(Unit.id).where(Unit.kind == HOTLINE_CENTRE)
    ripe = and_(Case.caller_no_hash.is_not(None), Case.accepted_at <= uow.now - REPEAT_WINDOW)
    return (
        select(
            group.label("group"),
            closed_direct.label("direct"),
            (Case.case_type == CaseType.CONSULTATION).label("consultation"),
            ripe.label("ripe"),
            and_(ripe, repeated).label("repeated"),
            Case.reviewed_at.is_not(None).label("reviewed"),
            sent_back.label("sent_back"),
            and_(Case.case_type == CaseType.COMPLAINT, Case.target_unit_id.in_(centre)).label("about_us"),
        )
        .where(
            period.contains(Case.accepted_at),
            Case.channel == Channel.PHONE,
            Case.case_type.is_distinct_from(CaseType.INVALID),
            *conditions,
        )
        .subquery()
    )
