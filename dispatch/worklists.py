"""Work lists: who finds which cases waiting, as data; pages by cursor, counts capped, so that they stay fast.

Lists of the hotline are ordered critical first, then oldest first; lists of units oldest first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from dispatch import search
from dispatch.access import scope
from dispatch.models_case import Assignment, Case
from dispatch.models_clock import Deadline
from dispatch.models_moves import Decision, Extension, Suspension
from dispatch.status import LIVE, AssignmentStatus, CaseStatus, ClockName, DeadlineState, UnitRole
from dispatch.worklist_rows import SUMMARY, summaries
from hotline.core.errors import Invalid, NotFound
from hotline.core.identity import HOTLINE_CASE_ROLES, UNIT_ROLES, Permission, Role, require
from hotline.core.numbers import is_case_no
from hotline.core.privacy import phone_e164
from hotline.core.uow import UnitOfWork

PAGE = 50
NEAR = 4000
MAX_KEY = 2**63 - 1
COUNT_CAP = 1000
Condition = Callable[[UnitOfWork], ColumnElement[bool]]


class ListUnknown(NotFound):
    code, text = "worklist.unknown", "没有名为“{name}”的工作列表，或不属于您的角色"


@dataclass(frozen=True, kw_only=True)
class WorkList:
    """`of_parts`: the condition is about assignments, and the list is one of units' parts."""

    name: str
    label: str
    who: frozenset[Role]
    condition: Condition
    of_parts: bool = False
    has_drafts: bool = False


def _in(*states: CaseStatus) -> Condition:
    return lambda uow: Case.status.in_(states) if len(states) > 1 else Case.status == states[0]


def _own(*states: CaseStatus) -> Condition:
    return lambda uow: and_(Case.agent_id == uow.actor.user_id, Case.status.in_(states))


def _part(*states: AssignmentStatus, role: UnitRole | None = None) -> Condition:
    def condition(uow: UnitOfWork) -> ColumnElement[bool]:
        units = sorted(uow.actor.unit_ids)
        mine = Assignment.unit_id == units[0] if len(units) == 1 else Assignment.unit_id.in_(units)
        wanted = Assignment.status == states[0] if len(states) == 1 else Assignment.status.in_(states)
        return and_(mine, wanted, Assignment.role == role) if role else and_(mine, wanted)

    return condition


def _overdue_part(uow: UnitOfWork) -> ColumnElement[bool]:
    late = exists().where(
        Deadline.assignment_id == Assignment.id,
        Deadline.state == DeadlineState.RUNNING,
        Deadline.clock == ClockName.HANDLE,
        Deadline.due_at < uow.now,
    )
    return and_(_part(AssignmentStatus.HANDLING, AssignmentStatus.PENDING_SIGN)(uow), late)


def _supervised(uow: UnitOfWork) -> ColumnElement[bool]:
    """Spelt as the partial index spells it."""
    return Case.is_supervised.expression


def _overdue(uow: UnitOfWork) -> ColumnElement[bool]:
    late = select(Deadline.case_id).where(
        Deadline.state == DeadlineState.RUNNING,
        Deadline.due_at < uow.now,
        Deadline.clock != ClockName.ARCHIVE,
    )
    return and_(Case.status.in_(LIVE), Case.id.in_(late))


def _extension_asked(uow: UnitOfWork) -> ColumnElement[bool]:
    asked = exists().where(Extension.assignment_id == Assignment.id, Extension.decision == Decision.OPEN)
    return and_(_part(AssignmentStatus.HANDLING)(uow), asked)


def _asked(model: type[Extension] | type[Suspension]) -> Condition:
    return lambda uow: Case.id.in_(select(model.case_id).where(model.decision == Decision.OPEN))


def _recent_direct(uow: UnitOfWork) -> ColumnElement[bool]:
    return and_(Case.status == CaseStatus.DIRECT_CLOSED, Case.closed_at > uow.now - timedelta(days=7))


