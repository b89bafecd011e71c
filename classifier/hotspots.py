"""Events: cases of many callers about one happening, grouped as they come in, with a key that stays.

A case joins the group whose members it resembles most; one that resembles two groups closely joins them. Alarms follow
DOMAIN §1.7. Nothing is merged here: a person decides. Meant for the recent weeks, not for the whole archive.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from classifier import features
from classifier.alarms import Alarm
from classifier.reader import normal
from classifier.similar import ACRE, everyday
from classifier.text import Segmenter

JOIN, BRIDGE = 0.15, 0.35  # likeness to a group's members: to join it, to join two groups into one
VIEW = 5  # the closest members that are asked
WATCH, REPORT = 3, 10  # callers in a day at one place and class: 关注, 热点专报
DAY = timedelta(hours=24)
SENSITIVE = frozenset({"group", "wage_arrears", "minors", "food_poisoning", "gas", "collapse", "self_harm"})
LEAD = 2.0
ALONE = 0.8  # what a word that nobody else used adds to a case's length, squared
COMMON_SHARE = 0.2  # a word in more than this share of recent cases finds nobody


@dataclass(slots=True)
class Group:
    """Cases that seem to be about one event; `key` is the number of the first one."""

    key: int
    members: list[int] = field(default_factory=list)


class Hotspots:
    """Words of recent cases and their groups."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._ids: list[int] = []
        self._at: dict[int, int] = {}
        self._words: list[NDArray[np.int64]] = []
        self._values: list[NDArray[np.float64]] = []
        self._size = np.zeros(0)  # length of each case's vector under the rarities of then
        self._sized = 0
        self._seen = np.zeros(1 << features.BITS, np.uint32)
        self._having: dict[int, tuple[array[int], array[float]]] = {}
        self._group_of: list[int] = []
        self._groups: dict[int, Group] = {}

    def add(self, case_id: int, title: str, text: str) -> tuple[int, list[int]]:
        """Puts a case into a group: its key, and keys that joined it; adding a case again changes nothing."""
        if case_id in self._at:
            return self.key_of(case_id), []
        words, values = self._vector(title, text)
        key, joined = self._choose(self._likeness(words, values), case_id)
        self._put(case_id, words, values, key)
        return key, joined

    def restore(self, case_id: int, title: str, text: str, key: int) -> None:
        """A case whose group is known from before."""
        if case_id not in self._at:
            self._put(case_id, *self._vector(title, text), key)

    def _put(self, case_id: int, words: NDArray[np.int64], values: NDArray[np.float64], key: int) -> None:
        at = len(self._ids)
        self._ids.append(case_id)
        self._at[case_id] = at
        self._words.append(words)
        self._values.append(values)
        self._group_of.append(key)
        self._groups.setdefault(key, Group(key)).members.append(at)
        self._seen[words] += 1
        for word, value in zip(words.tolist(), values.tolist(), strict=True):
            ids, weights = self._having.setdefault(word, (array("l"), array("d")))
            ids.append(at)
            weights.append(value)
        if at >= self._sized * 1.1:
            self._measure()
        else:
            self._size = np.append(self._size, self._length(words, values))

    def key_of(self, case_id: int) -> int:
        return self._group_of[self._at[case_id]]

    def groups(self, *, at_least: int = 2) -> list[tuple[int, list[int]]]:
        """Key and case ids of every group of that size, the largest first."""
        found = [
            (g.key, [self._ids[m] for m in g.members])
            for g in self._groups.values()
            if len(g.members) >= at_least
        ]
        return sorted(found, key=lambda g: (-len(g[1]), g[0]))

    def _vector(self, title: str, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        tokens = self._segmenter.cut([normal(text)], [normal(title)])
        stream = features.words(tokens)
        words, inverse = np.unique(stream.bucket, return_inverse=True)
        weight = 1 + LEAD * tokens.lead[stream.token]
        return words, 1 + np.log(np.bincount(inverse, weights=weight, minlength=len(words)))

    def _rarity(self, words: NDArray[np.int64]) -> NDArray[np.float64]:
        expected = everyday()[words] + self._seen[words] + 1
        return np.asarray(np.log((ACRE + len(self._ids) + 1) / expected).clip(0), np.float64)

    def _length(self, words: NDArray[np.int64], values: NDArray[np.float64]) -> float:
        """A word that nobody else has used counts less: names and slips differ in every message."""
        alone = self._seen[words] <= 1
        return float(np.sqrt((np.where(alone, ALONE, 1.0) * (values * self._rarity(words)) ** 2).sum()))

    def _measure(self) -> None:
        """Rarities move as cases come in: lengths are taken anew after every tenth more."""
        self._sized = len(self._ids)
        pairs = zip(self._words, self._values, strict=True)
        self._size = np.array([self._length(words, values) for words, values in pairs])

    def _likeness(self, words: NDArray[np.int64], values: NDArray[np.float64]) -> dict[int, float]:
        """Cosine with every case that shares a telling word."""
        dots = np.zeros(len(self._ids))
        rare = self._rarity(words)
        limit = max(50.0, COMMON_SHARE * len(self._ids))
        known = np.flatnonzero((self._seen[words] > 0) & (self._seen[words] <= limit))
        for i in known.tolist():
            ids, weights = self._having[int(words[i])]
            dots[np.frombuffer(ids, np.int64)] += values[i] * rare[i] ** 2 * np.frombuffer(weights)
        found = np.flatnonzero(dots)
        mine = self._length(words, values)
        likeness = dots[found] / np.maximum(mine * self._size[found], 1e-9)
        best = np.argsort(-likeness, kind="stable")[:200]
        return dict(zip(found[best].tolist(), likeness[best].tolist(), strict=True))

    def _choose(self, near: dict[int, float], case_id: int) -> tuple[int, list[int]]:
        by_group: dict[int, list[float]] = {}
        for at, value in near.items():
            by_group.setdefault(self._group_of[at], []).append(value)
        scores = {
            key: sum(sorted(values, reverse=True)[:VIEW]) / min(VIEW, len(self._groups[key].members))
            for key, values in by_group.items()
        }
        close = sorted((k for k, s in scores.items() if s >= JOIN), key=lambda k: -scores[k])
        if not close:
            return case_id, []
        home, joined = close[0], []
        for other in close[1:]:
            if scores[other] >= BRIDGE:
                joined.append(max(home, other, key=self._age))
                home = self._join(home, other)
        return home, joined

    def _age(self, key: int) -> int:
        return self._groups[key].members[0]

    def _join(self, one: int, other: int) -> int:
        """The older key stays, so that links to it hold."""
        first = min(one, other, key=self._age)
        gone = self._groups.pop(other if first == one else one)
        for at in gone.members:
            self._group_of[at] = first
        self._groups[first].members = sorted(self._groups[first].members + gone.members)
        return first


@dataclass(frozen=True, slots=True)
class Report:
    """What hot-spot alarms need to know of a case; `caller` tells callers apart where they are known."""

    case_id: int
    group: int
    area_code: str
    category_code: str
    at: datetime
    caller: str = ""
    risks: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Hotspot:
    """level: `flash` (快报, one sensitive case), `report` (热点专报), `watch` (关注)."""

    level: str
    key: str
    case_ids: tuple[int, ...]
    reason: str


def alarms(reports: Sequence[Report], now: datetime) -> list[Hotspot]:
    """Alarms of the last 24 hours: by place + class, by event, and at once for sensitive words (DOMAIN §1.7)."""
    recent = [r for r in reports if now - DAY < r.at <= now]
    out = [
        Hotspot(
            "flash",
            f"case:{r.case_id}",
            (r.case_id,),
            "、".join(f"{a.label}（{'、'.join(a.words[:3])}）" for a in r.risks),
        )
        for r in recent
        if any(a.level == "critical" or a.kind in SENSITIVE for a in r.risks)
    ]
    places: dict[str, list[Report]] = {}
    events: dict[str, list[Report]] = {}
    for r in recent:
        if r.area_code and r.category_code:
            places.setdefault(f"place:{r.area_code}:{r.category_code}", []).append(r)
        events.setdefault(f"event:{r.group}", []).append(r)
    crowds = [one for key, rows in sorted(places.items()) if (one := _crowd(key, "同一地点同类诉求", rows))]
    told = [(one.level, set(one.case_ids)) for one in crowds]
    for key, rows in sorted(events.items()):
        one = _crowd(key, "疑似同一事件", rows)
        if one and not any(one.level == level and ids.issuperset(one.case_ids) for level, ids in told):
            crowds.append(one)
    return out + crowds


def _crowd(key: str, what: str, rows: Sequence[Report]) -> Hotspot | None:
    """Callers are counted, not calls: one person who rings three times is no crowd."""
    callers = len({r.caller or r.case_id for r in rows})
    if callers < WATCH:
        return None
    level = "report" if callers >= REPORT else "watch"
    reason = f"24小时内{what}{len(rows)}件，来自{callers}人"
    return Hotspot(level, key, tuple(r.case_id for r in rows), reason)
