"""What every table of the house shares: the declarative base, key and time columns, engine."""

import select
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import psycopg
import psycopg._queries
from sqlalchemy import BigInteger, DateTime, Engine, Identity, Interval, MetaData, Text, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

# psycopg turns `%(name)s` into `$1` anew for each statement that is longer than it cares to remember; the one that
# writes a case is, and turning it took as long as writing it.
psycopg._queries.MAX_CACHED_STATEMENT_LENGTH = 16_384
psycopg._queries.MAX_CACHED_STATEMENT_PARAMS = 400


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; naive values are refused, values read are in UTC whatever the session's zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without time zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        """So that SQL can add a span to an instant."""
        return Interval() if isinstance(value, timedelta) else self


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, the only order in which commits can be followed without loss."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


# So that a schema read back from the database is comparable with the models.
ischema_names["xid8"] = Xid8

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as declared
        datetime: UtcDateTime,
        str: Text,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def connect(url: str, pool_size: int = 10, *, says: str | None = None) -> Engine:
    """An engine for `postgresql://…`; psycopg 3 whatever driver the URL names. `says`: a SET for each connection."""
    _, _, rest = url.partition("://")
    engine = create_engine(
        f"postgresql+psycopg://{rest}", pool_size=pool_size, max_overflow=pool_size, pool_recycle=1800
    )
    event.listen(engine, "checkout", _refuse_dead)
    if says is not None:
        event.listen(engine, "connect", partial(_say, says))
    return engine


def _say(what: str, connection: psycopg.Connection, *_: Any) -> None:
    connection.execute(what.encode())
    connection.commit()


def _refuse_dead(connection: psycopg.Connection, *_: Any) -> None:
    """A server speaks unasked only to say that it goes: seen without the question and answer of a ping."""
    unread = select.poll()
    unread.register(connection.pgconn.socket, select.POLLIN)
    if unread.poll(0):
        raise InvalidatePoolError
