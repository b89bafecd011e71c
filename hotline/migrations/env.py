"""Alembic's entry: the connection comes from `hotline.migrations.run`, which owns the transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import text
from sqlalchemy.types import TypeDecorator

from hotline.core.db import Base, Xid8

LIMITS = ("set local lock_timeout = '4s'", "set local statement_timeout = '300s'")


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our own column types are written as the plain types they become."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, Xid8):
        autogen.imports.add("from hotline.core.db import Xid8")
        return "Xid8()"
    return False


connection = context.config.attributes["connection"]
for limit in LIMITS:
    connection.execute(text(limit))
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    render_item=_render,
)
context.run_migrations()
