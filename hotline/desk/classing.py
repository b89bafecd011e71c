"""A first class for a case that nobody has classified yet (web submissions); a reviewer confirms or corrects it."""

from sqlalchemy import select

from dispatch.models import Category
from hotline.core.uow import UnitOfWork


def category_of(uow: UnitOfWork, text: str) -> str | None:
    """The leaf whose keywords the text names most; the longest keyword decides between equals."""
    rows = uow.session.scalars(select(Category).where(Category.active)).all()
    parents = {row.parent_code for row in rows}
    leaves = [row for row in rows if row.code not in parents]
    if not leaves:
        return None

    def fit(row: Category) -> tuple[int, int]:
        named = [word for word in row.keywords if word in text]
        return len(named), max(map(len, named), default=0)

    best = max(leaves, key=fit)
    return best.code if any(fit(best)) else leaves[-1].code
