"""The tables of a test's database."""

from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from tenacity import retry, retry_if_exception, stop_after_attempt

from hotline.core.db import Base


def _is_deadlock(failed: BaseException) -> bool:
    return isinstance(failed, OperationalError) and isinstance(failed.orig, DeadlockDetected)


# A process of the house that still lives reads tables in an order of its own.
@retry(retry=retry_if_exception(_is_deadlock), stop=stop_after_attempt(5), reraise=True)
def empty(engine: Engine, *, but: tuple[str, ...] = ()) -> None:
    names = [table.name for table in Base.metadata.sorted_tables if table.name not in but]
    tables = ", ".join(f'"{name}"' for name in names)
    with engine.begin() as connection:
        connection.execute(text(f"truncate {tables} restart identity cascade"))
