"""Following the event log: every committed event, at least once and in every process that asks, whatever dies.

A wake-up by NOTIFY only says "look"; what is read is decided by transaction ids (`events.since`), so that neither a
lost connection nor commits out of order lose anything.
"""

from collections.abc import Iterator
from threading import Event as Flag

import psycopg
import structlog
from sqlalchemy import literal_column, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from hotline.core import events
from hotline.core.events import EVENTS_CHANNEL
from hotline.core.house import House

log = structlog.get_logger()
RECONNECT_S = 0.5
GATHER_S = 0.01
"""What else happens so soon after a wake-up is read with it: under load one look serves many events."""


def horizon(session: Session) -> int:
    """A cursor for `events.since` that misses nothing from now on."""
    return int(session.scalar(select(literal_column(events.HORIZON))) or 0)


def follow(
    house: House, stop: Flag, *, idle_s: float = 1.0, channels: tuple[str, ...] = ()
) -> Iterator[tuple[list[events.EventRow], int]]:
    """Batches of new events (possibly empty, at least every `idle_s`) with the cursor that resumes after them.

    `channels`: further NOTIFY channels that end the wait early. Ends when `stop` is set.
    """
    reader = _Reader(house.glances)
    while not stop.is_set():
        try:
            with _listen(house, (EVENTS_CHANNEL, *channels)) as connection:
                while not stop.is_set():
                    yield reader.read()
                    for _ in connection.notifies(timeout=idle_s, stop_after=1):
                        stop.wait(GATHER_S)
        except (psycopg.OperationalError, OperationalError) as lost:
            log.warning("bus.connection_lost", error=str(lost).splitlines()[0])
            stop.wait(RECONNECT_S)


def _listen(house: House, channels: tuple[str, ...]) -> psycopg.Connection:
    url = house.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(url, autocommit=True, connect_timeout=3)
    for channel in channels:
        connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel)))
    return connection


class _Reader:
    def __init__(self, glances: sessionmaker[Session]) -> None:
        self._glances = glances
        self._seen: dict[int, int] = {}
        self._cursor: int | None = None

    def read(self) -> tuple[list[events.EventRow], int]:
        with self._glances() as session:
            if self._cursor is None:
                self._cursor = horizon(session)
            rows, cursor = events.since(session, self._cursor)
        fresh = [row for row in rows if row.id not in self._seen]
        self._seen = {row.id: row.id for row in rows}
        self._cursor = cursor
        return fresh, cursor
