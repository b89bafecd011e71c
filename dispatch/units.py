"""The department's desk beyond single moves: signing many at once, its own figures, its own reply templates, and the
order package (JSON) that carries a case into the unit's own system and its answer back.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import case as sql_case

from dispatch import views, workflow
from dispatch.access import case_for, own_parts
from dispatch.models_case import Assignment, Case
from dispatch.models_catalogue import Category
from dispatch.models_clock import Deadline
from dispatch.models_moves import Decision, ReturnRequest
from dispatch.models_supervision import Card
from dispatch.models_units import ReplyTemplate
from dispatch.status import AssignmentStatus, CardColour, ClockName, DeadlineState, Satisfaction
from hotline.accounts.models import Unit
from hotline.core.errors import DomainError, Invalid, NotAllowed, NotFound
from hotline.core.identity import UNIT_ROLES
from hotline.core.uow import UnitOfWork

BATCH_LIMIT = 100
CATEGORIES_SHOWN = 10
PACKAGE = "hotline-12345/case/1"
PACKAGE_ACTIONS = frozenset(
    {"sign", "record_contact", "note_progress", "submit_result", "ask_return", "ask_extension"}
)


class UnitsOnly(NotAllowed):
    code, text = "unit.only", "此功能仅供承办单位使用"


def _require_unit(uow: UnitOfWork) -> int:
    if uow.actor.unit_id is None or not uow.actor.has(*UNIT_ROLES):
        raise UnitsOnly()
    return uow.actor.unit_id


def sign_many(uow: UnitOfWork, assignment_ids: list[int]) -> list[dict[str, Any]]:
    """Sign many parts; each answers for itself, and one that cannot be signed stops no other."""
    _require_unit(uow)
    if not 1 <= len(assignment_ids) <= BATCH_LIMIT:
        raise Invalid(fields=[{"field": "assignment_ids", "reason": f"每次 1 至 {BATCH_LIMIT} 件"}])
    rows = uow.session.execute(
        select(Assignment.id, Assignment.case_id).where(Assignment.id.in_(assignment_ids))
    )
    case_of = {row.id: row.case_id for row in rows}
    # Cases are locked in one order by everybody, so that two batches do not wait for each other in a ring.
    wanted = sorted(dict.fromkeys(assignment_ids), key=lambda part_id: (case_of.get(part_id, 0), part_id))
    return [_sign_one(uow, case_of.get(part_id, 0), part_id) for part_id in wanted]


def _sign_one(uow: UnitOfWork, case_id: int, assignment_id: int) -> dict[str, Any]:
    try:
        workflow.perform(uow, case_id, "sign", None, assignment_id)
    except DomainError as refused:
        return {
            "assignment_id": assignment_id,
            "signed": False,
            "code": refused.code,
            "reason": refused.message,
        }
    return {"assignment_id": assignment_id, "signed": True, "code": None, "reason": None}


# -- figures of the own unit


def statistics(uow: UnitOfWork, since: datetime, until: datetime) -> dict[str, Any]:
    """What the unit got, signed and answered in time in a period, with counts beside every rate (DOMAIN §5)."""
    _require_unit(uow)
    units = sorted(uow.actor.unit_ids)
    mine = (Assignment.unit_id.in_(units)) & (Assignment.dispatched_at.between(since, until))
    counts = uow.session.execute(
        select(
            func.count().label("dispatched"),
            func.count(sql_case((Assignment.sign_late, 1))).label("signed_late"),
            func.count(Assignment.replied_at).label("replied"),
            func.count(sql_case((Assignment.status == AssignmentStatus.HANDLING, 1))).label("in_hand"),
            func.count(sql_case((Assignment.rework_no > 0, 1))).label("reworked"),
            func.count(sql_case((Assignment.extension_count > 0, 1))).label("extended"),
        ).where(mine)
    ).one()
    figures: dict[str, Any] = dict(counts._mapping)
    figures |= _timeliness(uow, units, since, until)
    figures["returns"] = _count(uow, ReturnRequest, ReturnRequest.asked_at, units, since, until)
    refused = ReturnRequest.decision == Decision.REFUSED
    figures["returns_refused"] = _count(
        uow, ReturnRequest, ReturnRequest.asked_at, units, since, until, refused
    )
    for colour in CardColour:
        figures[f"{colour.value}_cards"] = _count(
            uow, Card, Card.dated_at, units, since, until, Card.colour == colour
        )
    return figures | {"by_unit": _by_unit(uow, mine), "by_category": _by_category(uow, mine)}


def _by_unit(uow: UnitOfWork, mine: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The own unit beside each unit below it."""
    rows = uow.session.execute(
        select(
            Unit.short_name.label("unit"),
            func.count().label("dispatched"),
            func.count(Assignment.replied_at).label("replied"),
            func.count(sql_case((Assignment.sign_late, 1))).label("signed_late"),
            func.count(sql_case((Assignment.rework_no > 0, 1))).label("reworked"),
        )
        .join(Assignment, Assignment.unit_id == Unit.id)
        .where(mine)
        .group_by(Unit.id)
        .order_by(func.count().desc(), Unit.id)
    )
    return [dict(row._mapping) for row in rows]


