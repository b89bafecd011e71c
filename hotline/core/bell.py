"""Wakes who follows the event log, after the commits that wrote to it: one NOTIFY for all that ended meanwhile.

Within a transaction NOTIFY holds a lock of the whole database until its commit is on disk, so that commits wait for
each other one by one. A ring that is lost, because the process died after its commit, costs a second and no event:
followers look at the log at least so often (`bus.follow`).
"""

from threading import Event as Flag
from threading import Lock, Thread

import psycopg
import structlog
from sqlalchemy import URL

from hotline.core.events import EVENTS_CHANNEL

log = structlog.get_logger()


class Bell:
    """One per process; its thread starts with the first ring, so after any fork."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._rung = Flag()
        self._thread: Thread | None = None
        self._starting = Lock()

    def ring(self) -> None:
        self._rung.set()
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._run, name="bell", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=3) as connection:
                    # A ring changes nothing that would have to be on disk.
                    connection.execute("set synchronous_commit = off")
                    while True:
                        self._rung.wait()
                        self._rung.clear()
                        connection.execute(f"notify {EVENTS_CHANNEL}")
            except psycopg.OperationalError as lost:
                log.warning("bell.connection_lost", error=str(lost).splitlines()[0])
                self._rung.wait()
