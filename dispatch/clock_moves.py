"""What a row of the table does to the clocks of a case: reads the row's signs and moves the deadlines.

Signs are explained in `moves`; here also `-unit`: every clock of the moved unit's part and of parts below it ends.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from dispatch import deadlines
from dispatch.deadlines import UNIT_CLOCKS, Start
from dispatch.limit_rules import house_limit
from dispatch.limits import Limit, parse
from dispatch.models_case import Assignment
from dispatch.models_clock import Deadline
from dispatch.moves import Level, Move
from dispatch.status import AssignmentStatus, CaseStatus, ClockName, DeadlineState, Secrecy

_RUNS_ONLY_IN = {ClockName.AUDIT: CaseStatus.SUBMITTED, ClockName.DISPATCH: CaseStatus.PENDING_DISPATCH}
"""A co-handler's reply or exit moves the unit's part, not yet the case: the hotline's clock waits for the case."""


def apply(move: Move) -> None:
    for sign in move.row.clocks:
        verb, name = sign[0], sign[1:]
        if name == ClockName.CONTACT and not getattr(move.form, "reached", True):
            continue  # who was not reached has not been talked with
        if name in ("all", "unit"):
            _end_many(move, everything=name == "all")
        elif verb == "+":
            _start(move, ClockName(name))
        elif verb == "-":
            _each_open(move, ClockName(name), lambda session, row: deadlines.end(session, row, move.at))
        elif verb == "~":
            _each_open(move, ClockName(name), lambda session, row: deadlines.pause(session, row, move.at))
        else:
            _run_on(move, ClockName(name))


def _each_open(move: Move, clock: ClockName, act: Callable[[Session, Deadline], None]) -> None:
    session = move.uow.session
    for row in deadlines.open_deadlines(session, move.case.id):
        mine = move.row.level is Level.CASE or row.assignment_id == move.the_part.id
        if row.clock is clock and (mine or clock not in UNIT_CLOCKS) and row.subject_id is None:
            act(session, row)


def _end_many(move: Move, *, everything: bool) -> None:
    """A case that is closed has met or missed its clocks; one that goes elsewhere drops them."""
    state = None if move.row.target is CaseStatus.CLOSED else DeadlineState.DROPPED
    parts = set() if everything else {move.the_part.id, *move.details.get("also_ended", ())}
    for row in deadlines.open_deadlines(move.uow.session, move.case.id):
        if everything or row.assignment_id in parts:
            deadlines.end(move.uow.session, row, move.at, state)


def _start(move: Move, clock: ClockName) -> None:
    session, case = move.uow.session, move.case
    if case.status is not _RUNS_ONLY_IN.get(clock, case.status):
        return
    if clock not in UNIT_CLOCKS:
        limit = house_limit(session, clock, case.urgency)
        deadlines.start(session, case, Start(clock=clock, limit=limit, at=move.at))
        return
    nobody_to_call = case.anonymous or case.secrecy is Secrecy.STRICT
    if clock is ClockName.CONTACT and nobody_to_call:
        return
    for part in move.new_parts or [move.the_part]:
        deadlines.start(
            session,
            case,
            Start(
                clock=clock,
                limit=_unit_limit(move, clock, part),
                at=move.at,
                assignment_id=part.id,
                limit_rule_id=part.limit_rule_id,
                within=_clock_above(move, part) if clock is ClockName.HANDLE else None,
            ),
        )


def _clock_above(move: Move, part: Assignment) -> Deadline | None:
    """The clock of the part that passed this one on: a unit below works inside the time of the unit above."""
    if part.parent_id is None:
        return None
    return deadlines.find_open(move.uow.session, move.case.id, ClockName.HANDLE, part.parent_id)


def _unit_limit(move: Move, clock: ClockName, part: Assignment) -> Limit:
    if clock is ClockName.SIGN:
        return parse(part.sign_limit)
    if clock is ClockName.CONTACT:
        return parse(part.contact_limit)
    if clock is ClockName.HANDLE:
        return move.handle_limit or parse(part.handle_limit)
    return house_limit(move.uow.session, clock, move.case.urgency)


def _run_on(move: Move, clock: ClockName) -> None:
    """Clocks of the parts that are in hand again; standing clocks of the case itself."""
    session = move.uow.session
    if clock not in UNIT_CLOCKS:
        _each_open(move, clock, lambda session, row: deadlines.run_on(session, row, move.at))
        return
    for part in move.case.live_assignments():
        last = deadlines.last_of(session, clock, part.id)
        if last is not None and part.status is AssignmentStatus.HANDLING:
            deadlines.run_on(session, last, move.at)