def _by_category(uow: UnitOfWork, mine: ColumnElement[bool]) -> list[dict[str, Any]]:
    """What comes most often, with how much of it came back dissatisfied."""
    dissatisfied = Case.first_satisfaction == Satisfaction.DISSATISFIED
    rows = uow.session.execute(
        select(
            Category.name.label("category"),
            func.count().label("dispatched"),
            func.count(Case.first_satisfaction).label("rated"),
            func.count(sql_case((dissatisfied, 1))).label("dissatisfied"),
        )
        .select_from(Assignment)
        .join(Case, Case.id == Assignment.case_id)
        .join(Category, Category.code == Case.category_code)
        .where(mine)
        .group_by(Category.code)
        .order_by(func.count().desc(), Category.code)
        .limit(CATEGORIES_SHOWN)
    )
    return [dict(row._mapping) for row in rows]


def _timeliness(uow: UnitOfWork, units: list[int], since: datetime, until: datetime) -> dict[str, Any]:
    """On time = result handed in by the valid deadline, counted by due date in the period."""
    rows = uow.session.execute(
        select(Deadline.state, func.count())
        .join(Assignment, Assignment.id == Deadline.assignment_id)
        .where(
            Assignment.unit_id.in_(units),
            Deadline.clock == ClockName.HANDLE,
            Deadline.due_at.between(since, until),
            Deadline.state != DeadlineState.DROPPED,
        )
        .group_by(Deadline.state)
    )
    by_state = {state: number for state, number in rows}
    met, late = by_state.get(DeadlineState.MET, 0), by_state.get(DeadlineState.LATE, 0)
    due = met + late
    return {"due": due, "on_time": met, "late": late, "on_time_rate": met / due if due else None}


def _count(
    uow: UnitOfWork, model: Any, at: Any, units: list[int], since: datetime, until: datetime, *more: Any
) -> int:
    query = select(func.count()).where(model.unit_id.in_(units), at.between(since, until), *more)
    return uow.session.scalar(query) or 0


# -- reply templates of the unit


def templates(uow: UnitOfWork) -> list[ReplyTemplate]:
    _require_unit(uow)
    mine = ReplyTemplate.unit_id.in_(uow.actor.unit_ids)
    return list(uow.session.scalars(select(ReplyTemplate).where(mine).order_by(ReplyTemplate.title)))


def save_template(uow: UnitOfWork, *, title: str, body: str, template_id: int | None = None) -> ReplyTemplate:
    unit_id = _require_unit(uow)
    wrong = [
        {"field": name, "reason": "必填"}
        for name, value in (("title", title), ("body", body))
        if not value.strip()
    ]
    if wrong:
        raise Invalid(fields=wrong)
    row = _own_template(uow, template_id) if template_id else ReplyTemplate(unit_id=unit_id)
    row.title, row.body, row.updated_at = title.strip()[:100], body.strip()[:5000], uow.now
    uow.session.add(row)
    uow.session.flush()  # the list that follows names it by its id
    return row


def drop_template(uow: UnitOfWork, template_id: int) -> None:
    uow.session.delete(_own_template(uow, template_id))


def _own_template(uow: UnitOfWork, template_id: int) -> ReplyTemplate:
    row = uow.session.get(ReplyTemplate, template_id)
    if row is None or row.unit_id not in uow.actor.unit_ids:
        raise NotFound()
    return row


# -- order packages


def export_package(uow: UnitOfWork, case_id: int) -> dict[str, Any]:
    """The case as the unit may see it, for its own system; taking it out is noted (who saw what)."""
    _require_unit(uow)
    case = case_for(uow, case_id)
    parts = own_parts(uow.actor, case)
    if not parts:
        raise NotFound()
    uow.audit(f"case:{case.id}", "export", format=PACKAGE)
    seen = views.view_of(uow, case)
    return {
        "format": PACKAGE,
        "exported_at": uow.now,
        "case": {
            name: value for name, value in seen.items() if name not in ("actions", "editable", "assignments")
        },
        "assignment_id": parts[-1].id,
        "answers": [],
    }


def import_package(uow: UnitOfWork, package: dict[str, Any]) -> Case:
    """Answers of the unit's own system: `answers` is a list of {action, payload}, all or none."""
    _require_unit(uow)
    if package.get("format") != PACKAGE:
        raise Invalid(fields=[{"field": "format", "reason": f"应为 {PACKAGE}"}])
    answers = package.get("answers")
    case_id = (package.get("case") or {}).get("id")
    if not isinstance(answers, list) or not answers or not isinstance(case_id, int):
        raise Invalid(fields=[{"field": "answers", "reason": "须有工单 id 和至少一项办理动作"}])
    for number, answer in enumerate(answers):
        if answer.get("action") not in PACKAGE_ACTIONS:
            known = "、".join(sorted(PACKAGE_ACTIONS))
            raise Invalid(fields=[{"field": f"answers.{number}.action", "reason": f"可选值：{known}"}])
        workflow.perform(uow, case_id, answer["action"], answer.get("payload"), package.get("assignment_id"))
    return case_for(uow, case_id)
