"""A house for one command: with the database that the settings name, or the embedded server for that long."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from hotline import broker, embedded, subscribers
from hotline.core import house
from hotline.core.house import House
from hotline.core.settings import Settings
from hotline.migrations import run as migrations
from hotline.trouble import Trouble


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """The settings with an address that answers."""
    if settings.database_url:
        yield settings
        return
    with embedded.borrow(settings.data_dir) as server:
        yield settings.model_copy(update={"database_url": server.url})


@contextmanager
def open_house(settings: Settings, *, with_tables: bool = True) -> Iterator[House]:
    with database(settings) as complete:
        built = house.build(complete, routes=subscribers.ROUTES, pool_size=2)
        try:
            _probe(built, with_tables)
            yield built
        finally:
            built.engine.dispose()


def upgrade(built: House) -> None:
    """Schema and task queue of this release."""
    try:
        migrations.upgrade(built.engine)
    except CommandError:
        raise Trouble(
            "数据由更新的版本写成,本版本无法读取:请升级程序,或另设 HOTLINE_DATA_DIR。",
            "The data were written by a newer release: upgrade the program, or set another HOTLINE_DATA_DIR.",
        ) from None
    broker.prepare(built.engine, built.settings)


def _probe(built: House, with_tables: bool) -> None:
    try:
        with built.engine.connect() as connection:
            if with_tables:
                connection.execute(text("select 1 from outbox limit 1"))
    except OperationalError as lost:
        raise Trouble(
            f"连不上数据库,请检查 HOTLINE_DATABASE_URL 及 PostgreSQL 是否运行:{_first_line(lost)}",
            "The database does not answer: check HOTLINE_DATABASE_URL and that PostgreSQL runs.",
        ) from None
    except ProgrammingError:
        raise Trouble(
            "数据库还没有建表,请先运行 hotline migrate。",
            "The database has no tables yet: run `hotline migrate` first.",
        ) from None


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0]
