"""What a text says for the form: place, time, party, amounts, phone numbers and the demand, each with its source.

Pure; called by the service (智能填单). [start, end) are characters of the text as typed, for highlighting; `source`
names the rule. Texts are read up to `READ` characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from classifier import numerals, places, times
from classifier.phrases import Phrases, fold, sentences, word_groups
from classifier.places import AreaLike, Gazetteer

READ = 8000
SHOWN = 8  # entities of one kind
LONG = 40  # characters from which the demand of a sentence is cut out of its facts
NAME = 10  # characters of a company's name before its ending
_HERE = ZoneInfo("Asia/Shanghai")

_CN_DIGIT = "零一二三四五六七八九〇幺○"
_PHONE = re.compile(
    r"(?<![\d.])(?:(?:\+|00)?86[-\s]?)?1[3-9]\d(?:[-\s]?\d{4}){2}(?!\d)"
    r"|(?<!\d)1[3-9]\d[*xX]{4}\d{4}(?!\d)"
    r"|(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3})[-—\s]?[2-9]\d{6,7}(?:\s?(?:转|-)\s?\d{1,5})?(?!\d)"
    r"|(?<!\d)[48]00[-\s]?\d{3}[-\s]?\d{4}(?!\d)"
    rf"|[幺一][三四五六七八九][{_CN_DIGIT}](?:[\s,，、-]?[{_CN_DIGIT}]){{8}}"
)
_LOCAL = re.compile(
    r"(?:电话|手机|座机|号码|联系方式|热线|拨打|致电|打)(?:是|为|:|：|了|过)?\s?(\d{7,8}|\d{5}|1\d{2})(?![\d元块个人年月点])"
)
_SPOKEN = str.maketrans("零一二三四五六七八九〇○幺", "0123456789001")
_CN = numerals.CHINESE
_AMOUNT = re.compile(
    rf"(?P<sign>[¥￥]|人民币)?\s?(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{_CN}]{{1,9}}(?:万[{_CN}]{{0,7}})?)(?P<more>多|余|来)?"
    r"(?P<unit>万多?元|万块钱?|千元|千块钱?|百元|百块钱?|亿元|亿|元|块钱|块(?!地|田|板|石|砖|玻|广|钢|布|木|瓷|土|墙|表|牌)|万(?!伏|千瓦|次|辆|斤|方|株|册|份|人|户|平|名|吨|亩|多人|里|科|家))?"
)
_MONEY_CUE = re.compile(
    r"(?:欠|差|付|交|收|罚|赔|退|花|骗|要价|共计|合计|一共|定金|押金|工资|转账|转|押|涨到|扣)了?(?:我们?|他们?|你|[一二三四五六七八九十\d]{1,3}(?:个人|人))?(?:一共|共)?$"
)
_COUNTED = tuple("年月日号点个天次人多余户台家楼栋名期米小周岁倍条张分%折遍、")
_INEXACT = tuple("几数0123456789.")
_UNIT = {"万": 10_000, "千": 1_000, "百": 100, "亿": 100_000_000}
_TITLED = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱许何吕张孔曹严金魏陶姜谢潘葛范彭鲁韦马方袁柳唐罗薛雷贺汤罗邓黄萧尹刘胡易卢熊欧龙曾肖邱田高林郭梁宋叶程苏丁任钟廖谭汪石黎文万段侯邹"
_PERSON = re.compile(
    rf"(?:(?:姓|叫|名叫|叫做)(?P<name>(?!某|什么|我|他|她|你|人)[\u4e00-\u9fff]{{1,3}}?)(?:的|，|,|。|这|$)|(?P<masked>[{_TITLED}](?:某{{1,2}}|\*{{1,2}})(?!\*)))"
)
_SURNAMED = re.compile(
    rf"[{_TITLED}](?:老板|经理|先生|女士|师傅|医生|老师|书记|主任|所长|队长|校长|总)(?![\u4e00-\u9fff]?路)"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·.\s]?[a-z0-9]{5,6}(?![a-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that the text says; `value` is its normal form (ISO time, yuan, digits, full address)."""

    kind: str  # place | time | target | amount | phone | demand
    text: str
    value: str
    start: int
    end: int
    confidence: float
    source: str
    area_code: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Entities:
    """All that was found; of each kind the one to fill in stands first."""

    places: tuple[Entity, ...] = ()
    times: tuple[Entity, ...] = ()
    targets: tuple[Entity, ...] = ()
    amounts: tuple[Entity, ...] = ()
    phones: tuple[Entity, ...] = ()
    demand: Entity | None = None

    def to_dict(self) -> dict[str, Any]:
        groups = ("places", "times", "targets", "amounts", "phones")
        found: dict[str, Any] = {name: [e.to_dict() for e in getattr(self, name)] for name in groups}
        return {**found, "demand": self.demand.to_dict() if self.demand else None}


