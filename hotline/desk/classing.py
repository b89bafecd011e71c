"""A first class for a case that nobody has classified yet (web submissions); a reviewer confirms or corrects it."""

from sqlalchemy import select

from dispatch.models import Category
from hotline.core.uow import UnitOfWork
from hotline.desk import suggestions


def category_of(uow: UnitOfWork, text: str) -> str | None:
    """The class that the text names, otherwise the last leaf of the tree, which is the one for everything else."""
    best = suggestions.best_category(uow, text)
    if best is not None:
        return best
    parents = select(Category.parent_code).where(Category.parent_code.is_not(None))
    last = select(Category.code).where(Category.active, Category.code.not_in(parents))
    return uow.session.scalar(last.order_by(Category.code.desc()).limit(1))
