"""The SQL behind the figures of order handling: one grouped query per subject, each giving counters by unit.

Denominator rules are those of `case_formulas`. Orders excluded from scoring and merged followers are left out of
everything but their own counter.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from dispatch.models import Assignment, Case, Deadline, FollowUp, ReturnRequest
from dispatch.models_moves import Decision
from dispatch.status import AssignmentStatus, ClockName, DeadlineState, Satisfaction, Solved, UnitRole
from hotline.core.uow import UnitOfWork
from hotline.reports import work_hours
from hotline.reports.figures import Counts
from hotline.reports.intervals import Period
from hotline.reports.tally import Source, grouped

RESPONSE_LIMIT = timedelta(hours=24)
REPEAT_WINDOW = timedelta(days=90)
COUNTED = (DeadlineState.MET, DeadlineState.LATE, DeadlineState.RUNNING)
UNIT_CLOCKS = (ClockName.SIGN, ClockName.CONTACT, ClockName.HANDLE)

scored = and_(not_(Case.excluded_from_score), Case.lead_case_id.is_(None))
lead = and_(Assignment.role == UnitRole.LEAD, Assignment.status != AssignmentStatus.EXITED)
last_rated_at = func.coalesce(Case.final_rated_at, Case.first_rated_at)
last_rating = func.coalesce(Case.final_satisfaction, Case.first_satisfaction)


def sources(uow: UnitOfWork, period: Period) -> list[Source]:
    """Every counter of `case_formulas` but the hotline's own, by unit."""
    readers = (_timeliness, _dispatches, _submissions, _follow_ups, _ratings, _repeats, _overdue, _excluded)
    return [read(uow, period) for read in readers]


def dispatching(uow: UnitOfWork, period: Period) -> Counts:
    """及时转派: the hotline's own clock, which belongs to no unit."""
    due, in_time = uow.session.execute(
        select(_count(), _count(Deadline.state == DeadlineState.MET))
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.clock == ClockName.DISPATCH, _due_in(uow, period), scored)
    ).one()
    return {"dispatch_due": due, "dispatch_in_time": in_time}


def _count(*conditions: ColumnElement[bool]) -> Any:
    return func.count().filter(*conditions) if conditions else func.count()


def _due_in(uow: UnitOfWork, period: Period) -> ColumnElement[bool]:
    """A clock that could still be met is not due yet; dropped and standing ones never were."""
    return and_(
        Deadline.due_at >= period.start,
        Deadline.due_at < min(period.end, max(uow.now, period.start)),
        Deadline.state.in_(COUNTED),
    )


def _timeliness(uow: UnitOfWork, period: Period) -> Source:
    clock, met = Deadline.clock, Deadline.state == DeadlineState.MET
    contact = and_(clock == ClockName.CONTACT, not_(Case.anonymous))
    answered_at = Assignment.first_contact_at - Assignment.dispatched_at
    columns: Mapping[str, Any] = {
        "sign_due": _count(clock == ClockName.SIGN),
        "sign_in_time": _count(clock == ClockName.SIGN, met, not_(Assignment.sign_late)),
        "contact_due": _count(contact),
        "contact_in_time": _count(contact, met),
        "responded": _count(contact, or_(met, func.coalesce(answered_at <= RESPONSE_LIMIT, False))),
        "handle_due": _count(clock == ClockName.HANDLE),
        "handle_in_time": _count(clock == ClockName.HANDLE, met),
        "extended": _count(clock == ClockName.HANDLE, func.jsonb_array_length(Deadline.extensions) > 0),
    }
    query = (
        select(Assignment.unit_id, *columns.values())
        .select_from(Deadline)
        .join(Assignment, Assignment.id == Deadline.assignment_id)
        .join(Case, Case.id == Deadline.case_id)
        .where(clock.in_(UNIT_CLOCKS), _due_in(uow, period), scored)
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, columns)


