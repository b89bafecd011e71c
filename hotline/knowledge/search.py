"""Finding articles: by the words of what an agent types, the fullest hit first. Only what is valid today is offered."""

from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select

from dispatch.models import Case
from dispatch.search import MAX_WORDS, pairs_of, words_of
from hotline.core.clock import local_date
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.knowledge.models import Article

LIMIT = 10
MAX_TERMS = 16
# How people ask, not what they ask for.
ASKING = frozenset("怎么 怎样 如何 什么 哪里 哪儿 多少 可以 需要 办理 请问 一下 问题 么办 怎么办".split())


def document(title: str, keywords: list[str], body: str) -> ColumnElement[str]:
    """The tsvector of an article; a word of its title or keywords weighs more than one of its text."""
    heading = func.setweight(_vector(" ".join((title, *keywords))), literal_column("'A'"))
    return heading.op("||")(func.setweight(_vector(body), literal_column("'B'")))


def _vector(text: str) -> ColumnElement[str]:
    found = dict.fromkeys((*words_of(text)[:MAX_WORDS], *pairs_of(text)[:MAX_WORDS]))
    return func.to_tsvector("simple", " ".join(found))


def is_valid(uow: UnitOfWork) -> ColumnElement[bool]:
    """Published, not withdrawn, not past its last day."""
    return (
        (Article.version > 0) & Article.withdrawn_at.is_(None) & (Article.expires_on >= local_date(uow.now))
    )


def find(uow: UnitOfWork, query: str, category_code: str | None = None) -> list[tuple[Article, int]]:
    """Articles with the number of cases that were answered by them; without words, the most used ones."""
    require(uow.actor, Permission.KNOWLEDGE_SEE)
    used = _used()
    valid = select(Article, used).where(is_valid(uow))
    if category_code:
        valid = valid.where(func.starts_with(Article.category_code, category_code))
    terms = _terms(query)
    if terms:
        each: list[ColumnElement[Any]] = [func.plainto_tsquery("simple", term) for term in terms]
        anyone = reduce(lambda left, right: left.op("||")(right), each)
        valid = valid.where(Article.search.op("@@")(anyone)).order_by(
            func.ts_rank(Article.search, anyone).desc()
        )
    rows = uow.session.execute(valid.order_by(used.desc(), Article.id).limit(LIMIT))
    return [(article, times) for article, times in rows]


def used_of(uow: UnitOfWork, article_id: int) -> int:
    return uow.session.scalar(select(func.count()).where(Case.knowledge_id == article_id)) or 0


def _used() -> ColumnElement[int]:
    return select(func.count()).where(Case.knowledge_id == Article.id).scalar_subquery()


def _terms(query: str) -> list[str]:
    """Single characters would hit everything; numbers and Latin words may be short."""
    words = [word for word in (*words_of(query), *pairs_of(query)) if len(word) > 1 or word.isascii()]
    return [word for word in dict.fromkeys(words) if word not in ASKING][:MAX_TERMS]
