"""How urgent a text is, by risk words in their context (DOMAIN §1.7); each alarm shows the words it rests on.

Pure; called by the service and, for calls in progress, by the desk. Recall comes first: only a plain denial silences a
word, doubt (if, once, how) lowers it by one level. Texts are read up to `READ` characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from classifier.phrases import Phrases, clauses, fold, rows, sentences, word_groups
from classifier.taxonomy import split_list

READ = 20_000
NEAR = 28  # a word of `with` stands at most so many characters from the risk word
PLACES = 12  # occurrences of one word that are looked at
ALARMS = 12
QUIET = 0.85  # share of normal cases among texts without an alarm
DOUBT = 0.75  # what is left of a weight when the context lowers the level
LEVELS = ("critical", "urgent", "normal")
LEVEL_NAMES = {"critical": "特急", "urgent": "紧急", "normal": "一般"}

_COUNT = r"(?:\d{2,}|[几数上]?百|[二三四五六七八九几数]?十[几多余一二三四五六七八九]?|[一两二三四五六七八九]百)[多余几来]?"
_PEOPLE = r"(?:个|名|位|台|只)?(?:[^\W\d]{0,3})?(?:人|民工|业主|村民|家长|学生|居民|户|司机|女工|同学|员工)"
_TOKENS = {
    "<众人>": re.compile(_COUNT + _PEOPLE + "|几十个|上百个|人群|很多人|好多人|不少人"),
    "<数人>": re.compile(
        f"{_COUNT}{_PEOPLE}|[三四五六七八九几多好]个(?:人|孩子|学生|同学)|好几个|几个人|多人"
    ),
    "<幼年>": re.compile(
        r"(?<!\d)(?:[1-9]|1[0-7])岁|(?<![二三四五六七八九])十?[一二三四五六七两]岁|十[一二三四五六七][二三四五六七]岁"
    ),
    "<期限>": re.compile(
        r"年前|春节前|过年|月底|明天|后天|今晚|最后|期限|[一二三两\d]+天(?:内|之内)|[这本]周|下周|节前"
    ),
}
_LOWERING = {
    "hypothetical": "假设或担忧",
    "past": "往事",
    "asking": "咨询或建议",
    "about": "宣传、演练或讲述",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One risk that the text names; `words` stand in the text, `start` and `end` mark the first of them."""

    kind: str
    label: str
    level: str
    weight: float
    words: tuple[str, ...]
    start: int
    end: int
    reason: str

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "words": list(self.words)}


@dataclass(frozen=True, slots=True)
class Urgency:
    """The level, how probable it is that a person would set it or a higher one, and the alarms, gravest first."""

    level: str
    probability: float
    alarms: tuple[Alarm, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "label": LEVEL_NAMES[self.level],
            "probability": self.probability,
            "alarms": [a.to_dict() for a in self.alarms],
        }


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    label: str
    level: str
    weight: float
    firm: bool
    words: tuple[str, ...]
    near: tuple[str, ...]
    unless: tuple[str, ...]


class _Lexicon:
    """Rules, one finder for all their words, and the patterns of the context."""

    def __init__(self) -> None:
        self.rules = [
            _Rule(
                kind=r["kind"],
                label=r["label"],
                level=r["level"],
                weight=float(r["weight"]),
                firm=r["firm"] == "yes",
                words=split_list(r["words"]),
                near=split_list(r["with"]),
                unless=split_list(r["unless"]),
            )
            for r in rows("risk_words.csv")
        ]
        self.context = word_groups("contexts.csv")
        words = {w for r in self.rules for w in (*r.words, *r.near, *r.unless)}
        self.phrases = Phrases([*words, *(w for group in self.context.values() for w in group)])
        negations, fillers = (_any(self.context[name]) for name in ("negation", "filler"))
        # “是不是”“有没有”“不是没有” ask or affirm; 淹没 and 埋没 do not deny.
        # 没有发生电路起火: after “没有发生” a few words may name what did not burn.
        self.negation = re.compile(
            r"(?<![是有])(?:没有|没|未)(?:发生|出现|发现|闻到)[^，,。！？；人管处]{0,4}$|"
            rf"(?<![是有淹埋沉能])(?:{negations})(?:[^，,。！？；但却]{{1,10}}(?:、|或者|或|和|及))?(?:{fillers}){{0,4}}$"
        )


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon()


