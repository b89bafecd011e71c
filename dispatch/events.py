"""What happens to cases, for consoles and durable handlers; who reacts durably is in `hotline.subscribers`.

Payloads are ids, words and versions only. Rooms follow the people who hold or must take the case.
"""

from dataclasses import dataclass
from typing import ClassVar

from dispatch.models_supervision import DocumentKind
from dispatch.status import CaseStatus
from hotline.core.events import Event
from hotline.core.identity import Role

HOLDERS: dict[CaseStatus, tuple[Role, ...]] = {
    CaseStatus.PENDING_REVIEW: (Role.REVIEWER,),
    CaseStatus.PENDING_DISPATCH: (Role.DISPATCHER,),
    CaseStatus.RETURN_REVIEW: (Role.DISPATCHER,),
    CaseStatus.DISPUTE: (Role.COORDINATOR,),
    CaseStatus.SUSPENDED: (Role.CENTRE_HEAD,),
    CaseStatus.SUBMITTED: (Role.AUDITOR,),
    CaseStatus.FOLLOW_UP: (Role.FOLLOW_UP,),
}
"""Roles of the hotline that hold a case in a state; in the other states its agent or its units hold it."""


def _rooms(case_id: int, status: str, unit_ids: tuple[int, ...], agent_id: int | None) -> tuple[str, ...]:
    holders = HOLDERS.get(CaseStatus(status), ())
    rooms = [f"case:{case_id}", *(f"role:{role.value}" for role in holders)]
    rooms += [f"unit:{unit_id}" for unit_id in unit_ids]
    if agent_id is not None:
        rooms.append(f"user:{agent_id}")
    return tuple(rooms)


@dataclass(frozen=True, kw_only=True)
class CaseChange(Event):
    """`unit_ids`: units that have or had a part in it; `agent_id`: who registered it."""

    name: ClassVar[str] = "case.changed"
    case_id: int
    version: int
    status: str
    unit_ids: tuple[int, ...] = ()
    agent_id: int | None = None

    def rooms(self) -> tuple[str, ...]:
        return _rooms(self.case_id, self.status, self.unit_ids, self.agent_id)


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseChange):
    name: ClassVar[str] = "case.opened"


@dataclass(frozen=True, kw_only=True)
class CaseSaved(CaseChange):
    name: ClassVar[str] = "case.saved"


@dataclass(frozen=True, kw_only=True)
class CaseMoved(CaseChange):
    """One row of the lifecycle table was taken; `tells_citizen`: the citizen is to hear of it by SMS."""

    name: ClassVar[str] = "case.moved"
    action: str
    from_status: str
    assignment_id: int | None = None
    tells_citizen: bool = False

    def rooms(self) -> tuple[str, ...]:
        # Whoever held the case until now must see it leave the list.
        return tuple(
            dict.fromkeys(
                super().rooms() + _rooms(self.case_id, self.from_status, self.unit_ids, self.agent_id)
            )
        )


@dataclass(frozen=True, kw_only=True)
class CaseOverdue(CaseChange):
    name: ClassVar[str] = "case.overdue"
    deadline_id: int
    clock: str

    def rooms(self) -> tuple[str, ...]:
        return (*super().rooms(), f"role:{Role.COORDINATOR.value}")


@dataclass(frozen=True, kw_only=True)
class CardIssued(CaseChange):
    name: ClassVar[str] = "card.issued"
    card_id: int
    colour: str
    unit_id: int

    def rooms(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}", f"unit:{self.unit_id}", f"role:{Role.COORDINATOR.value}")


@dataclass(frozen=True, kw_only=True)
class OrderIssued(CaseChange):
    """A supervision document went out to a unit."""

    name: ClassVar[str] = "supervision.issued"
    order_id: int
    kind: str
    unit_id: int

    def rooms(self) -> tuple[str, ...]:
        unit = (f"unit:{self.unit_id}",) if DocumentKind(self.kind).goes_to_unit else ()
        return (f"case:{self.case_id}", *unit, f"role:{Role.COORDINATOR.value}")


@dataclass(frozen=True, kw_only=True)
class PhoneCodeAsked(Event):
    """A citizen wants to prove a telephone number: the code must go out by SMS."""

    name: ClassVar[str] = "citizen.code_asked"
    phone_code_id: int


@dataclass(frozen=True, kw_only=True)
class CalendarMoving(Event):
    """Declared days move open deadlines, a batch per event; `held` were locked by somebody and come again."""

    name: ClassVar[str] = "calendar.moving"
    first: str
    last: str
    total: int
    after_id: int = 0
    looked: int = 0
    moved: int = 0
    held: int = 0
    done: bool = False

    def rooms(self) -> tuple[str, ...]:
        return (f"role:{Role.ADMIN.value}",)
