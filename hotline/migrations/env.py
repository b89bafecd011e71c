"""Alembic's entry: the connection comes from `hotline.migrations.run`, which owns the transaction."""

from alembic import context
from sqlalchemy import text

from hotline.core.db import Base

LIMITS = ("set local lock_timeout = '4s'", "set local statement_timeout = '300s'")

connection = context.config.attributes["connection"]
for limit in LIMITS:
    connection.execute(text(limit))
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    render_item=lambda kind, item, autogen: _render(kind, item, autogen),
)


def _render(kind: str, item: object, autogen: object) -> str | bool:
    """Our own column types are written as the plain types they become."""
    name = type(item).__name__
    if kind == "type" and name == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and name == "Xid8":
        autogen.imports.add("from hotline.core.db import Xid8")  # type: ignore[attr-defined]
        return "Xid8()"
    return False


context.run_migrations()
