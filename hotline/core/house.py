"""A house: everything a process needs to open units of work. Built once per process by its entry point."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, Float, Text, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from hotline.core import events
from hotline.core.bell import Bell
from hotline.core.clock import Clock, DrillClock, SystemClock
from hotline.core.db import Base, connect
from hotline.core.errors import PartUnavailable
from hotline.core.events import RINGS_AFTERWARDS, Routes
from hotline.core.identity import Actor
from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork

FEW_HELPERS = "set parallel_setup_cost = 20000"
"""A page of a list is read sooner than parallel workers are started; long reports still have them."""


class DrillAnchor(Base):
    """The real instant (seconds since the epoch) at which a drill started, so that all processes agree."""

    __tablename__ = "drill_anchor"
    drill: Mapped[str] = mapped_column(Text, primary_key=True)
    anchor: Mapped[float] = mapped_column(Float)


@dataclass(frozen=True, kw_only=True)
class House:
    """`wake` is told the ids of new outbox rows after their commit, `ring` that there are new events; losing such a
    call only costs time.

    `glances` are for a single look: each statement is a transaction of its own and costs one trip, not three.
    """

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    glances: sessionmaker[Session]
    clock: Clock
    vault: Vault
    routes: Routes
    wake: Callable[[list[int]], None]
    ring: Callable[[], None] = lambda: None

    @contextmanager
    def open_uow(self, actor: Actor) -> Iterator[UnitOfWork]:
        """The only commit of the house; any exception rolls everything back."""
        with self.sessions() as session:
            uow = UnitOfWork(
                session=session,
                actor=actor,
                now=self.clock.now(),
                settings=self.settings,
                vault=self.vault,
                routes=self.routes,
            )
            yield uow
            session.flush()
            events.send(session, uow.notices)
            outbox_ids = uow.outbox_ids
            session.commit()
        if uow.has_news:
            self.ring()
        if outbox_ids:
            self.wake(outbox_ids)


def build(
    settings: Settings,
    *,
    routes: Routes,
    wake: Callable[[list[int]], None] = lambda ids: None,
    pool_size: int = 10,
) -> House:
    """Connect to the database that the settings name; the embedded server must already run."""
    if settings.database_url is None:
        raise PartUnavailable()
    engine = connect(settings.database_url, pool_size, says=f"{RINGS_AFTERWARDS}; {FEW_HELPERS}")
    return House(
        settings=settings,
        engine=engine,
        sessions=sessionmaker(engine, expire_on_commit=False),
        glances=sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False),
        clock=_clock(settings, engine),
        vault=Vault(settings.root_secret),
        routes=routes,
        wake=wake,
        ring=Bell(engine.url).ring,
    )


def _clock(settings: Settings, engine: Engine) -> Clock:
    drill = settings.drill()
    if drill is None or settings.drill_clock is None:
        return SystemClock()
    with engine.begin() as connection:
        here = select(func.extract("epoch", text("clock_timestamp()")))
        connection.execute(
            insert(DrillAnchor)
            .values(drill=settings.drill_clock, anchor=here.scalar_subquery())
            .on_conflict_do_nothing()
        )
        anchor = connection.scalar(
            select(DrillAnchor.anchor).where(DrillAnchor.drill == settings.drill_clock)
        )
    return DrillClock(drill[0], drill[1], float(anchor or 0))
