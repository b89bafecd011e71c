"""Names for the ids that rows carry: units and people, fetched once for a whole answer."""

from collections.abc import Iterable

from sqlalchemy import select

from hotline.accounts.models import Unit, User
from hotline.core.uow import UnitOfWork


def units(uow: UnitOfWork, ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {unit_id for unit_id in ids if unit_id}
    rows = uow.session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(wanted)))
    return {row.id: row.short_name for row in rows}


def people(uow: UnitOfWork, ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {user_id for user_id in ids if user_id}
    rows = uow.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}
