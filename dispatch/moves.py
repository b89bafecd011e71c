"""The shape of the lifecycle table: what a row is, what a move in progress knows, how clocks are written.

`+review` starts a clock (or lets a standing one run on), `-review` ends it, `~review` stops it for a while, `>handle`
lets an ended one run on with the time between given back, `-all` ends every clock of the case.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from dispatch.forms import Form, NoForm
from dispatch.limits import Limit
from dispatch.models_case import Assignment, Case
from dispatch.status import AssignmentStatus, CaseStatus, UnitRole
from hotline.core.errors import DomainError
from hotline.core.identity import UNIT_ROLES, Role
from hotline.core.uow import UnitOfWork


class Level(StrEnum):
    CASE = "C"
    ASSIGNMENT = "A"


class Target(StrEnum):
    """Targets that are no status."""

    ROLL_UP = "roll_up"
    SAME = "same"


class Check(Protocol):
    """A guard raises a `DomainError` that says why the move is refused; an effect writes what the row promises."""

    __name__: str

    def __call__(self, move: "Move", /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table; see `transitions`. `early` guards need no form and decide whether the action is offered.

    `main`: the usual next step of the case.
    """

    action: str
    label: str
    level: Level
    sources: tuple[CaseStatus | AssignmentStatus, ...]
    target: CaseStatus | AssignmentStatus | Target
    case_target: CaseStatus | None = None
    who: tuple[Role, ...]
    form: type[Form] = NoForm
    early: tuple[Check, ...] = ()
    guards: tuple[Check, ...] = ()
    effects: tuple[Check, ...] = ()
    clocks: tuple[str, ...] = ()
    rule: str
    citizen_text: str | None = None
    tells_citizen: bool = False
    danger: bool = False
    main: bool = False


@dataclass(kw_only=True)
class Move:
    """A move while it is made. `at`: the instant from which it counts (a late tick dates by the rule); `said`: what the
    citizen reads of it."""

    uow: UnitOfWork
    case: Case
    row: Row
    role: Role
    at: datetime
    part: Assignment | None = None
    form: Any = None
    new_parts: list[Assignment] = field(default_factory=list)
    handle_limit: Limit | None = None
    reason: str | None = None
    said: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def the_part(self) -> Assignment:
        """The unit's part that an A row moves."""
        assert self.part is not None, f"{self.row.action} is a move of an assignment"  # noqa: S101
        return self.part

    @property
    def subject(self) -> Case | Assignment:
        return self.case if self.row.level is Level.CASE else self.the_part

    def by_unit(self) -> bool:
        return self.role in UNIT_ROLES


class ActionNotAllowed(DomainError):
    code, status = "case.action_not_allowed", 409
    text = "当前状态“{status}”下不能“{label}”，只能在：{sources}"


class ActionUnknown(DomainError):
    code, status, text = "case.action_unknown", 404, "没有名为“{action}”的操作"


class RoleNotAllowed(DomainError):
    code, status, text = "case.role_not_allowed", 403, "您的角色不能“{label}”，可由：{who}"


class AssignmentNeeded(DomainError):
    code, status = "case.assignment_needed", 422
    text = "请指明是哪个单位的办理任务（assignment_id）"


def roll_up(case: Case) -> CaseStatus:
    """The case is where its lead unit is; it is submitted once every unit has replied (DOMAIN §3)."""
    lead = next((part for part in case.live_assignments() if part.role is UnitRole.LEAD), None)
    if lead is None:
        return CaseStatus.PENDING_DISPATCH
    if lead.status is AssignmentStatus.REPLIED:
        replied = all(part.status is AssignmentStatus.REPLIED for part in case.live_assignments())
        return CaseStatus.SUBMITTED if replied else _in_hand(lead)
    if lead.status is AssignmentStatus.HANDLING:
        return _in_hand(lead)
    return CaseStatus(lead.status.value)


def _in_hand(lead: Assignment) -> CaseStatus:
    return CaseStatus.REWORK if lead.rework_no else CaseStatus.HANDLING
