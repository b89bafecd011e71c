"""Cases that belong to a call: the draft that opens when an agent answers, and what else was registered in it."""

from sqlalchemy import select

from dispatch.models import Case
from hotline.core.uow import UnitOfWork


def case_of_call(uow: UnitOfWork, call_id: int) -> int | None:
    """The newest case registered from the call."""
    query = select(Case.id).where(Case.call_id == call_id).order_by(Case.id.desc()).limit(1)
    return uow.session.scalar(query)


def cases_of_call(uow: UnitOfWork, call_id: int) -> list[int]:
    return list(uow.session.scalars(select(Case.id).where(Case.call_id == call_id).order_by(Case.id)))
