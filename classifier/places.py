"""Addresses in a text, read against the area tree: township, village, then what people add below it.

Called by `extraction`; a `Gazetteer` is built once per area tree. Below the tree an address is read by form: estates,
roads and crossings, sites, village groups, house numbers, kilometre posts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from classifier import numerals
from classifier.phrases import Phrases, fold, word_groups

_SUFFIX = re.compile(r"(街道办事处|街道|镇|乡|社区|居委会|村)$")
_N = rf"(?:\d{{1,4}}|[{numerals.CHINESE}]{{1,4}})"
_TAIL = re.compile(
    rf"(?:第?{_N}(?:期|区|栋|幢|座|号楼|号院|号|单元|层|楼|室|户|村民小组|组|队|片|弄)|[a-z]\d{{0,3}}(?:栋|区|座|幢)?(?![a-z])|-\d{{1,4}}(?!\d))+"
)
_POST = re.compile(
    r"(?:[gsxy]\d{1,4}(?:线|国道|省道|高速)?)?(?:k\d{1,4}(?:\+\d{1,3})?|\d{1,4}(?:公里|千米)(?:\+?\d{1,3}米)?处)(?:处|路段)?|[gs]\d{2,4}(?:线|国道|省道|高速)|\d{3}(?:国道|省道|县道)"
)
_AFTER = re.compile(
    r"(?:(?:[与和][\u4e00-\u9fff]{1,4}(?:大道|路|街))?(?:交叉口|交汇处|十字路口|丁字路口|路口)|路段|段|工地|集镇|老街)"
)
_GROUP = re.compile(
    rf"第?{_N}(?:村民小)?组|[\u4e00-\u9fff]{{1,3}}(?:屋场|片区|(?<![小班作机目])组(?![织合建成装长员]))"
)
_GLUE = re.compile(r"[的\s·\-—、()]{0,2}")
_BEFORE_SHORT = "在到从住去位于往是的、，。；！? \n"
_LENGTHS = {"road": 4, "estate": 7, "site": 7, "village": 4}
CANDIDATES = 12
ADDRESSES = 8
MENTION = 0.3  # below it the words name no place of a case (the county alone, a lone number)


class AreaLike(Protocol):
    """An area of the tree; level is county, township or village."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent_code(self) -> str | None: ...
    @property
    def aliases(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Area:
    """An area as the gazetteer keeps it."""

    code: str
    name: str
    level: str
    parent_code: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """One address at [start, end): the deepest area that is sure, the written address with its areas spelt out."""

    text: str
    value: str
    area_code: str
    detail: str
    start: int
    end: int
    confidence: float
    source: str


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    areas: tuple[Area, ...] = ()
    is_short: bool = False
    is_detail: bool = False


class Gazetteer:
    """The area tree with the names and aliases under which people know its areas."""

    def __init__(self, areas: Iterable[AreaLike]) -> None:
        self.by_code = {a.code: Area(a.code, a.name, a.level, a.parent_code, tuple(a.aliases)) for a in areas}
        self._named: dict[str, list[Area]] = {}
        for area in self.by_code.values():
            short = _SUFFIX.sub("", area.name)
            names = [
                area.name,
                *area.aliases,
                *([short] if area.level != "village" and len(short) > 1 else []),
            ]
            for name in dict.fromkeys(
                fold(n) for n in names if len(n) > 1 and not n.startswith(("全", "本"))
            ):
                self._named.setdefault(name, []).append(area)
        self._phrases = Phrases(self._named)

    def parts(self, text: str) -> Iterator[_Part]:
        for start, name in self._phrases.longest(text):
            end = start + len(name)
            areas = tuple(self._named[name][:CANDIDATES])
            is_short = all(fold(a.name) != name for a in areas) and len(name) <= 2
            yield _Part(start, end, areas, is_short)

    def path(self, code: str) -> list[Area]:
        """The area and what it lies in, the county first."""
        out: list[Area] = []
        area = self.by_code.get(code)
        while area and area not in out:
            out.append(area)
            area = self.by_code.get(area.parent_code or "")
        return out[::-1]

    def deepest(self, parts: Sequence[_Part], named: set[str]) -> tuple[Area | None, bool]:
        """The deepest area on which the parts agree, and whether it is unambiguous; `named`: codes in the whole text."""
        best: Area | None = None
        sure = True
        for part in parts:
            fitting = [a for a in part.areas if best is None or best in self.path(a.code)]
            if not fitting:
                continue
            near = [a for a in fitting if a.parent_code in named and self._is_below_county(a)] or fitting
            sure = len(near) == 1
            best = near[0] if sure else self._common(near)
        return best, sure

    def _is_below_county(self, area: Area) -> bool:
        parent = self.by_code.get(area.parent_code or "")
        return parent is not None and parent.level != "county"

    def _common(self, areas: Sequence[Area]) -> Area | None:
        """The area in which all candidates lie: 永安村 of two townships is only sure to lie in the county."""
        shared = [a for a in self.path(areas[0].code) if all(a in self.path(b.code) for b in areas[1:])]
        return shared[-1] if shared else None


_JOINING = ("和", "与", "及")


def find(text: str, gazetteer: Gazetteer) -> list[Address]:
    """The addresses of a folded text, the surest and most exact first."""
    known = list(gazetteer.parts(text))
    ends = [part.end for part in known if not part.is_short]
    parts = _accepted(text, sorted([*known, *_details(text, ends)], key=lambda p: (p.start, -p.end)))
    named = {a.code for p in parts if len(p.areas) == 1 for a in p.areas}
    addresses = [_address(text, group, gazetteer, named) for group in _groups(text, _clipped(parts))]
    ranked = sorted(addresses, key=lambda a: (-round(a.confidence, 1), -len(a.value), a.start))
    once: dict[str, Address] = {}
    for address in ranked:
        if address.confidence >= MENTION:
            once.setdefault(address.value, address)
    return list(once.values())[:ADDRESSES]


def _accepted(text: str, parts: list[_Part]) -> list[_Part]:
    """Without short names that may be anything: 永和 counts at the start of a phrase or before another part."""
    starts = {p.start for p in parts}
    ends = {p.end for p in parts}
    return [
        p
        for p in parts
        if not p.is_short
        or p.start == 0
        or text[p.start - 1] in _BEFORE_SHORT
        or p.end in starts
        or p.start in ends
        or text.startswith(("集镇", "那边", "这边", "境内", "镇", "街道", "中学", "小学", "老街"), p.end)
    ]


@cache
def _suffixes() -> tuple[Phrases, dict[str, int]]:
    groups = word_groups("place_words.csv")
    lengths = {word: size for group, size in _LENGTHS.items() for word in groups[group]}
    return Phrases(lengths), lengths


@cache
def _bounds() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    groups = word_groups("place_words.csv")
    cut = re.compile("|".join(map(re.escape, groups["cut"])))
    return frozenset(groups["bound"]), frozenset(groups["generic"]), cut


def _details(text: str, ends: Sequence[int]) -> Iterator[_Part]:
    """Parts below the area tree, by their form; a name begins after the area or the road before it (`ends`)."""
    phrases, lengths = _suffixes()
    no_place = word_groups("place_words.csv")["not_before"]
    last = 0
    for start, suffix in phrases.longest(text):
        at = bisect_right(ends, start)
        area_end = ends[at - 1] if at else 0
        named = name_start(text, start, lengths[suffix], max(last, area_end))
        begin = start if at and area_end == start else named  # 大瑶集镇幼儿园: the area is its name
        if begin is not None and not text[begin : start + len(suffix)].endswith(no_place):
            yield _Part(begin, start + len(suffix), is_detail=True)
            last = start + len(suffix)
    for pattern in (_TAIL, _POST):
        for match in pattern.finditer(text):
            yield _Part(match.start(), match.end(), is_detail=pattern is _POST)


def name_start(text: str, at: int, limit: int, floor: int = 0) -> int | None:
    """Where the name before a place's ending begins, at `floor` at the earliest; None when nothing bounds it."""
    bound, generic, cut = _bounds()
    begin = at
    while (
        begin > floor and at - begin <= limit and text[begin - 1].isalnum() and text[begin - 1] not in bound
    ):
        begin -= 1
    if floor < begin and text[begin - 1] in _JOINING and _begins_clause(text, begin - 1):
        begin -= 1
    if at - begin > limit:
        return None
    first = begin
    begin = max(
        (
            m.end()
            for m in cut.finditer(text, max(0, first - 2), at)
            if m.end() > first
            and not (m.start() == first and m.group() in _JOINING and _begins_clause(text, first))
        ),
        default=first,
    )
    name = text[begin:at]
    if not name or name in generic or name.isdigit():
        return None
    return begin


def _begins_clause(text: str, at: int) -> bool:
    """和谐物业 after a comma is a name; nothing stands before it that 和 could join."""
    return at == 0 or not text[at - 1].isalnum()


def _clipped(parts: list[_Part]) -> list[_Part]:
    """Details without the areas that they contain: of 嗣同路口小学 the area 嗣同路口 is known, 小学 is the detail."""
    areas = [p for p in parts if p.areas]
    out = list(areas)
    for part in parts:
        if part.areas:
            continue
        inside = [a.end for a in areas if part.start < a.end and a.start < part.end]
        start = max([part.start, *inside])
        if start < part.end:
            out.append(_Part(start, part.end, is_detail=part.is_detail))
    return sorted(out, key=lambda p: (p.start, -p.end))


def _groups(text: str, parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Parts that follow each other make one address."""
    group: list[_Part] = []
    for part in parts:
        if group and part.start < group[-1].end:
            last = group[-1]
            if part.end > last.end:
                group[-1] = _Part(last.start, part.end, last.areas, False, True)
            continue
        if group and not _GLUE.fullmatch(text, group[-1].end, part.start):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _address(text: str, group: list[_Part], gazetteer: Gazetteer, named: set[str]) -> Address:
    while group and not (group[0].areas or group[0].is_detail):
        group = group[1:]
    if not group:
        return Address("", "", "", "", 0, 0, 0.0, "")
    start, end = group[0].start, _extended(text, group[-1].end)
    area, sure = gazetteer.deepest([p for p in group if p.areas], named)
    whole = gazetteer.path(area.code) if area else []
    path = [a for a in whole if a.level != "county"]
    written = [p for p in group if any(a in whole for a in p.areas)]
    known = {fold(a.name) for a in whole} | {_SUFFIX.sub("", fold(a.name)) for a in whole}
    known |= {fold(n) for a in whole if a.level == "county" for n in a.aliases}
    detail_start = written[-1].end if written else start
    if written and text[written[-1].start : written[-1].end] not in known:
        detail_start = written[-1].start  # an alias such as a crossing says more than its village
    detail = text[detail_start:end].strip(" 的、-—()")
    value = "".join(a.name for a in path) + detail
    confidence = _confidence(path, sure, bool(detail), all(p.is_short for p in written) and bool(written))
    source = "地名库" if area else "地址规则"
    return Address(text[start:end], value, area.code if area else "", detail, start, end, confidence, source)


def _extended(text: str, end: int) -> int:
    """The end of the address with its groups, numbers and crossings."""
    for _ in range(4):
        match = next((m for p in (_TAIL, _GROUP, _AFTER, _POST) if (m := p.match(text, end))), None)
        if match is None:
            return end
        end = match.end()
    return end


def _confidence(path: Sequence[Area], sure: bool, has_detail: bool, is_short: bool) -> float:
    if not path:
        return 0.6 if has_detail else 0.2
    base = {"township": 0.8, "village": 0.92}.get(path[-1].level, 0.4)
    base = base + 0.05 if has_detail else base
    return round(base * (1 if sure else 0.7) * (0.75 if is_short else 1), 2)
