"""From the event log to the sockets: one thread per web process, and the replay for a console that comes back.

A message carries `cursor`: whoever sends it back as `after` gets everything later, perhaps a few messages twice (drop
them by `id`), none missed. It is the cursor from before the batch, because a process may die between two messages.
"""

import time
from collections.abc import Callable
from threading import Event as Flag
from typing import Any

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.core import bus
from hotline.core.events import EventRow
from hotline.core.house import House

log = structlog.get_logger()
REPLAY_LIMIT = 1000
RESTART_S = 1.0

Emit = Callable[[dict[str, Any], list[str]], None]


class Feed:
    """`seen_at` (monotonic seconds) is the last successful look at the log, for the readiness check."""

    def __init__(self, house: House, emit: Emit) -> None:
        self.house, self.emit = house, emit
        self.stop = Flag()
        self.seen_at = time.monotonic()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._follow()
            except Exception:
                # An edge: the feed must outlive any single event, and its restart misses nothing that consoles
                # do not fetch again by themselves.
                log.exception("feed.fault")
                self.stop.wait(RESTART_S)

    def _follow(self) -> None:
        before: int | None = None
        for rows, cursor in bus.follow(self.house, self.stop):
            self.seen_at = time.monotonic()
            for row in rows:
                if row.rooms:
                    self.emit(message(row, cursor if before is None else before), row.rooms)
            before = cursor


def message(row: EventRow, cursor: int) -> dict[str, Any]:
    """Ids, version and name; whoever wants more asks the API, which checks what they may see."""
    kind = row.name.partition(".")[0]
    key = row.payload.get(f"{kind}_id")
    subject = f"{kind}:{key}" if key is not None else kind
    return {**row.payload, "id": row.id, "name": row.name, "subject": subject, "cursor": cursor}


def replay(session: Session, after: int, rooms: list[str]) -> tuple[list[dict[str, Any]], bool]:
    """What these rooms missed since the cursor `after`, and whether it is all of it."""
    horizon = bus.horizon(session)
    missed = (
        select(EventRow)
        .where(text("xid >= cast(cast(:after as text) as xid8)"), EventRow.rooms.overlap(rooms))
        .order_by(EventRow.id)
        .limit(REPLAY_LIMIT + 1)
    )
    rows = list(session.scalars(missed, {"after": str(after)}))
    cursor = min(after, horizon)
    return [message(row, cursor) for row in rows[:REPLAY_LIMIT]], len(rows) <= REPLAY_LIMIT
