"""A first class for a case that nobody has classified yet (web submissions); a reviewer confirms or corrects it."""

from typing import Any

from sqlalchemy import select

from dispatch.models import Category
from hotline.core.uow import UnitOfWork
from hotline.desk import suggestions
from hotline.desk.suggestions import Question


def classify(uow: UnitOfWork, asked: Question) -> tuple[str | None, dict[str, Any]]:
    """The class that the text names, or the last leaf of the tree, the one for everything else; what was proposed."""
    found = suggestions.propose(uow, asked)
    if found.category:
        return found.category[0].value, found.in_short()
    parents = select(Category.parent_code).where(Category.parent_code.is_not(None))
    last = select(Category.code).where(Category.active, Category.code.not_in(parents))
    return uow.session.scalar(last.order_by(Category.code.desc()).limit(1)), found.in_short()
