"""The detector of 推诿扯皮: signals with their evidence, an explainable score per case and unit, steps at thresholds.

Signals are read from what happened (DOMAIN §1.4, §1.6, §9); each names its points and its proof. `sweep` runs every
morning; what it finds above a threshold becomes a supervision order or waits for a designation.
"""

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dispatch import supervision
from dispatch.buck_passing_signals import PRESSED_HOURS, REOPENED_DAYS, Record, signals
from dispatch.guards.base import MAX_HOPS
from dispatch.models_case import Assignment, Case, CaseEvent, ContactRecord
from dispatch.models_clock import Deadline
from dispatch.models_moves import ReturnRequest
from dispatch.models_supervision import BuckPassing, DocumentKind
from dispatch.status import LIVE, CaseStatus, ClockName, Satisfaction
from dispatch.supervision import Document
from dispatch.workflow import move_case
from hotline.accounts.models import Unit
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

ORDER_AT = 60
"""Score from which a case gets a supervision order."""
ACCOUNTABILITY_AT = 100
"""Score from which a letter about the unit with the most points goes to the discipline office as well."""
SWEPT_BACK = timedelta(days=30)
SWEEP_BATCH = 500
_UNIT_IN_TEXT = re.compile(r"单位(\d+)")


def record_of(session: Session, case: Case) -> Record:
    part_ids = [part.id for part in case.assignments]
    signing = session.scalars(
        select(Deadline).where(Deadline.assignment_id.in_(part_ids), Deadline.clock == ClockName.SIGN)
    )
    contacted = session.scalars(
        select(ContactRecord.assignment_id).where(ContactRecord.case_id == case.id, ContactRecord.reached)
    )
    returns = session.scalars(
        select(ReturnRequest).where(ReturnRequest.case_id == case.id).order_by(ReturnRequest.id)
    )
    return Record(
        case=case,
        parts=case.assignments,
        returns=returns.all(),
        signing={row.assignment_id: row for row in signing if row.assignment_id is not None},
        contacted=frozenset(contacted),
        replies_before={part.id: _same_replies(session, part) for part in case.assignments},
        repeats=_repeats(session, case),
        reopened_at=_reopenings(session, case),
        talks_after_bad_rating=_talks_after_bad_rating(session, case),
    )


def _talks_after_bad_rating(session: Session, case: Case) -> list[tuple[int, datetime]]:
    """The first talk of each unit in the day after the first rating, where that was bad."""
    if case.first_satisfaction is not Satisfaction.DISSATISFIED or case.first_rated_at is None:
        return []
    until = case.first_rated_at + timedelta(hours=PRESSED_HOURS)
    talks = session.execute(
        select(Assignment.unit_id, func.min(ContactRecord.contacted_at))
        .join(Assignment, Assignment.id == ContactRecord.assignment_id)
        .where(
            ContactRecord.case_id == case.id,
            ContactRecord.contacted_at > case.first_rated_at,
            ContactRecord.contacted_at <= until,
        )
        .group_by(Assignment.unit_id)
    )
    return [(unit_id, at) for unit_id, at in talks]


def _same_replies(session: Session, part: Assignment) -> int:
    """How many other cases the unit has answered with the very same words."""
    if not part.public_reply or part.replied_at is None:
        return 0
    others = session.scalars(
        select(Assignment.id)
        .where(
            Assignment.unit_id == part.unit_id,
            Assignment.case_id != part.case_id,
            Assignment.public_reply == part.public_reply,
            Assignment.replied_at > part.replied_at - SWEPT_BACK,
        )
        .limit(20)
    )
    return len(others.all())


def _repeats(session: Session, case: Case) -> int:
    if not (case.area_code and case.category_code):
        return 0
    others = session.scalars(
        select(Case.id)
        .where(
            Case.area_code == case.area_code,
            Case.category_code == case.category_code,
            Case.created_at.between(case.created_at - timedelta(days=REOPENED_DAYS), case.created_at),
            Case.id < case.id,
            Case.address == case.address,
            Case.status != CaseStatus.DRAFT,
        )
        .limit(20)
    )
    return len(others.all())


def _reopenings(session: Session, case: Case) -> list[datetime]:
    lines = session.execute(
        select(CaseEvent.action, CaseEvent.at)
        .where(
            CaseEvent.case_id == case.id,
            CaseEvent.action.in_(("close", "final_reply", "grant_unreasonable", "reopen")),
        )
        .order_by(CaseEvent.id)
    ).all()
    found, closed = [], None
    for action, at in lines:
        if action != "reopen":
            closed = at
        elif closed is not None and at - closed <= timedelta(days=REOPENED_DAYS):
            found.append(at)
    return found


# -- scores, the morning's list, automatic steps


def assess(uow: UnitOfWork, case: Case) -> BuckPassing | None:
    """Score a case now; None where nothing was found."""
    found = signals(record_of(uow.session, case))
    if not found:
        return None
    row = BuckPassing(
        case_id=case.id,
        at=uow.now,
        score=sum(signal.points for signal in found),
        signals={"found": [signal.as_data() for signal in found]},
    )
    uow.session.add(row)
    return row


