"""What happened: typed events, the event log and the outbox, all written in the transaction of the change itself.

`uow.record(event)` is the only way in. Socket fan-out follows the log (`bus`); durable work (SMS, classification,
exchange) are outbox rows that a worker takes, at least once each, idempotent by event id.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import (
    DDL,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    Select,
    Text,
    delete,
    event,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.core.db import Base, Key, Xid8

RETRY_AFTER = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
GIVE_UP_AFTER = 12
EVENTS_CHANNEL = "hotline_events"
SEALED = re.compile(r"[a-z_]+(\.[a-z_]+)+")

Routes = Mapping[str, tuple[str, ...]]
"""Event name → names of the durable handlers that must see it."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Ids and small facts only; a subclass sets its dotted past-tense `name` and says who should hear of it."""

    name: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not SEALED.fullmatch(cls.__dict__.get("name", "")):
            raise TypeError(f"{cls.__name__} needs a dotted name")

    def rooms(self) -> tuple[str, ...]:
        """Rooms of the consoles that show this: `user:5`, `seat:3`, `unit:7`, `role:dispatcher`, `case:12`."""
        return ()


class EventRow(Base):
    """The log. `xid` orders commits: ids are handed out before commit and can appear out of order."""

    __tablename__ = "event_log"
    id: Mapped[Key]
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    name: Mapped[str]
    rooms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    payload: Mapped[dict[str, Any]]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]

    __table_args__ = (Index("ix_event_log_xid", "xid"), Index("ix_event_log_at", "at"))


RINGS_AFTERWARDS = "set hotline.rings = 'afterwards'"
"""What a connection says whose process wakes the followers itself, after the commit (`bell`)."""
WAKES = f"""
create or replace function wake_listeners() returns trigger language plpgsql as
$$ begin
  if current_setting('hotline.rings', true) is distinct from 'afterwards' then perform pg_notify('{EVENTS_CHANNEL}', ''); end if;
  return null;
end $$;
create trigger event_log_wakes after insert on event_log
for each statement execute function wake_listeners();
"""
event.listen(EventRow.__table__, "after_create", DDL(WAKES))  # type: ignore[no-untyped-call]


class OutboxRow(Base):
    """One piece of durable work: an event for one handler."""

    __tablename__ = "outbox"
    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event_log.id", ondelete="CASCADE"), index=True)
    handler: Mapped[str]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    event: Mapped[EventRow] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        Index("ix_outbox_due", "due_at", postgresql_where=text("done_at is null and given_up_at is null")),
    )


def append(
    session: Session, event: Event, *, routes: Routes, actor_id: int | None, now: datetime
) -> tuple[EventRow, list[OutboxRow]]:
    """Add the event and its outbox rows to the session."""
    row = EventRow(
        name=event.name, rooms=list(event.rooms()), payload=_plain(event), actor_id=actor_id, at=now
    )
    session.add(row)
    work = [
        OutboxRow(event=row, handler=handler, due_at=now, attempts=0)
        for handler in routes.get(event.name, ())
    ]
    session.add_all(work)
    return row, work


def _plain(event: Event) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in asdict(event).items()
    }


def take(session: Session, outbox_id: int) -> OutboxRow | None:
    """Lock a piece of work that is still to do; None if another worker has it or it is done."""
    return session.scalar(
        select(OutboxRow)
        .where(OutboxRow.id == outbox_id, OutboxRow.done_at.is_(None), OutboxRow.given_up_at.is_(None))
        .with_for_update(skip_locked=True, of=OutboxRow)
    )


def due(session: Session, now: datetime, limit: int = 200) -> list[int]:
    """Ids of work whose time has come, oldest first: what a lost wake-up or a dead worker left behind."""
    open_rows = select(OutboxRow.id).where(
        OutboxRow.due_at <= now, OutboxRow.done_at.is_(None), OutboxRow.given_up_at.is_(None)
    )
    return list(session.scalars(open_rows.order_by(OutboxRow.due_at).limit(limit)))


def postpone(row: OutboxRow, error: str, now: datetime) -> None:
    """Note a failure and when to try again; after `GIVE_UP_AFTER` attempts a person has to look."""
    row.attempts += 1
    row.last_error = error[:2000]
    if row.attempts >= GIVE_UP_AFTER:
        row.given_up_at = now
    else:
        row.due_at = now + RETRY_AFTER[min(row.attempts - 1, len(RETRY_AFTER) - 1)]


HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_SINCE: Select[int, EventRow | None] = (
    select(literal_column(HORIZON), EventRow)
    .select_from(select(1).subquery("now"))
    .outerjoin(EventRow, text("xid >= cast(cast(:cursor as text) as xid8)"))
    .order_by(EventRow.id)
)


def since(session: Session, cursor: int) -> tuple[list[EventRow], int]:
    """Every visible event of a transaction not finished when `cursor` was taken, and the next cursor.

    The same event may come twice (drop it by id); none is ever missed, whatever order commits happen in: rows and
    cursor are of one snapshot.
    """
    found = session.execute(_SINCE, {"cursor": str(cursor)}).all()
    return [row for _, row in found if row is not None], int(found[0][0])


def prune(session: Session, before: datetime) -> int:
    """Drop events older than `before` with their delivered work; what is not delivered stays."""
    undelivered = (
        select(OutboxRow.id).where(OutboxRow.event_id == EventRow.id, OutboxRow.done_at.is_(None)).exists()
    )
    dropped = session.execute(delete(EventRow).where(EventRow.at < before, ~undelivered))
    return int(dropped.rowcount)  # type: ignore[attr-defined]


def send(session: Session, notices: Iterable[tuple[str, str]]) -> None:
    """Wake listeners, each of a channel and what it is told, when (and only if) this transaction commits."""
    if told := [func.pg_notify(channel, payload) for channel, payload in notices]:
        session.execute(select(*told))