def _dispatches(uow: UnitOfWork, period: Period) -> Source:
    def returned(*decisions: Decision) -> ColumnElement[bool]:
        request = select(ReturnRequest.id).where(ReturnRequest.assignment_id == Assignment.id)
        return (request.where(ReturnRequest.decision.in_(decisions)) if decisions else request).exists()

    first = and_(Assignment.hop == 1, Assignment.role == UnitRole.LEAD)
    columns: Mapping[str, Any] = {
        "dispatched": _count(),
        "lead_dispatched": _count(Assignment.role == UnitRole.LEAD),
        "first_dispatches": _count(first),
        "first_upheld": _count(first, returned(Decision.GRANTED)),
        "returns_asked": _count(returned()),
        "returns_refused": _count(returned(Decision.REFUSED)),
    }
    query = (
        select(Assignment.unit_id, *columns.values())
        .join(Case, Case.id == Assignment.case_id)
        .where(period.contains(Assignment.dispatched_at), scored)
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, columns)


def _submissions(uow: UnitOfWork, period: Period) -> Source:
    worked = work_hours.Worked(uow, period)
    columns: Mapping[str, Any] = {
        "submitted": _count(),
        "rejected": _count(Case.reject_count > 0),
        "reworked": _count(Assignment.rework_no > 0),
        "work_s": worked.seconds(Case.first_dispatched_at, Assignment.replied_at),
        "unit_work_s": worked.seconds(Assignment.dispatched_at, Assignment.replied_at),
    }
    query = (
        select(Assignment.unit_id, *columns.values())
        .join(Case, Case.id == Assignment.case_id)
        .join(worked.table, true())
        .where(period.contains(Assignment.replied_at), lead, scored)
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, columns)


def _follow_ups(uow: UnitOfWork, period: Period) -> Source:
    calls = select(FollowUp.id).where(
        FollowUp.case_id == Case.id, FollowUp.via != "objection", FollowUp.at >= Case.audited_at
    )
    columns: Mapping[str, Any] = {
        "follow_up_due": _count(),
        "followed_up": _count(calls.exists()),
        "reached": _count(calls.where(FollowUp.reached).exists()),
    }
    query = (
        select(Assignment.unit_id, *columns.values())
        .join(Case, Case.id == Assignment.case_id)
        .where(period.contains(Case.audited_at), lead, scored)
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, columns)


def _ratings(uow: UnitOfWork, period: Period) -> Source:
    columns: Mapping[str, Any] = {
        "rated": _count(),
        "very_satisfied": _count(last_rating == Satisfaction.VERY_SATISFIED),
        "satisfied": _count(last_rating == Satisfaction.SATISFIED),
        "understood": _count(last_rating == Satisfaction.UNDERSTANDING),
        "solved_asked": _count(Case.citizen_solved.is_not(None)),
        "solved": _count(Case.citizen_solved == Solved.YES),
        "partly_solved": _count(Case.citizen_solved == Solved.PARTLY),
    }
    query = (
        select(Assignment.unit_id, *columns.values())
        .join(Case, Case.id == Assignment.case_id)
        .where(period.contains(last_rated_at), lead, scored)
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, columns)


def _repeats(uow: UnitOfWork, period: Period) -> Source:
    earlier = aliased(Case)
    again = or_(
        Case.is_repeat,
        select(earlier.id)
        .where(
            earlier.caller_no_hash == Case.caller_no_hash,
            earlier.category_code == Case.category_code,
            earlier.accepted_at < Case.accepted_at,
            earlier.accepted_at >= Case.accepted_at - REPEAT_WINDOW,
        )
        .exists(),
    )
    query = (
        select(Assignment.unit_id, _count(again))
        .join(Case, Case.id == Assignment.case_id)
        .where(period.contains(Assignment.dispatched_at), Assignment.role == UnitRole.LEAD, scored)
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, ["repeated"])


def _overdue(uow: UnitOfWork, period: Period) -> Source:
    query = (
        select(Assignment.unit_id, _count())
        .select_from(Deadline)
        .join(Assignment, Assignment.id == Deadline.assignment_id)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Deadline.state == DeadlineState.RUNNING,
            Deadline.clock == ClockName.HANDLE,
            Deadline.due_at < uow.now,
            scored,
        )
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, ["overdue_now"])


def _excluded(uow: UnitOfWork, period: Period) -> Source:
    query = (
        select(Assignment.unit_id, _count())
        .join(Case, Case.id == Assignment.case_id)
        .where(
            period.contains(Assignment.dispatched_at), Case.excluded_from_score, Case.lead_case_id.is_(None)
        )
        .group_by(Assignment.unit_id)
    )
    return grouped(uow, query, ["excluded"])
