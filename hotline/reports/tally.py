"""Turning grouped SQL rows into counters by key, and joining several sources; used by all reports of this package.

A source is counters by key (an interval, a queue, a person, a unit); its empty line stands under the key None.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select

from hotline.core.uow import UnitOfWork
from hotline.reports.figures import Counts

Source = dict[Any, Counts]


def merge(sources: list[Source], wanted: Iterable[Any]) -> dict[Any, Counts]:
    """One set of counters per key; where a source is silent about a key, its counters are nought."""
    merged: dict[Any, Counts] = {}
    for one in wanted:
        merged[one] = {}
        for source in sources:
            merged[one] |= dict.fromkeys(source[None], 0.0) | source.get(one, {})
    return merged


def grouped(uow: UnitOfWork, query: Select[Any], names: Iterable[str]) -> Source:
    """Rows of (key, counter, counter, …) as counters by key; SQL intervals become seconds."""
    names = tuple(names)
    found: dict[Any, Counts] = {None: dict.fromkeys(names, 0.0)}
    for group, *values in uow.session.execute(query):
        if group is not None:
            found[group] = dict(zip(names, map(_number, values), strict=True))
    return found


def _number(value: Any) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value or 0)
