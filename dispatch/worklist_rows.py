"""Lines of work lists as data: what a person reads of a case before opening it, with its nearest clock and holder.

`worklists` says which cases and in which order; secrecy hides title and place from units here (DOMAIN §1.7).
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import load_only

from dispatch import deadlines, timeline
from dispatch.access import knows_only_order
from dispatch.models_case import Assignment, Case
from dispatch.models_clock import Deadline
from dispatch.status import ClockName, Secrecy
from hotline.accounts.models import Unit
from hotline.core.identity import HOTLINE_CASE_ROLES, Role
from hotline.core.uow import UnitOfWork

SUMMARY = load_only(
    Case.id, Case.version, Case.case_no, Case.status, Case.case_type, Case.category_code, Case.title, Case.address,
    Case.area_code, Case.urgency, Case.priority, Case.secrecy, Case.created_at, Case.is_supervised, Case.is_repeat,
    Case.urge_count, Case.hop_count, Case.rework_count, Case.channel, Case.agent_id, Case.is_sensitive,
)  # fmt: skip


def summaries(uow: UnitOfWork, cases: list[Case], parts: list[Assignment | None]) -> list[dict[str, Any]]:
    clocks = _clocks(uow, [case.id for case in cases])
    units = _unit_names(uow, cases)
    return [
        _summary(uow, case, part, clocks.get(case.id, []), units)
        for case, part in zip(cases, parts, strict=True)
    ]


def _summary(
    uow: UnitOfWork, case: Case, part: Assignment | None, clocks: list[Deadline], units: dict[int, str]
) -> dict[str, Any]:
    nearest = _nearest([row for row in clocks if part is None or row.assignment_id == part.id])
    lead = case.lead()
    return {
        "id": case.id, "version": case.version, "case_no": case.case_no, "status": case.status.value,
        "status_label": case.status.label, "case_type": case.case_type and case.case_type.value,
        "case_type_label": case.case_type and case.case_type.label, "category_code": case.category_code,
        "title": _title(uow, case), "area_code": case.area_code,
        "address": case.address if _may_see_place(uow, case) else "", "urgency": case.urgency.value,
        "urgency_label": case.urgency.label, "secrecy": case.secrecy.value, "created_at": case.created_at,
        "is_supervised": case.is_supervised, "is_repeat": case.is_repeat, "is_sensitive": case.is_sensitive,
        "urge_count": case.urge_count, "hop_count": case.hop_count, "rework_count": case.rework_count,
        "channel": case.channel.value, "unit": units.get(lead.unit_id) if lead else None,
        "assignment_id": part.id if part else None,
        "clock": nearest.clock.value if nearest else None, "clock_label": nearest.clock.label if nearest else None,
        "deadline_id": nearest.id if nearest else None, "due_at": nearest.due_at if nearest else None,
        "light": deadlines.light(nearest, uow.now) if nearest else "grey",
        "holder": timeline.HOTLINE_NAME if lead is None else units.get(lead.unit_id),
    }  # fmt: skip


def _for_unit(uow: UnitOfWork) -> bool:
    return not uow.actor.has(*HOTLINE_CASE_ROLES, Role.AGENT, Role.REPORT_OFFICER, Role.ASSESSOR)


def _title(uow: UnitOfWork, case: Case) -> str:
    hidden = case.secrecy is Secrecy.STRICT or knows_only_order(uow, case)
    return "严格保密工单" if hidden and _for_unit(uow) else case.title


def _may_see_place(uow: UnitOfWork, case: Case) -> bool:
    return case.secrecy is Secrecy.OPEN or not _for_unit(uow)


def _clocks(uow: UnitOfWork, case_ids: list[int]) -> dict[int, list[Deadline]]:
    rows = uow.session.scalars(
        select(Deadline).where(
            Deadline.case_id.in_(case_ids),
            Deadline.state.in_(deadlines.OPEN_STATES),
            Deadline.clock != ClockName.ARCHIVE,
        )
    )
    found: dict[int, list[Deadline]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _nearest(clocks: list[Deadline]) -> Deadline | None:
    running = [row for row in clocks if row.due_at is not None]
    return min(running, key=lambda row: (row.due_at, row.id)) if running else next(iter(clocks), None)


def _unit_names(uow: UnitOfWork, cases: list[Case]) -> dict[int, str]:
    ids = {part.unit_id for case in cases for part in case.assignments}
    rows = uow.session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(ids)))
    return {row.id: row.short_name for row in rows}
