"""What holds of every case at every moment, whatever was done with it and whoever did it."""

from datetime import timedelta

from dispatch.models import Case, CaseEvent, Deadline, Dispute
from dispatch.models_moves import Decision
from dispatch.status import (
    DONE,
    LIVE,
    WITH_UNITS,
    AssignmentStatus,
    CaseStatus,
    ClockName,
    DeadlineState,
    UnitRole,
)
from dispatch.transitions import ROWS
from hotline.core.identity import Role

from .conftest import City

NEEDS_CLOCK = LIVE - {CaseStatus.DRAFT}


def all_hold(city: City, case_id: int) -> None:
    with city.house.sessions() as session:
        case = session.get_one(Case, case_id)
        clocks = session.query(Deadline).filter_by(case_id=case.id).all()
        running = [row for row in clocks if row.state is DeadlineState.RUNNING]
        one_owner_or_a_dispute(case, session.query(Dispute).filter_by(case_id=case.id).all())
        no_clock_is_lost(case, clocks, running)
        assert not any(
            row.next_at and row.next_at <= city.clock.now() - timedelta(days=11) for row in running
        )
        the_case_is_where_its_units_are(case)
        if case.status is CaseStatus.CLOSED:
            assert case.close_reason or case.citizen_solved or case.follow_up_attempts
            assert case.closed_at is not None
        lines = session.query(CaseEvent).filter_by(case_id=case.id).filter(CaseEvent.actor_role.is_not(None))
        for line in lines:
            if line.action in ROWS:
                assert Role(line.actor_role) in ROWS[line.action].who


def one_owner_or_a_dispute(case: Case, disputes: list[Dispute]) -> None:
    leads = [part for part in case.live_assignments() if part.role is UnitRole.LEAD]
    assert len(leads) <= 1
    if case.status in (CaseStatus.HANDLING, CaseStatus.REWORK, CaseStatus.PENDING_SIGN, CaseStatus.SUSPENDED):
        assert len(leads) == 1
    open_disputes = [dispute for dispute in disputes if dispute.decision is Decision.OPEN]
    if case.status is CaseStatus.DISPUTE:
        assert len(open_disputes) == 1


def the_case_is_where_its_units_are(case: Case) -> None:
    """DOMAIN §3, said anew and not by the program's own roll-up."""
    live = case.live_assignments()
    lead = next((part for part in live if part.role is UnitRole.LEAD), None)
    if case.status not in WITH_UNITS or lead is None:
        return
    replied = {part.id for part in live if part.status is AssignmentStatus.REPLIED}
    if case.status is CaseStatus.SUBMITTED:
        assert replied == {part.id for part in live}
    elif case.status in (CaseStatus.HANDLING, CaseStatus.REWORK):
        assert lead.status is AssignmentStatus.HANDLING or (lead.id in replied and len(replied) < len(live))
        assert (case.status is CaseStatus.REWORK) == (lead.rework_no > 0)
    else:
        assert case.status.value == lead.status.value


def no_clock_is_lost(case: Case, clocks: list[Deadline], running: list[Deadline]) -> None:
    """Whoever holds a live case has a clock running; a finished case has none but the archive's."""
    kinds = {row.clock for row in running}
    if case.status in NEEDS_CLOCK:
        assert kinds - {ClockName.SUPERVISION}, case.status
    if case.status in DONE:
        assert kinds <= {ClockName.ARCHIVE, ClockName.SUPERVISION}, (case.status, kinds)
    for part in case.live_assignments():
        mine = {row.clock for row in running if row.assignment_id == part.id}
        if part.status in (
            AssignmentStatus.HANDLING,
            AssignmentStatus.PENDING_SIGN,
            AssignmentStatus.RETURN_REVIEW,
        ):
            assert ClockName.HANDLE in mine
    gone = {part.id for part in case.assignments if part.status is AssignmentStatus.EXITED}
    assert not [row for row in running if row.assignment_id in gone]
