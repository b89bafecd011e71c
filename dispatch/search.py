"""Full-text search over cases: documents and queries are cut into words by jieba, matched as a tsvector.

Words stand in the simple configuration, so the database needs no Chinese dictionary.
"""

import logging

import jieba
from sqlalchemy import ColumnElement, func

from dispatch.models_case import Case

jieba.setLogLevel(logging.WARNING)
MAX_WORDS = 2000
MAX_QUERY_WORDS = 12


def words_of(text: str) -> list[str]:
    """Words of a text in search granularity, in lower case, without punctuation."""
    return [word.lower() for word in jieba.cut_for_search(text) if any(c.isalnum() for c in word)]


def document(case: Case) -> ColumnElement[str]:
    """The tsvector of what staff search by; identity data is not in it."""
    text = " ".join((case.case_no, case.title, case.facts, case.demand, case.address, *case.keywords))
    return func.to_tsvector("simple", " ".join(words_of(text)[:MAX_WORDS]))


def matches(query: str) -> ColumnElement[bool]:
    """SQL condition: the case has every word of the query."""
    words = words_of(query)[:MAX_QUERY_WORDS]
    return Case.search.op("@@")(func.plainto_tsquery("simple", " ".join(words)))