S, P = CaseStatus, AssignmentStatus
_COORDINATION = frozenset({Role.COORDINATOR, Role.CENTRE_HEAD})
_REGISTRARS = frozenset({Role.AGENT, Role.SHIFT_LEADER, Role.REVIEWER})
LISTS: dict[str, WorkList] = {
    item.name: item
    for item in (
        WorkList(
            name="to_review", label="待审核", who=frozenset({Role.REVIEWER}), condition=_in(S.PENDING_REVIEW)
        ),
        WorkList(name="drafts", label="草稿", who=_REGISTRARS, condition=_own(S.DRAFT), has_drafts=True),
        WorkList(name="need_more", label="待补充", who=_REGISTRARS, condition=_own(S.NEED_MORE)),
        WorkList(name="mine", label="我的工单", who=_REGISTRARS, condition=_own(*S), has_drafts=True),
        WorkList(
            name="to_dispatch",
            label="待派单",
            who=frozenset({Role.DISPATCHER}),
            condition=_in(S.PENDING_DISPATCH),
        ),
        WorkList(
            name="returns", label="退单待审", who=frozenset({Role.DISPATCHER}), condition=_in(S.RETURN_REVIEW)
        ),
        WorkList(
            name="extensions",
            label="延期待批",
            who=frozenset({Role.DISPATCHER, Role.COORDINATOR, Role.CENTRE_HEAD}),
            condition=_asked(Extension),
        ),
        WorkList(
            name="suspensions",
            label="挂起待批",
            who=frozenset({Role.CENTRE_HEAD}),
            condition=_asked(Suspension),
        ),
        WorkList(name="suspended", label="长期事项", who=_COORDINATION, condition=_in(S.SUSPENDED)),
        WorkList(name="disputes", label="争议协调", who=_COORDINATION, condition=_in(S.DISPUTE)),
        WorkList(name="overdue", label="超期工单", who=_COORDINATION, condition=_overdue),
        WorkList(
            name="supervised",
            label="督办中",
            who=_COORDINATION,
            condition=_supervised,
        ),
        WorkList(
            name="to_audit", label="待办结审核", who=frozenset({Role.AUDITOR}), condition=_in(S.SUBMITTED)
        ),
        WorkList(
            name="to_follow_up", label="待回访", who=frozenset({Role.FOLLOW_UP}), condition=_in(S.FOLLOW_UP)
        ),
        WorkList(name="direct_closed", label="直接办结", who=frozenset({Role.QA}), condition=_recent_direct),
        WorkList(
            name="to_sign", label="待签收", who=UNIT_ROLES, condition=_part(P.PENDING_SIGN), of_parts=True
        ),
        WorkList(name="in_hand", label="办理中", who=UNIT_ROLES, condition=_part(P.HANDLING), of_parts=True),
        WorkList(name="unit_overdue", label="已超期", who=UNIT_ROLES, condition=_overdue_part, of_parts=True),
        WorkList(
            name="unit_returns",
            label="退单待审",
            who=UNIT_ROLES,
            condition=_part(P.RETURN_REVIEW),
            of_parts=True,
        ),
        WorkList(
            name="unit_extensions",
            label="延期待批",
            who=UNIT_ROLES,
            condition=_extension_asked,
            of_parts=True,
        ),
        WorkList(
            name="unit_suspended",
            label="长期事项",
            who=UNIT_ROLES,
            condition=_part(P.SUSPENDED),
            of_parts=True,
        ),
        WorkList(
            name="joint",
            label="协办",
            who=UNIT_ROLES,
            condition=_part(P.PENDING_SIGN, P.HANDLING, role=UnitRole.CO_HANDLER),
            of_parts=True,
        ),
        WorkList(name="replied", label="已提交", who=UNIT_ROLES, condition=_part(P.REPLIED), of_parts=True),
        WorkList(
            name="all",
            label="全部工单",
            who=HOTLINE_CASE_ROLES | {Role.REPORT_OFFICER, Role.ASSESSOR},
            condition=lambda uow: Case.status != S.DRAFT,
        ),
    )
}
UNCOUNTED = frozenset({"mine", "all", "replied"})


def lists_of(uow: UnitOfWork) -> list[WorkList]:
    return [item for item in LISTS.values() if not uow.actor.roles.isdisjoint(item.who)]


def _list(uow: UnitOfWork, name: str) -> WorkList:
    item = LISTS.get(name)
    if item is None or uow.actor.roles.isdisjoint(item.who):
        raise ListUnknown(name=name)
    return item


