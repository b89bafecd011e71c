"""A unit's reply as the reply checks read it, and what a check finds. Called by the `reply_*` modules only.

Positions are characters of the reply, or of the demand where `source` says so.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any

from classifier.phrases import Phrases, Pieces, clauses, fold, sentences, word_groups

READ = 6000  # longer replies and demands are read so far

_NUMERAL = "[\\d一二三四五六七八九十两]"
_DATE = re.compile(
    rf"\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}[日号])?|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{_NUMERAL}{{1,3}}月{_NUMERAL}{{1,3}}[日号]"
    rf"|{_NUMERAL}{{1,3}}月[底初中上下]旬?|{_NUMERAL}{{1,2}}月份?(?=[前内]|以前|之前)|[今明本][年月周]|[今明昨前][天日]|[年月周季]底|年内|月内"
    rf"|{_NUMERAL}{{1,3}}个?(?:工作日|天|日|周|月|小时)[之以]?内|第[一二三四]季度|[上下]半年|[上下]个?[周月]|\d{{1,2}}[:：]\d{{2}}"
)
_SIGNATURE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日[\s。]*$")
# 您反映的“……”问题: the unit repeats the title, which answers nothing.
_ECHO = re.compile(
    r"(?:反映|提出|咨询|留言|投诉|来信|针对|关于)[^。！？\n]{0,80}?(?:的?问题|情况|诉求|事项|收悉|留言|来信)"
)
_QUOTE = re.compile(r"[“\"「《][^”\"」》]{1,80}[”\"」》]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness of a reply: `passage` is what stands at [start, end) of `source` (reply or demand)."""

    code: str
    label: str
    severity: str  # block: to be corrected; warn: to be justified; hint: to be looked at
    passage: str
    start: int
    end: int
    reason: str
    source: str = "reply"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Texts:
    """What the checks compare, folded character by character."""

    reply: str
    demand: str
    facts: str
    raw_reply: str
    raw_demand: str

    @classmethod
    def of(cls, demand: str, reply: str, facts: str) -> Texts:
        reply, demand, facts = reply[:READ], demand[:READ], facts[:READ]
        return cls(fold(reply), fold(demand), fold(facts), reply, demand)

    @cached_property
    def found(self) -> dict[str, list[int]]:
        """The places of all words of the lexicon in the reply."""
        places: dict[str, list[int]] = {}
        for start, word in _phrases().find(self.reply):
            places.setdefault(word, []).append(start)
        return places

    @cached_property
    def dates(self) -> list[tuple[int, int]]:
        """Time points in the reply, without the date under the signature."""
        signed = _SIGNATURE.search(self.reply)
        stop = signed.start() if signed else len(self.reply)
        return [m.span() for m in _DATE.finditer(self.reply) if m.start() < stop]

    @cached_property
    def answer(self) -> str:
        """The reply without what it merely repeats of the demand."""
        head, rest = self.reply[:200], self.reply[200:]
        return _ECHO.sub(" ", _QUOTE.sub(" ", head)) + rest

    def hits(self, group: str) -> list[tuple[int, str]]:
        """(start, word) of a group's words in the reply, by place, the longest word of a place only."""
        known: dict[int, str] = {}
        for word in word_groups("reply_words.csv")[group]:
            for start in self.found.get(word, ()):
                if len(word) > len(known.get(start, "")):
                    known[start] = word
        return sorted(known.items())

    def has(self, group: str) -> bool:
        return any(word in self.found for word in word_groups("reply_words.csv")[group])

    def clause(self, start: int) -> tuple[int, int]:
        return self._clauses.at(start)

    def sentence(self, start: int) -> tuple[int, int]:
        return self._sentences.at(start)

    @cached_property
    def _clauses(self) -> Pieces:
        return clauses(self.reply)

    @cached_property
    def _sentences(self) -> Pieces:
        return sentences(self.reply)

    def in_span(self, group: str, low: int, high: int) -> str | None:
        """The first word of the group within [low, high) of the reply."""
        return next((word for start, word in self.hits(group) if low <= start < high), None)


def demand_has(text: str, group: str) -> str | None:
    return next((word for word in word_groups("reply_words.csv")[group] if word in text), None)


@cache
def _phrases() -> Phrases:
    return Phrases(word for words in word_groups("reply_words.csv").values() for word in words)
