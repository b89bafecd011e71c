"""The one verb that moves a case: `perform` reads the lifecycle table and is the only writer of `status`.

Order of refusals: not found (404), stale (409), wrong state (409), wrong role (403), bad form (422), guard (its own).
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select

from dispatch import clock_moves, deadlines, search, timeline
from dispatch.access import case_for, own_parts
from dispatch.events import CaseMoved
from dispatch.forms import Form, read
from dispatch.models_case import Assignment, Case, CaseEdit, CaseEvent
from dispatch.moves import (
    ActionNotAllowed,
    ActionUnknown,
    AssignmentNeeded,
    Level,
    Move,
    RoleNotAllowed,
    Row,
    Target,
    roll_up,
)
from dispatch.status import WITH_UNITS, AssignmentStatus, CaseStatus
from dispatch.transitions import ROWS, TABLE
from hotline.core.errors import Conflict, DomainError, NotAllowed
from hotline.core.identity import ROLE_LABELS, UNIT_ROLES, Actor, Role
from hotline.core.uow import UnitOfWork


class StaleCase(Conflict):
    """`changes`: who changed what since the version that the actor saw."""

    code, text = "case.stale", "工单已被他人修改（{who}），请核对后再操作"


class NotYourAssignment(NotAllowed):
    code, text = "case.not_your_assignment", "这是其他单位的办理任务，不能由您操作"


def perform(
    uow: UnitOfWork,
    case_id: int,
    action: str,
    payload: dict[str, Any] | None = None,
    assignment_id: int | None = None,
    *,
    seen_version: int | None = None,
) -> Case:
    """Move a case by one row of the table, or raise why not."""
    case = case_for(uow, case_id, want="act")
    check_version(uow, case, seen_version)
    return move_case(uow, case, action, payload, assignment_id=assignment_id)


def move_case(
    uow: UnitOfWork,
    case: Case,
    action: str,
    payload: dict[str, Any] | None = None,
    *,
    assignment_id: int | None = None,
    at: datetime | None = None,
) -> Case:
    """The move itself, on a case that the caller has locked and may touch; `at` dates it by a rule."""
    row, part, role = admit(uow.actor, case, action, assignment_id)
    move = Move(uow=uow, case=case, row=row, role=role, at=at or uow.now, part=part)
    move.form = read(row.form, payload or {})
    for guard in (*row.early, *row.guards):
        guard(move)
    _carry_out(move)
    return case


def _carry_out(move: Move) -> None:
    case, row, uow = move.case, move.row, move.uow
    before, from_status = timeline.snapshot(case, move.part), case.status
    deadlines.hold(uow.session, case.id)
    for effect in row.effects:
        effect(move)
    _set_status(move)
    if from_status is CaseStatus.DRAFT:
        case.search = search.document(case)
    with uow.session.no_autoflush:  # nothing below looks for what it writes: all of it goes out at once
        clock_moves.apply(move)
        case.version += 1
        case.updated_at, case.updated_by_id = uow.now, uow.actor.user_id
        changes = timeline.difference(before, timeline.snapshot(case, move.part))
        line = timeline.write(move, from_status, changes)
        _tell(move, from_status, line)


def _set_status(move: Move) -> None:
    case, row = move.case, move.row
    if row.level is Level.ASSIGNMENT:
        move.the_part.status = AssignmentStatus(row.target)
        if row.case_target is not None:
            case.status = row.case_target
        elif case.status in WITH_UNITS:
            case.status = roll_up(case)
    elif row.target is Target.ROLL_UP:
        case.status = roll_up(case)
    elif row.target is not Target.SAME:
        case.status = CaseStatus(row.target)


def _tell(move: Move, from_status: CaseStatus, line: CaseEvent) -> None:
    case, uow = move.case, move.uow
    uow.audit(
        f"case:{case.id}",
        move.row.action,
        role=move.role.value,
        assignment_id=line.assignment_id,
        at=move.at,
        reason=line.reason,
        version=case.version,
        **line.details,
    )
    uow.record(
        CaseMoved(
            case_id=case.id,
            version=case.version,
            status=case.status.value,
            action=move.row.action,
            from_status=from_status.value,
            assignment_id=line.assignment_id,
            unit_ids=tuple(dict.fromkeys(part.unit_id for part in case.assignments)),
            agent_id=case.agent_id,
            tells_citizen=move.row.tells_citizen,
        )
    )


# -- finding the row, the part and the role


def admit(
    actor: Actor, case: Case, action: str, assignment_id: int | None = None
) -> tuple[Row, Assignment | None, Role]:
    """The row, the unit's part and the role in which the actor takes it; says only what the table says."""
    row = ROWS.get(action)
    if row is None:
        raise ActionUnknown(action=action)
    part = _part_for(actor, case, row, assignment_id)
    role = _role_for(actor, row)
    if part is not None and role in UNIT_ROLES and part.unit_id not in actor.unit_ids:
        raise NotYourAssignment()
    return row, part, role


