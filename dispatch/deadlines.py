"""Deadline rows: starting, ending, pausing, extending and explaining the clocks of a case.

The reckoning is `clocks.compute`; what a clock does by itself is `steps`. Whoever calls this holds the case's row lock.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import steps
from dispatch.clocks import History, Reckoning, compute
from dispatch.clocks import due as due_of
from dispatch.limit_rules import active_template
from dispatch.limits import Limit, parse
from dispatch.models_case import Case
from dispatch.models_clock import CalendarDay, Deadline, LimitTemplate
from dispatch.status import CaseStatus, ClockName, DeadlineState
from dispatch.workdays import COUNTINGS, Calendar, Counting, Day, OfficeHours, Season

OPEN_STATES = (DeadlineState.RUNNING, DeadlineState.PAUSED)
UNIT_CLOCKS = frozenset({ClockName.SIGN, ClockName.CONTACT, ClockName.HANDLE, ClockName.RETURN_REVIEW})
"""Clocks that run for one unit's part; the others run for the case."""


class Book:
    """Calendar and ways of counting as the database has them; one per session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._countings: dict[str, Counting] = {}

    @cached_property
    def calendar(self) -> Calendar:
        rows = self._session.execute(
            select(
                CalendarDay.on,
                CalendarDay.is_workday,
                CalendarDay.name,
                CalendarDay.source,
                CalendarDay.provisional,
            )
        )
        return Calendar(
            {row.on: Day(row.on, row.is_workday, row.name, row.source, row.provisional) for row in rows}
        )

    @cached_property
    def template(self) -> str:
        return active_template(self._session)

    def counting(self, template: str) -> Counting:
        if template not in self._countings:
            row = self._session.get(LimitTemplate, template)
            shipped = COUNTINGS.get(template, COUNTINGS["county"])
            self._countings[template] = counting_of(row) if row and row.counting else shipped
        return self._countings[template]

    def due(self, limit: Limit, at: datetime) -> datetime:
        """End of an undisturbed limit by the template in force."""
        return due_of(limit, at, self.counting(self.template), self.calendar)

    def reckon(self, row: Deadline) -> Reckoning:
        return compute(history_of(row), self.counting(row.template), self.calendar)


def book_of(session: Session) -> Book:
    book: Book = session.info.setdefault("book", Book(session))
    return book


def counting_of(row: LimitTemplate) -> Counting:
    """A way of counting from its JSON: the options of `workdays.Counting`, seasons as `[["05-01", [["08:30", "12:00"]]]]`."""
    options = dict(row.counting)
    seasons = options.pop("seasons", None)
    hours = OfficeHours()
    if seasons:
        hours = OfficeHours(
            tuple(
                Season(
                    int(start[:2]),
                    int(start[3:]),
                    tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in windows),
                )
                for start, windows in seasons
            )
        )
    return Counting(name=row.name, label=row.label, hours=hours, **options)


def history_of(row: Deadline) -> History:
    pauses = [(_instant(begin), end and _instant(end)) for begin, end in row.pauses]
    lasting = next((begin for begin, end in pauses if end is None), None)
    return History(
        limit=parse(row.limit_text),
        started_at=row.started_at,
        pauses=tuple((begin, end) for begin, end in pauses if end is not None),
        paused_since=lasting,
        extensions=tuple(parse(text) for text in row.extensions),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- finding


def find_open(
    session: Session,
    case_id: int,
    clock: ClockName,
    assignment_id: int | None = None,
    subject_id: int | None = None,
) -> Deadline | None:
    return next(
        (
            row
            for row in open_deadlines(session, case_id)
            if row.clock is clock and row.assignment_id == assignment_id and row.subject_id == subject_id
        ),
        None,
    )


def open_deadlines(session: Session, case_id: int) -> list[Deadline]:
    preloaded = session.info.get("open_clocks", {}).get(case_id)
    if preloaded is not None:
        return [row for row in preloaded if row.state in OPEN_STATES]
    return list(
        session.scalars(
            select(Deadline)
            .where(Deadline.case_id == case_id, Deadline.state.in_(OPEN_STATES))
            .order_by(Deadline.id)
        )
    )


def of_case(session: Session, case: Case) -> list[Deadline]:
    """Running and ended clocks, oldest first; none has started before the first move."""
    if case.status is CaseStatus.DRAFT:
        return []
    return list(session.scalars(select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.id)))


def preload(session: Session, case_ids: set[int]) -> None:
    """Read the open clocks of many locked cases at once, for a unit of work that moves them all."""
    found: dict[int, list[Deadline]] = {case_id: [] for case_id in case_ids}
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.case_id.in_(case_ids), Deadline.state.in_(OPEN_STATES))
        .order_by(Deadline.id)
    )
    for row in rows:
        found[row.case_id].append(row)
    session.info.setdefault("open_clocks", {}).update(found)


def hold(session: Session, case_id: int) -> None:
    """Read the open clocks of a locked case, unless they are read already: a move touches several of them."""
    if case_id not in session.info.get("open_clocks", {}):
        preload(session, {case_id})


# -- moving clocks


@dataclass(frozen=True, kw_only=True)
class Start:
    """A clock to be started; `subject_id` tells several clocks of one kind apart (supervision orders); `within`: the
    running clock of the unit above, which this one must not outlast."""

    clock: ClockName
    limit: Limit
    at: datetime
    assignment_id: int | None = None
    subject_id: int | None = None
    limit_rule_id: int | None = None
    within: Deadline | None = None


def start(session: Session, case: Case, what: Start) -> Deadline:
    """Start a clock. One that stands still runs on instead; one that still runs is dropped for the new one."""
    found = find_open(session, case.id, what.clock, what.assignment_id, what.subject_id)
    if found is not None and found.state is DeadlineState.PAUSED:
        run_on(session, found, what.at)
        return found
    if found is not None:
        end(session, found, what.at, DeadlineState.DROPPED)
        session.flush()  # the partial unique index must see the old clock gone first
    book = book_of(session)
    row = Deadline(
        case_id=case.id,
        assignment_id=what.assignment_id,
        subject_id=what.subject_id,
        clock=what.clock,
        state=DeadlineState.RUNNING,
        template=book.template,
        limit_text=str(what.limit),
        limit_rule_id=what.limit_rule_id,
        started_at=what.at,
        pauses=[],
        extensions=[],
        steps_fired=[],
    )
    _reckon(session, row)
    if what.within is not None and _outlasts(row, what.within, what.at):
        _run_with(session, row, what.within, what.at)
    row.original_due_at = book.reckon(row).original_due_at
    session.add(row)
    session.info.setdefault("started", []).append(row)
    _note_open(session, row)
    return row


def _outlasts(row: Deadline, above: Deadline, at: datetime) -> bool:
    """Whether the clock would end after the one above it; one that is over already holds nobody."""
    if row.due_at is None or above.due_at is None:
        return False
    return at < above.due_at < row.due_at


def _run_with(session: Session, row: Deadline, above: Deadline, at: datetime) -> None:
    """Count as the clock above does: what moves that one by the calendar moves this one as well. Warnings whose
    instant lies before the start belong to the unit above."""
    for name in ("template", "limit_text", "limit_rule_id", "started_at", "pauses", "extensions"):
        setattr(row, name, getattr(above, name))
    _reckon(session, row)
    while row.next_step is not None and row.next_at is not None and row.next_at <= at:
        row.steps_fired = [*row.steps_fired, [row.next_step, at.isoformat()]]
        schedule(session, row)


def _note_open(session: Session, row: Deadline) -> None:
    """What was read ahead by `preload` must know of a clock that has just begun to run."""
    held: list[Deadline] | None = session.info.get("open_clocks", {}).get(row.case_id)
    if held is not None and row not in held:
        held.append(row)


def take_started(session: Session) -> list[Deadline]:
    """Clocks started since the last call; the timers let them take their turn in the same batch."""
    started: list[Deadline] = session.info.pop("started", [])
    return started


def end(session: Session, row: Deadline, at: datetime, state: DeadlineState | None = None) -> None:
    """End a clock: met or late by its due instant, or as told."""
    if state is None:
        late = row.due_at is not None and at > row.due_at
        state = DeadlineState.LATE if late else DeadlineState.MET
    row.state, row.ended_at = state, at
    row.next_step = row.next_at = None


def pause(session: Session, row: Deadline, at: datetime) -> None:
    if row.state is DeadlineState.RUNNING:
        row.pauses = [*row.pauses, [at.isoformat(), None]]
        row.state = DeadlineState.PAUSED
        row.due_at = row.next_step = row.next_at = None


def run_on(session: Session, row: Deadline, at: datetime) -> None:
    """Let a standing or ended clock run on; the time between is given back."""
    if row.state is DeadlineState.RUNNING:
        return
    if row.state is DeadlineState.PAUSED:
        begin, _ = row.pauses[-1]
        row.pauses = [*row.pauses[:-1], [begin, at.isoformat()]]
    elif row.ended_at is not None:
        row.pauses = [*row.pauses, [row.ended_at.isoformat(), at.isoformat()]]
    row.state, row.ended_at = DeadlineState.RUNNING, None
    _reckon(session, row)
    _note_open(session, row)


def extended(session: Session, row: Deadline, by: Limit) -> datetime | None:
    """When the clock would end with one extension more."""
    history = history_of(row)
    book = book_of(session)
    longer = replace(history, extensions=(*history.extensions, by))
    return compute(longer, book.counting(row.template), book.calendar).due_at


def extend(session: Session, row: Deadline, by: Limit) -> None:
    row.extensions = [*row.extensions, str(by)]
    _reckon(session, row)


def last_of(session: Session, clock: ClockName, assignment_id: int) -> Deadline | None:
    """The latest clock of a kind for a unit's part, open or ended."""
    return session.scalar(
        select(Deadline)
        .where(Deadline.assignment_id == assignment_id, Deadline.clock == clock)
        .order_by(Deadline.id.desc())
        .limit(1)
    )


