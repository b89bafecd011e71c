"""Bringing a database to the schema of this release, and back.

Called by `hotline migrate`, `hotline up` and the tests; nothing else changes the schema. Migrations run under an
advisory lock, so that several processes that start at once do not meet.
"""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

import hotline.tables  # noqa: F401 - fills the metadata
from hotline.core.db import Base

_LOCK = "hotline.migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing up to `revision`, in one transaction."""
    with engine.begin() as connection:
        _alone(connection)
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    with engine.begin() as connection:
        _alone(connection)
        command.downgrade(_config(connection), revision)


def at_head(engine: Engine) -> bool:
    """Whether the database has exactly the schema of this release."""
    with engine.connect() as connection:
        heads = ScriptDirectory.from_config(_config(connection)).get_heads()
        return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def differences(engine: Engine) -> list[object]:
    """What the models have and the migrated database has not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        return list(compare_metadata(context, Base.metadata))


def write_migration(engine: Engine, message: str) -> None:
    """Make the next migration file from the difference between models and database (developers only)."""
    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _alone(connection: Connection) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
