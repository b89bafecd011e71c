"""The shared ground of all tests: a private PostgreSQL, a house on it, a clock that stands still.

`uow` runs inside a transaction that is rolled back after the test. A test of several processes or threads uses
`house`, whose commits are real, and which empties the tables afterwards.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

import hotline.tables  # noqa: F401 - fills the metadata
from hotline import embedded, subscribers
from hotline.core.clock import LOCAL, FixedClock
from hotline.core.db import Base, connect
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from tests import tables

TOGETHER = {"browser": "screens", "realtime": "calls", "sip": "calls"}
FRIDAY_AFTERNOON = datetime(2026, 9, 18, 16, 0, tzinfo=LOCAL)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For two processes: screens on one, calls on the other, each one after another; then all else by its file."""

    def group(item: pytest.Item) -> str:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return TOGETHER.get(folder, str(item.path))

    items.sort(key=lambda item: group(item) not in TOGETHER.values())
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of our own; HOTLINE_TEST_DATABASE_URL names another one for faster repeated runs."""
    given = os.environ.get("HOTLINE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = embedded.start(tmp_path_factory.mktemp("pg"), throwaway=True)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh schema made from the models; a test proves that the migrations make the same."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade; create schema public"))
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(FRIDAY_AFTERNOON)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, secret_key="test-secret-" * 4)


def _house(settings: Settings, engine: Engine, sessions: sessionmaker, clock: FixedClock) -> House:
    return House(
        settings=settings,
        engine=engine,
        sessions=sessions,
        glances=sessions,
        clock=clock,
        vault=Vault(settings.root_secret),
        routes=subscribers.ROUTES,
        wake=lambda ids: None,
    )


@pytest.fixture
def house(settings: Settings, engine: Engine, clock: FixedClock) -> Iterator[House]:
    """A house with real commits; every table is emptied afterwards."""
    yield _house(settings, engine, sessionmaker(engine, expire_on_commit=False), clock)
    tables.empty(engine)


@pytest.fixture
def quiet_house(settings: Settings, engine: Engine, clock: FixedClock) -> Iterator[House]:
    """A house whose commits are savepoints of one transaction that is rolled back: fast, for one thread."""
    with engine.connect() as connection:
        transaction = connection.begin()
        sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        yield _house(settings, engine, sessions, clock)
        transaction.rollback()


@pytest.fixture
def uow(quiet_house: House) -> Iterator[UnitOfWork]:
    """One open unit of work as SYSTEM; nothing of it stays."""
    with quiet_house.sessions() as session:
        yield UnitOfWork(
            session=session,
            actor=SYSTEM,
            now=quiet_house.clock.now(),
            settings=quiet_house.settings,
            vault=quiet_house.vault,
            routes=quiet_house.routes,
        )
