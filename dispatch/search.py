"""Full-text search over cases: documents and queries are cut into everyday words and into pairs of characters.

Both stand in one tsvector in the simple configuration, so the database needs no Chinese dictionary. A draft is cut
when it leaves its desk, not with each of its saves; until then its own list looks through its letters.
"""

import re

from sqlalchemy import ColumnElement, and_, func, or_

from classifier.text import clean, everyday
from dispatch.models_case import Case
from dispatch.status import CaseStatus

_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
MAX_WORDS = 2000
MAX_QUERY_WORDS = 12


def words_of(text: str) -> list[str]:
    """Words of a text, simplified and in lower case, without punctuation; a blank is no sign of words cut before."""
    return everyday().words("\n".join(clean(text).split()), keep_stop=True)


def pairs_of(text: str) -> list[str]:
    """Neighbouring Chinese characters, two by two: what a person types is found however the words were cut."""
    return [run[at : at + 2] for run in _CHINESE.findall(text) for at in range(len(run) - 1)]


def document(case: Case) -> ColumnElement[str]:
    """The tsvector of what staff search by; identity data is not in it."""
    text = " ".join((case.case_no, case.title, case.facts, case.demand, case.address, *case.keywords))
    found = dict.fromkeys((*words_of(text)[:MAX_WORDS], *pairs_of(text)[:MAX_WORDS]))
    return func.to_tsvector("simple", " ".join(found))


def matches(query: str) -> ColumnElement[bool]:
    """SQL condition: the case has every word of the query, or every pair of its characters (路灯 in 路灯不亮)."""
    words = func.plainto_tsquery("simple", " ".join(words_of(query)[:MAX_QUERY_WORDS]))
    pairs = func.plainto_tsquery("simple", " ".join(pairs_of(query)[:MAX_QUERY_WORDS]))
    return or_(Case.search.op("@@")(words), Case.search.op("@@")(pairs))


def in_drafts(query: str) -> ColumnElement[bool]:
    """SQL condition: a draft whose text has every word of the query as typed; for lists of one person's cases."""
    letters = func.concat_ws(" ", Case.case_no, Case.title, Case.facts, Case.demand, Case.address)
    words = query.split()[:MAX_QUERY_WORDS]
    return and_(
        Case.status == CaseStatus.DRAFT, *(letters.icontains(word, autoescape=True) for word in words)
    )