def sweep(uow: UnitOfWork, after_case_id: int = 0) -> int | None:
    """Assess a batch of live or lately closed cases; the id to go on from, None at the end."""
    cases = uow.session.scalars(
        select(Case)
        .where(
            Case.id > after_case_id,
            Case.first_dispatched_at.is_not(None),
            (Case.status.in_(LIVE)) | (Case.closed_at > uow.now - SWEPT_BACK),
        )
        .order_by(Case.id)
        .limit(SWEEP_BATCH)
        .with_for_update(of=Case, skip_locked=True)
    ).all()
    for case in cases:
        row = assess(uow, case)
        if case.status is CaseStatus.RETURN_REVIEW and case.hop_count >= MAX_HOPS:
            _leave_to_designation(uow, case)
        if row is not None and row.score >= ORDER_AT and case.status in LIVE:
            _order(uow, case, row)
    return cases[-1].id if len(cases) == SWEEP_BATCH else None


def _leave_to_designation(uow: UnitOfWork, case: Case) -> None:
    """§1.4: whom three dispatches gave no owner gets one by designation; nobody has to ask for it."""
    lead = case.lead()
    if lead is not None:
        reason = {"reason": f"派单 {case.hop_count} 次仍无单位承办，转协调指定"}
        move_case(uow, case, "raise_dispute", reason, assignment_id=lead.id)


def _order(uow: UnitOfWork, case: Case, row: BuckPassing) -> None:
    """The unit with the most points against it answers for the case; one open order is enough."""
    lead = case.lead()
    points: Counter[int] = Counter()
    for signal in row.signals["found"]:
        if signal["unit_id"] is not None:
            points[signal["unit_id"]] += signal["points"]
    worst = points.most_common(1)[0][0] if points else (lead.unit_id if lead else None)
    if worst is None:
        return
    labels = "、".join(dict.fromkeys(signal["label"] for signal in row.signals["found"]))
    if row.score >= ACCOUNTABILITY_AT:
        cause = f"推诿扯皮指数 {row.score}：{labels}"
        supervision.propose_accountability(uow, case, worst, cause=cause, at=uow.now)
    if supervision.has_document(uow.session, case.id, DocumentKind.SUPERVISION_ORDER, worst):
        return
    supervision.issue(
        uow,
        case,
        Document(
            kind=DocumentKind.SUPERVISION_ORDER,
            unit_id=worst,
            cause=f"推诿扯皮指数 {row.score}：{labels}",
            demand="说明原因，明确承办并限期办结",
            dated_at=uow.now,
        ),
    )
    uow.audit(f"case:{case.id}", "buck_passing", score=row.score, unit_id=worst)


def morning_list(uow: UnitOfWork, limit: int = 100) -> list[dict[str, Any]]:
    """The latest assessment of each case since yesterday, worst first, each signal with its evidence."""
    require(uow.actor, Permission.ROUTING_EDIT)
    latest = (
        select(BuckPassing)
        .ext(distinct_on(BuckPassing.case_id))
        .where(BuckPassing.at > uow.now - timedelta(days=1))
        .order_by(BuckPassing.case_id, BuckPassing.at.desc())
        .subquery()
    )
    rows = uow.session.execute(
        select(latest.c.case_id, latest.c.score, latest.c.signals, latest.c.at, Case.case_no, Case.title)
        .join(Case, Case.id == latest.c.case_id)
        .order_by(latest.c.score.desc(), latest.c.case_id)
        .limit(limit)
    )
    found = rows.all()
    names = _names(uow.session, [signal for row in found for signal in row.signals["found"]])
    return [
        {
            "case_id": row.case_id,
            "case_no": row.case_no,
            "title": row.title,
            "score": row.score,
            "signals": [_with_names(signal, names) for signal in row.signals["found"]],
            "at": row.at,
        }
        for row in found
    ]


def _names(session: Session, signals: list[dict[str, Any]]) -> dict[int, str]:
    ids = {signal["unit_id"] for signal in signals if signal["unit_id"] is not None}
    ids |= {int(number) for signal in signals for number in _UNIT_IN_TEXT.findall(signal["evidence"])}
    return {unit.id: unit.short_name for unit in session.scalars(select(Unit).where(Unit.id.in_(ids)))}


def _with_names(signal: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    """Evidence is kept with ids, which stay when a unit is renamed; people read names."""

    def name(match: re.Match[str]) -> str:
        return names.get(int(match[1]), match[0])

    return signal | {
        "unit": names.get(signal["unit_id"]),
        "evidence": _UNIT_IN_TEXT.sub(name, signal["evidence"]),
    }


def unit_scores(uow: UnitOfWork, since: datetime) -> list[dict[str, Any]]:
    """Points against each unit over the latest assessments since an instant."""
    require(uow.actor, Permission.REPORT_SEE)
    points: Counter[int] = Counter()
    cases: Counter[int] = Counter()
    rows = uow.session.scalars(
        select(BuckPassing)
        .ext(distinct_on(BuckPassing.case_id))
        .where(BuckPassing.at > since)
        .order_by(BuckPassing.case_id, BuckPassing.at.desc())
    )
    for row in rows:
        against = {signal["unit_id"] for signal in row.signals["found"]} - {None}
        cases.update(against)
        for signal in row.signals["found"]:
            if signal["unit_id"] is not None:
                points[signal["unit_id"]] += signal["points"]
    names = {
        unit.id: unit.short_name for unit in uow.session.scalars(select(Unit).where(Unit.id.in_(points)))
    }
    return [
        {"unit_id": unit_id, "unit": names[unit_id], "points": total, "cases": cases[unit_id]}
        for unit_id, total in points.most_common()
    ]
