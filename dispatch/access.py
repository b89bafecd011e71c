"""Who may see and touch which case: the one door to a Case for every edge (`case_for`), and the scope of lists.

Not existing and out of scope both answer 404. Citizens have no scope: `citizen` finds a case by number and query code.
"""

from datetime import timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from dispatch.models_case import Assignment, Case
from dispatch.models_moves import Decision, Dispute, Opinion
from dispatch.models_supervision import DocumentKind, SupervisionOrder
from dispatch.status import AssignmentStatus, CaseStatus, Secrecy
from hotline.core.errors import NotFound
from hotline.core.identity import HOTLINE_CASE_ROLES, UNIT_ROLES, Actor, Role
from hotline.core.uow import UnitOfWork

CALLER_WINDOW = timedelta(days=1)
FOLLOWED_UP = (
    CaseStatus.FOLLOW_UP,
    CaseStatus.REWORK,
    CaseStatus.DISPUTE,
    CaseStatus.CLOSED,
    CaseStatus.DIRECT_CLOSED,
    CaseStatus.ARCHIVED,
)
ALL_CASES = HOTLINE_CASE_ROLES - {Role.FOLLOW_UP} | {Role.SYSTEM, Role.ASSESSOR, Role.REPORT_OFFICER}


_CALLERS = Case.__table__.alias("callers")


class CaseNotFound(NotFound):
    code, text = "case.not_found", "没有找到此工单，或您无权查看"


def scope(uow: UnitOfWork) -> ColumnElement[bool]:
    """SQL condition for the cases that the actor may see (DOMAIN §4)."""
    actor = uow.actor
    if actor.has(*ALL_CASES):
        return true()
    parts: list[ColumnElement[bool]] = []
    if actor.has(Role.FOLLOW_UP):
        parts.append(Case.status.in_(FOLLOWED_UP))
    if actor.has(Role.AGENT, Role.INTEGRATION) and actor.user_id is not None:
        parts += [Case.agent_id == actor.user_id, *_same_caller(uow)]
    if actor.has(*UNIT_ROLES) and actor.unit_ids:
        parts += [
            Case.id.in_(_unit_cases(actor)),
            Case.id.in_(_ordered_cases(actor)),
            Case.id.in_(_disputed_cases(actor)),
        ]
    return or_(*parts) if parts else false()


def _same_caller(uow: UnitOfWork) -> list[ColumnElement[bool]]:
    """An agent sees the earlier cases of whom they talked with in the last day (caller history)."""
    mine = (Case.agent_id == uow.actor.user_id) & (Case.created_at > uow.now - CALLER_WINDOW)
    talked = select(_CALLERS.c.caller_no_hash).where(
        _CALLERS.c.agent_id == uow.actor.user_id,
        _CALLERS.c.created_at > uow.now - CALLER_WINDOW,
        _CALLERS.c.caller_no_hash.is_not(None),
    )
    return [mine, Case.caller_no_hash.in_(talked), Case.contact_no_hash.in_(talked)]


def _unit_cases(actor: Actor) -> Select[int]:
    return select(Assignment.case_id).where(
        Assignment.unit_id.in_(actor.unit_ids), Assignment.status != AssignmentStatus.EXITED
    )


def _disputed_cases(actor: Actor) -> Select[int]:
    """Parties of an open dispute keep sight of the case, to give their opinion."""
    return (
        select(Dispute.case_id)
        .join(Opinion, Opinion.dispute_id == Dispute.id)
        .where(Opinion.unit_id.in_(actor.unit_ids), Dispute.decision == Decision.OPEN)
    )


def _ordered_cases(actor: Actor) -> Select[int]:
    return select(SupervisionOrder.case_id).where(ordered_to(actor))


def ordered_to(actor: Actor) -> ColumnElement[bool]:
    """SQL condition for the supervision documents that the actor's units got, alone or jointly (联合督办)."""
    jointly = [SupervisionOrder.joint_unit_ids.contains([unit_id]) for unit_id in sorted(actor.unit_ids)]
    mine = or_(SupervisionOrder.unit_id.in_(actor.unit_ids), *jointly)
    return and_(mine, SupervisionOrder.kind != DocumentKind.ACCOUNTABILITY)


def case_for(uow: UnitOfWork, case_id: int, want: Literal["see", "act"] = "see") -> Case:
    """The case, if the actor may see it. `act` locks it, so that two people do not move it at once."""
    query = select(Case).where(Case.id == case_id, scope(uow))
    if want == "act":
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    case = uow.session.scalar(query)
    if case is None:
        raise CaseNotFound(case_id=case_id)
    return case


def own_parts(actor: Actor, case: Case) -> list[Assignment]:
    """Parts of the case that belong to the actor's unit or one below it."""
    return [part for part in case.live_assignments() if part.unit_id in actor.unit_ids]


def is_hotline(actor: Actor) -> bool:
    return actor.has(*ALL_CASES, Role.AGENT, Role.FOLLOW_UP)


def knows_only_order(uow: UnitOfWork, case: Case) -> bool:
    """A unit that only has a supervision order in a case sees the order, not the case."""
    if is_hotline(uow.actor) or own_parts(uow.actor, case):
        return False
    return uow.session.scalar(_disputed_cases(uow.actor).where(Dispute.case_id == case.id).limit(1)) is None


def may_reveal(actor: Actor, case: Case) -> bool:
    """Whether identity data may be shown at all, with a reason (DOMAIN §1.7)."""
    if case.secrecy is Secrecy.STRICT:
        return actor.has(Role.REPORT_OFFICER)
    if case.secrecy is Secrecy.CONFIDENTIAL:
        return is_hotline(actor)
    return is_hotline(actor) or bool(own_parts(actor, case))
