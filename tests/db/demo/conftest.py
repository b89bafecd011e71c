"""The demo house is made once for all its tests; each works inside a savepoint that is rolled back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hotline import subscribers
from hotline.core.clock import FixedClock
from hotline.core.identity import SYSTEM
from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from hotline.demo import load
from tests.conftest import FRIDAY_AFTERNOON


@pytest.fixture(scope="module")
def seeded(
    engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[UnitOfWork]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("house"), database_url=database_url, secret_key="test-secret-" * 4
    )
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            uow = UnitOfWork(
                session=session,
                actor=SYSTEM,
                now=FixedClock(FRIDAY_AFTERNOON).now(),
                settings=settings,
                vault=Vault(settings.root_secret),
                routes=subscribers.ROUTES,
            )
            load.seed(uow)
            session.commit()
            yield uow
        transaction.rollback()


@pytest.fixture
def demo(seeded: UnitOfWork) -> Iterator[UnitOfWork]:
    yield seeded
    seeded.session.rollback()