def fired(session: Session, row: Deadline, step: str, at: datetime) -> None:
    """Note that a step fired and find the next one."""
    row.steps_fired = [*row.steps_fired, [step, at.isoformat()]]
    if row.state is DeadlineState.RUNNING:
        schedule(session, row)


def schedule(session: Session, row: Deadline) -> None:
    """Set when the timers look at this clock again."""
    row.next_step = row.next_at = None
    if row.state is not DeadlineState.RUNNING or row.due_at is None:
        return
    book = book_of(session)
    term = steps.Term(
        limit=parse(row.limit_text),
        started_at=row.started_at,
        due_at=row.due_at,
        counting=book.counting(row.template),
        calendar=book.calendar,
    )
    found = steps.next_step(row.clock, {name for name, _ in row.steps_fired}, term)
    if found is not None:
        row.next_step, row.next_at = found


def _reckon(session: Session, row: Deadline) -> None:
    reckoning = book_of(session).reckon(row)
    row.due_at, row.provisional = reckoning.due_at, reckoning.provisional
    schedule(session, row)


# -- explaining


def explain(session: Session, row: Deadline) -> dict[str, Any]:
    """A deadline as anybody can check it: rule, start, every day counted or skipped and why (ARCHITECTURE §6)."""
    book = book_of(session)
    reckoning = book.reckon(row)
    counting = book.counting(row.template)
    return {
        "id": row.id,
        "clock": row.clock.value,
        "label": row.clock.label,
        "limit": row.limit_text,
        "limit_label": parse(row.limit_text).label,
        "rule": counting.label,
        "limit_rule_id": row.limit_rule_id,
        "started_at": row.started_at,
        "due_at": row.due_at,
        "original_due_at": row.original_due_at,
        "state": row.state.value,
        "provisional": reckoning.provisional,
        "steps": [
            {"on": step.on, "counted": step.counted, "text": step.text, "provisional": step.provisional}
            for step in reckoning.steps
        ],
    }


def light(row: Deadline, now: datetime) -> str:
    """Traffic light: green in time, amber one working day or less left, red overdue (CONSOLE)."""
    if row.state is DeadlineState.PAUSED or row.due_at is None:
        return "grey"
    if now > row.due_at:
        return "red"
    warned = any(name == "yellow_card" for name, _ in row.steps_fired)
    return "amber" if warned or row.due_at - now <= timedelta(hours=1) else "green"