def extract(text: str | None, areas: Gazetteer | Iterable[AreaLike], now: datetime) -> Entities:
    """Everything the form can take from the text; `areas` is best given as a Gazetteer built once."""
    gazetteer = areas if isinstance(areas, Gazetteer) else Gazetteer(areas)
    raw = (text or "")[:READ]
    folded = fold(raw)
    phones = list(_phones(raw, folded))
    taken = [(p.start, p.end) for p in phones]
    found_times = list(_times(raw, folded, now))
    taken += [(t.start, t.end) for t in found_times]
    found_places = list(_places(raw, folded, gazetteer))
    return Entities(
        places=tuple(found_places),
        times=_best(found_times),
        targets=_best(_targets(raw, folded)),
        amounts=_best(_amounts(raw, folded, taken)),
        phones=tuple(phones[:SHOWN]),
        demand=_demand(raw, folded),
    )


def _best(found: Iterable[Entity]) -> tuple[Entity, ...]:
    """The surest first, each value once."""
    kept: dict[str, Entity] = {}
    for entity in sorted(found, key=lambda e: (-e.confidence, e.start)):
        kept.setdefault(entity.value, entity)
    return tuple(kept.values())[:SHOWN]


def _places(raw: str, folded: str, gazetteer: Gazetteer) -> Iterator[Entity]:
    for a in places.find(folded, gazetteer):
        written = raw[a.start : a.end]
        at = folded.index(a.detail, a.start)
        value = a.value.removesuffix(a.detail) + raw[at : at + len(a.detail)]
        yield Entity("place", written, value, a.start, a.end, a.confidence, a.source, a.area_code)


def _times(raw: str, folded: str, now: datetime) -> Iterator[Entity]:
    for m in times.find(folded, now.astimezone(_HERE)):
        yield Entity("time", raw[m.start : m.end], m.value, m.start, m.end, m.confidence, "时间表达式")


def _phones(raw: str, folded: str) -> Iterator[Entity]:
    ends: list[int] = []
    for match in _PHONE.finditer(folded):
        number = re.sub(r"[^\d*x转]", "", match.group().translate(_SPOKEN))
        number = re.sub(r"^(?:00)?86(?=1)", "", number)
        ends.append(match.end())
        yield Entity(
            "phone",
            raw[match.start() : match.end()],
            number,
            *match.span(),
            _phone_confidence(number),
            "号码格式",
        )
    for match in _LOCAL.finditer(folded):
        if re.match(r"[-\s]?\d", folded[match.end(1) : match.end(1) + 2]) or match.end(1) in ends:
            continue
        yield Entity(
            "phone", raw[match.start(1) : match.end(1)], match.group(1), *match.span(1), 0.7, "电话字样"
        )


def _phone_confidence(number: str) -> float:
    if "*" in number or "x" in number:
        return 0.4  # masked: shows that a number was given, not which
    try:
        known = phonenumbers.is_valid_number(phonenumbers.parse(number.split("转")[0], "CN"))
    except phonenumbers.NumberParseException:
        return 0.5
    return 0.97 if known else 0.6


