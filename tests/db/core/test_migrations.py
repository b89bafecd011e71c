"""Migrations: they make exactly what the models say, and lead back to an empty database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, text

from hotline.core.db import connect
from hotline.migrations import run


@pytest.fixture
def empty_database(engine: Engine) -> Iterator[Engine]:
    """A database of its own on the same server."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database if exists migrations_test"))
        connection.execute(text("create database migrations_test"))
    other = connect(engine.url.set(database="migrations_test").render_as_string(hide_password=False))
    yield other
    other.dispose()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database migrations_test"))


def test_upgrade_makes_what_the_models_say(empty_database):
    run.upgrade(empty_database)
    assert run.differences(empty_database) == []
    assert run.at_head(empty_database)


def test_upgrade_protects_the_audit_trail(empty_database, engine):
    triggers = "select tgname from pg_trigger where not tgisinternal order by tgname"
    run.upgrade(empty_database)
    with empty_database.connect() as migrated, engine.connect() as modelled:
        assert migrated.scalars(text(triggers)).all() == modelled.scalars(text(triggers)).all()


def test_downgrade_after_upgrade_leaves_nothing_of_ours(empty_database):
    run.upgrade(empty_database)
    run.downgrade(empty_database)
    assert inspect(empty_database).get_table_names() in ([], ["alembic_version"])


def test_upgrade_twice_changes_nothing(empty_database):
    run.upgrade(empty_database)
    run.upgrade(empty_database)
    assert run.at_head(empty_database)