def _part_for(actor: Actor, case: Case, row: Row, assignment_id: int | None) -> Assignment | None:
    """The unit's part that an A row moves; where only one fits, it need not be named."""
    if row.level is Level.CASE:
        if case.status not in row.sources:
            raise _not_now(row, case.status.label)
        return None
    mine = own_parts(actor, case) if actor.has(*UNIT_ROLES) else case.live_assignments()
    if assignment_id is not None:
        named = next((part for part in case.assignments if part.id == assignment_id), None)
        if named is None:
            raise AssignmentNeeded()
        if named.status not in row.sources:
            raise _not_now(row, named.status.label)
        return named
    fitting = [part for part in mine if part.status in row.sources]
    if not fitting:
        raise _not_now(row, mine[0].status.label if mine else case.status.label)
    if len(fitting) > 1:
        raise AssignmentNeeded()
    return fitting[0]


def _not_now(row: Row, status: str) -> ActionNotAllowed:
    sources = "、".join(source.label for source in row.sources)
    return ActionNotAllowed(status=status, label=row.label, sources=sources)


def _role_for(actor: Actor, row: Row) -> Role:
    """The role in which the actor takes the row."""
    for role in row.who:
        if role in actor.roles:
            return role
    raise RoleNotAllowed(label=row.label, who="、".join(ROLE_LABELS[role] for role in row.who))


# -- what may be done now


def allowed_actions(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    """Exactly the moves that this actor may make now, each with the JSON schema of its form."""
    found = []
    for row in TABLE:
        if uow.actor.roles.isdisjoint(row.who):
            continue
        role = _role_for(uow.actor, row)
        for part in _parts_to_offer(uow.actor, role, case, row):
            if _early_guards_pass(Move(uow=uow, case=case, row=row, role=role, at=uow.now, part=part)):
                found.append(_offer(row, part))
    return _mark_main(found)


def _mark_main(offers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the usual steps only the furthest stands out: a unit that has rung the citizen replies."""
    names = [offer["name"] for offer in offers if ROWS[offer["name"]].main]
    return [offer | {"main": offer["name"] == names[-1] if names else False} for offer in offers]


def _parts_to_offer(actor: Actor, role: Role, case: Case, row: Row) -> list[Assignment | None]:
    if row.level is Level.CASE:
        return [None] if case.status in row.sources else []
    mine = own_parts(actor, case) if role in UNIT_ROLES else case.live_assignments()
    return [part for part in mine if part.status in row.sources]


def _early_guards_pass(move: Move) -> bool:
    try:
        for guard in move.row.early:
            guard(move)
    except DomainError:
        return False
    return True


@cache
def _schema_of(form: type[Form]) -> dict[str, Any]:
    """Building a schema takes a millisecond, and a reviewer is offered a dozen forms with every case."""
    return form.model_json_schema()


def _offer(row: Row, part: Assignment | None) -> dict[str, Any]:
    return {
        "name": row.action,
        "label": row.label,
        "level": row.level.value,
        "assignment_id": part.id if part else None,
        "form": _schema_of(row.form),
        "danger": row.danger,
    }


# -- stale sights


def check_version(uow: UnitOfWork, case: Case, seen_version: int | None) -> None:
    """Refuse to act on a case that changed since the actor saw it, and say who changed what."""
    if seen_version is None or seen_version == case.version:
        return
    changes = changes_since(uow, case.id, seen_version)
    who = "、".join(dict.fromkeys(change["who"] for change in changes)) or "系统"
    raise StaleCase(who=who, changes=changes, version=case.version, seen_version=seen_version)


def changes_since(uow: UnitOfWork, case_id: int, version: int) -> list[dict[str, Any]]:
    moves = uow.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.version > version)
    )
    edits = uow.session.scalars(
        select(CaseEdit).where(CaseEdit.case_id == case_id, CaseEdit.version > version)
    )
    found = [
        {"version": event.version, "who": event.actor_name, "what": event.label, "at": event.at.isoformat()}
        for event in moves
    ]
    found += [
        {
            "version": edit.version,
            "who": edit.actor_name,
            "what": f"修改 {'、'.join(edit.fields)}",
            "at": edit.at.isoformat(),
        }
        for edit in edits
    ]
    return sorted(found, key=lambda change: int(str(change["version"])))