def counts(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Per list its label and how many wait, at most `COUNT_CAP`."""
    found = []
    for item in lists_of(uow):
        entry: dict[str, Any] = {"name": item.name, "label": item.label}
        if item.name not in UNCOUNTED:
            rows = _query(uow, item, select(1)).limit(COUNT_CAP).subquery()
            entry["count"] = uow.session.scalar(select(func.count()).select_from(rows)) or 0
        found.append(entry)
    return found


def _query(uow: UnitOfWork, item: WorkList, columns: Select[Any]) -> Select[Any]:
    query = columns.select_from(Case).where(item.condition(uow))
    if item.of_parts:
        return query.join(Assignment, Assignment.case_id == Case.id)
    return query.where(scope(uow))


FILTERS = {"case_type": Case.case_type, "urgency": Case.urgency, "status": Case.status}


def page(
    uow: UnitOfWork,
    name: str,
    *,
    q: str | None = None,
    filters: Mapping[str, str] | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> dict[str, Any]:
    """One page of a list: rows and the cursor of the next page (None at the end); `filters` by `FILTERS`."""
    item = _list(uow, name)
    entities = (Case, Assignment) if item.of_parts else (Case,)
    query = _query(uow, item, select(*entities))
    query = query.options(SUMMARY)
    for field, value in (filters or {}).items():
        query = query.where(FILTERS[field] == value)
    size = min(size, 200)
    rows = _rows(uow, item, query, (q or "").strip(), cursor, size + 1)
    more, rows = len(rows) > size, rows[:size]
    parts = [row[1] if item.of_parts else None for row in rows]
    cases = [row[0] for row in rows]
    last = (parts[-1] or cases[-1]) if rows else None
    return {
        "rows": summaries(uow, cases, parts),
        "cursor": _cursor(item, last, cases[-1]) if more and last is not None else None,
    }


def _rows(
    uow: UnitOfWork, item: WorkList, query: Select[Any], q: str, cursor: str | None, wanted: int
) -> Sequence[Any]:
    """The next rows of a list. Statistics know rare words badly, so the database is not left to choose: frequent words
    fill a page among the next cases of the list, and what does not is rare enough to be looked up in the index."""
    in_order = _after(query, item, cursor)
    if not q:
        return uow.session.execute(in_order.limit(wanted)).all()
    exact = _exactly(uow, q)
    if exact is not None:
        return uow.session.execute(in_order.where(exact).limit(wanted)).all()
    words = or_(search.matches(q), search.in_drafts(q)) if item.has_drafts else search.matches(q)
    near = _near(uow, item, cursor)
    if near is not None:
        rows = uow.session.execute(in_order.where(near, words).limit(wanted)).all()
        if len(rows) == wanted:
            return rows
    by_index = _after(query, item, cursor, by_index=True)
    return uow.session.execute(by_index.where(words).limit(wanted)).all()


def _near(uow: UnitOfWork, item: WorkList, cursor: str | None) -> ColumnElement[bool] | None:
    """Up to where the next `NEAR` entries of the list go; None for lists that are short by nature."""
    if item.of_parts:
        entries = _after(select(Assignment.id).where(item.condition(uow)), item, cursor)
        return Assignment.id <= func.coalesce(_at(entries, NEAR), MAX_KEY)
    if item.name in UNCOUNTED:
        entries = _after(select(Case.id).where(item.condition(uow)), item, cursor)
        return Case.id >= func.coalesce(_at(entries, NEAR), 0)
    return None


def _at(entries: Select[Any], place: int) -> ScalarSelect[int]:
    return entries.offset(place).limit(1).correlate(None).scalar_subquery()


def _after(query: Select[Any], item: WorkList, cursor: str | None, *, by_index: bool = False) -> Select[Any]:
    """Keyset paging: newest first for lists of everything, otherwise in the order of work. `by_index`: the order is
    hidden from the planner, so that it goes by the index of the words and sorts what it found."""
    at = _read_cursor(cursor)
    hidden = 0 if by_index else None
    if item.of_parts:
        query = query.order_by(_key(Assignment.id, hidden))
        return query.where(Assignment.id > at[-1]) if at else query
    if item.name in UNCOUNTED:
        query = query.order_by(_key(Case.id, hidden).desc())
        return query.where(Case.id < at[-1]) if at else query
    query = query.order_by(_key(Case.priority, hidden), Case.id)
    return query.where(tuple_(Case.priority, Case.id) > tuple_(*at)) if at and len(at) == 2 else query


def _key(column: InstrumentedAttribute[int], plus: int | None) -> ColumnElement[int]:
    return column.expression if plus is None else column + literal_column(str(plus))


def _cursor(item: WorkList, last: Any, case: Case) -> str:
    if item.of_parts or item.name in UNCOUNTED:
        return str(last.id)
    return f"{case.priority}.{case.id}"


def _read_cursor(cursor: str | None) -> list[int]:
    if not cursor:
        return []
    try:
        return [int(part) for part in cursor.split(".", 1)]
    except ValueError as wrong:
        raise Invalid(fields=[{"field": "cursor", "reason": "不是有效的翻页标记"}]) from wrong


def _exactly(uow: UnitOfWork, q: str) -> ColumnElement[bool] | None:
    """A case number, or a phone number (by its hash, never by like); None for words."""
    if is_case_no(q.upper()):
        return Case.case_no == q.upper()
    if uow.actor.may(Permission.CASE_SEARCH) and phone_e164(q):
        wanted = uow.vault.search_hash(q)
        return or_(Case.caller_no_hash == wanted, Case.contact_no_hash == wanted)
    return None


def find(uow: UnitOfWork, q: str, cursor: str | None = None) -> dict[str, Any]:
    """Search over everything in scope, newest first."""
    require(uow.actor, Permission.CASE_SEARCH)
    return page(uow, "all", q=q, cursor=cursor)