class _Text:
    """One folded text with the places of all words of the lexicon."""

    def __init__(self, text: str, lexicon: _Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.sentences, self.clauses = sentences(text), clauses(text)
        self.found: dict[str, list[int]] = {}
        self.surface: dict[tuple[str, int], str] = {}
        for start, word in lexicon.phrases.find(text):
            places = self.found.setdefault(word, [])
            if len(places) < PLACES:
                places.append(start)
        for token, pattern in _TOKENS.items():
            matches = [m for m, _ in zip(pattern.finditer(text), range(PLACES), strict=False)]
            if matches:
                self.found[token] = [m.start() for m in matches]
                self.surface |= {(token, m.start()): m.group() for m in matches}

    def words_at(self, word: str, place: int) -> str:
        """What stands in the text: the word itself, or what a token such as <众人> matched."""
        return self.surface.get((word, place), word)

    def within(self, word: str, low: int, high: int) -> bool:
        places = self.found.get(word)
        if not places:
            return False
        index = bisect_left(places, low)
        return index < len(places) and places[index] < high

    def denied(self, start: int, end: int) -> bool:
        """没有燃气泄漏, 不是自杀, 泄漏已排除: said not to be."""
        begin, _ = self.sentences.at(start)
        _, stop = self.clauses.at(start)
        after = self.text[end : min(stop, end + 12)]
        # 没有发现的煤气泄漏无人处理: nobody's care is the trouble, so the danger stands.
        if any(word in after for word in self.lexicon.context["neglected"]):
            return False
        if self.lexicon.negation.search(self.text[max(begin, start - 24) : start]):
            return True
        return any(word in after for word in self.lexicon.context["denied"])

    def companion(self, rule: _Rule, start: int, end: int) -> str | None:
        """The first word of `with` near the risk word that is not denied itself; "" when none is asked for."""
        if not rule.near:
            return ""
        low, high = self.sentences.at(start)
        low, high = max(low, start - NEAR), min(high, end + NEAR)
        for word in rule.near:
            for place in self.found.get(word, ()):
                apart = place + len(word) <= start or place >= end
                if (
                    low <= place < high
                    and (apart or word not in self.text[start:end])
                    and not self.lexicon.negation.search(self.text[max(low, place - 8) : place])
                ):
                    return self.words_at(word, place)
        return None

    def harmless(self, rule: _Rule, start: int) -> bool:
        low, high = self.clauses.at(start)
        return any(self.within(word, low, high) for word in rule.unless)

    def doubt(self, rule: _Rule, start: int) -> str | None:
        """Why the level is lowered: the word is only feared, remembered, asked about or told."""
        low, high = self.sentences.at(start)
        context = self.lexicon.context
        if any(self.within(w, low, high) for w in context["about"]):
            return "about"
        if rule.firm:
            return None
        if any(self.within(w, max(low, start - 16), start) for w in context["hypothetical"]):
            return "hypothetical"
        if any(self.within(w, low, high) for w in context["now"]):
            return None
        if any(self.within(w, max(low, start - 24), start) for w in context["past"]):
            return "past"
        return "asking" if any(self.within(w, low, high) for w in context["asking"]) else None


def assess(text: str | None) -> Urgency:
    """Level and alarms of one text."""
    lexicon = _lexicon()
    read = _Text(fold((text or "")[:READ]), lexicon)
    alarms: dict[tuple[str, str], Alarm] = {}
    for rule in lexicon.rules:
        alarm = _alarm(rule, read)
        if alarm is None:
            continue
        known = alarms.get((alarm.label, alarm.level))
        alarms[alarm.label, alarm.level] = _joined(known, alarm) if known else alarm
    ranked = sorted(alarms.values(), key=lambda a: (LEVELS.index(a.level), -a.weight, a.start))
    level = ranked[0].level if ranked else "normal"
    return Urgency(level, _probability(ranked), tuple(ranked[:ALARMS]))


def _alarm(rule: _Rule, read: _Text) -> Alarm | None:
    """The gravest alarm that the rule raises in the text."""
    best: Alarm | None = None
    seen = 0
    for start, entry in _hits(rule, read):
        word = read.words_at(entry, start)
        end = start + len(word)
        # 欠工资 inside 拖欠工资 was judged with the longer word.
        inner, seen = end <= seen, max(end, seen)
        if inner or read.harmless(rule, start) or read.denied(start, end):
            continue
        near = read.companion(rule, start, end)
        if near is None:
            continue
        doubt = read.doubt(rule, start)
        level = rule.level if doubt is None else LEVELS[LEVELS.index(rule.level) + 1]
        if level == "normal" or (best is not None and best.level <= level):
            continue
        weight = rule.weight if doubt is None else round(rule.weight * DOUBT, 3)
        words = (word, near) if near else (word,)
        reason = _reason(read, start, words, doubt)
        best = Alarm(rule.kind, rule.label, level, weight, words, start, end, reason)
        if doubt is None:
            break
    return best


def _hits(rule: _Rule, read: _Text) -> list[tuple[int, str]]:
    hits = ((place, word) for word in rule.words for place in read.found.get(word, ()))
    return sorted(hits, key=lambda hit: (hit[0], -len(hit[1])))[:PLACES]


def _reason(read: _Text, start: int, words: tuple[str, ...], doubt: str | None) -> str:
    low, high = read.clauses.at(start)
    clause = read.text[max(low, start - 20) : min(high, start + 20)].strip()
    shown = "、".join(f"“{word}”" for word in words)
    lowered = f"；语境为{_LOWERING[doubt]}，降一级" if doubt else ""
    return f"原文“{clause}”出现{shown}{lowered}"


def _joined(first: Alarm, second: Alarm) -> Alarm:
    words = tuple(dict.fromkeys((*first.words, *second.words)))
    weight = max(first.weight, second.weight)
    return Alarm(first.kind, first.label, first.level, weight, words, first.start, first.end, first.reason)


def _probability(ranked: list[Alarm]) -> float:
    """Independent alarms add up: one of them suffices."""
    if not ranked:
        return QUIET
    wrong = 1.0
    for alarm in ranked:
        if alarm.level == ranked[0].level:
            wrong *= 1 - alarm.weight
    return round(min(1 - wrong, 0.99), 3)
