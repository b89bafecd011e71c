"""What the watch over incoming texts tells the people who supervise."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.core.events import Event
from hotline.core.identity import ROLE_PERMISSIONS, Permission, Role

WATCHERS = tuple(
    role
    for role, held in ROLE_PERMISSIONS.items()
    if Permission.HOTSPOT_SEE in held and role is not Role.SYSTEM
)


@dataclass(frozen=True, kw_only=True)
class HotspotRaised(Event):
    """A new alarm, or one whose level rose; `cases` counts its cases."""

    name: ClassVar[str] = "hotspot.raised"
    alarm_id: int
    level: str
    cases: int

    def rooms(self) -> tuple[str, ...]:
        return tuple(f"role:{role.value}" for role in WATCHERS)


@dataclass(frozen=True, kw_only=True)
class HotspotSeen(Event):
    """A person has taken note of an alarm."""

    name: ClassVar[str] = "hotspot.seen"
    alarm_id: int

    def rooms(self) -> tuple[str, ...]:
        return tuple(f"role:{role.value}" for role in WATCHERS)