def _amounts(raw: str, folded: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Sums in yuan; a bare number is one only after a word of money (欠我们六千五)."""
    for match in _AMOUNT.finditer(folded):
        start, end = match.span()
        if any(a < end and start < b for a, b in taken) or folded[start - 1 : start] in _INEXACT:
            continue
        unit = match["unit"] or ""
        cue = _MONEY_CUE.search(folded, max(0, start - 12), start) if not unit else None
        bare = not unit and not match["sign"]
        if bare and (cue is None or len(match["figure"]) < 2 or folded[end : end + 1] in _COUNTED):
            continue
        number = numerals.read(match["figure"])
        if not number:
            continue
        for char in unit:
            number *= _UNIT.get(char, 1)
        confidence = (0.65 if bare else 0.92) - (0.1 if match["more"] or "多" in unit else 0)
        yield Entity("amount", raw[start:end].strip(), f"{number:.2f}", start, end, confidence, "金额格式")


@cache
def _names() -> tuple[Phrases, dict[str, float]]:
    groups = word_groups("party_words.csv")
    trust = {w: 0.6 for w in groups["business"]} | {w: 0.75 for w in groups["company"]}
    return Phrases(trust), trust


def _targets(raw: str, folded: str) -> Iterator[Entity]:
    """Companies, businesses, persons and vehicles complained of; more sure after 投诉 or 举报."""
    phrases, trust = _names()
    accuse = word_groups("party_words.csv")["accuse"]
    for start, ending in phrases.longest(folded):
        begin = places.name_start(folded, start, NAME)
        end = start + len(ending)
        if begin is None or end - begin < 4 or folded.startswith(("限公司", "限责任"), begin):
            continue
        before = folded[max(0, begin - 4) : begin]
        sure = trust[ending] + (0.15 if before.endswith(accuse) else 0) + (0.1 if "有限" in ending else 0)
        yield Entity(
            "target", raw[begin:end], raw[begin:end], begin, end, round(min(sure, 0.95), 2), "机构名称"
        )
    for pattern, confidence, source in ((_PLATE, 0.9, "车牌号"), (_SURNAMED, 0.6, "姓氏称谓")):
        for match in pattern.finditer(folded):
            written = raw[match.start() : match.end()]
            yield Entity("target", written, written.upper(), *match.span(), confidence, source)
    for match in _PERSON.finditer(folded):
        group = "name" if match["name"] else "masked"
        written = raw[match.start(group) : match.end(group)]
        yield Entity("target", written, written, *match.span(group), 0.55, "人名")


def _demand(raw: str, folded: str) -> Entity | None:
    """The sentence that says what is wanted; courtesies and stock phrases count little, the end counts more."""
    groups = word_groups("party_words.csv")
    best: tuple[float, int, int] | None = None
    spans = sentences(folded).spans()
    for number, (start, end) in enumerate(spans):
        score = _demand_score(folded[start : end + 1], groups) + 0.2 * number / len(spans)
        if score >= 0.5 and (best is None or score >= best[0]):
            best = (score, start, end)
    if best is None:
        return None
    score, start, end = best
    if end - start > LONG:
        start = next(
            (a for a in _clause_starts(folded, start, end) if folded.startswith(groups["demand"], a)), start
        )
    written = raw[start:end].strip()
    start = raw.index(written, start)
    return Entity(
        "demand", written, written, start, start + len(written), round(min(score, 0.95), 2), "诉求句"
    )


def _clause_starts(text: str, start: int, end: int) -> list[int]:
    return [start, *(m.end() for m in re.finditer(r"[，,、：:]", text[:end]) if m.start() >= start)]


def _demand_score(sentence: str, groups: dict[str, tuple[str, ...]]) -> float:
    body = sentence.strip()
    clauses = re.split(r"[，,、：: ]", body)
    asks = max((0.7 for c in clauses if c.startswith(groups["demand"]) and len(c) >= 4), default=0.0)
    asks = asks or (0.55 if any(len(w) > 1 and w in body for w in groups["demand"]) else 0.0)
    question = (
        0.55 if body.endswith(("?", "吗", "呢")) or any(w in body for w in groups["question"][:4]) else 0.0
    )
    stock = 0.45 if any(w in body for w in groups["routine"]) else 0.0
    return max(asks, question) + (0.1 if asks and question else 0) - stock
