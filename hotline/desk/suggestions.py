"""What the desk proposes for a text by the city's own lists: class, type, urgency, place, unit, similar cases, risks.

These are the answers of the class tree and the routing catalogue, each with the words it rests on. They claim no
probability: `is_confident` stays false and `source` says that no trained model spoke.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from dispatch import cases, routing
from dispatch.models import Case, Category
from dispatch.status import CaseType, Urgency
from hotline.accounts.models import Area
from hotline.core.clock import local_date
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.desk import similar
from hotline.desk.similar import Alike

CATALOGUE = "catalogue"
SHOWN = 3
RISK_WORDS = (
    "聚集", "罢工", "欠薪", "讨薪", "学生", "食物中毒", "燃气", "煤气", "坍塌", "塌方", "自杀", "轻生", "跳楼", "爆炸", "火灾",
)  # fmt: skip
"""One mention is enough for a look at once (DOMAIN §1.7)."""
AREA_SUFFIX = re.compile(r"(街道办事处|街道|镇|乡|社区|村)$")
URGENCIES = (Urgency.CRITICAL, Urgency.URGENT, Urgency.NORMAL)


@dataclass(frozen=True, kw_only=True)
class Question:
    title: str = ""
    facts: str = ""
    demand: str = ""
    address: str = ""
    area_code: str | None = None
    case_type: CaseType | None = None

    @property
    def text(self) -> str:
        return f"{self.title} {self.facts} {self.demand}"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One proposal; `confidence` 0–1 ranks it among its like."""

    value: str
    label: str
    confidence: float
    is_confident: bool = False
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    source: str
    case_type: list[Item]
    category: list[Item]
    urgency: list[Item]
    place: list[Item]
    unit: list[Item]
    similar: list[Alike]
    risk_words: list[str]

    def in_short(self) -> dict[str, Any]:
        """What is worth keeping beside the human's decision."""
        proposals = {
            name: getattr(self, name) for name in ("case_type", "category", "urgency", "place", "unit")
        }
        return {"source": self.source, "risk_words": self.risk_words} | {
            name: [[item.value, item.confidence] for item in items] for name, items in proposals.items()
        }


@dataclass(frozen=True)
class _Leaf:
    code: str
    path: str
    urgency: Urgency
    case_types: Sequence[str]
    words: list[str]


def suggest(uow: UnitOfWork, asked: Question, case_id: int | None = None) -> Suggestion:
    """Proposals for a text; kept with the draft it belongs to, where there is one."""
    require(uow.actor, Permission.SUGGESTION_ASK)
    made = _made(uow, asked)
    if case_id is not None:
        cases.keep_suggestion(uow, case_id, made.in_short())
    return made


def _made(uow: UnitOfWork, asked: Question) -> Suggestion:
    risks = [word for word in RISK_WORDS if word in asked.text]
    leaves = _leaves(uow, asked.text)
    place = _places(uow, asked)
    area_code = asked.area_code or (place[0].value if place else None)
    return Suggestion(
        source=CATALOGUE,
        case_type=_case_types(leaves),
        category=_ranked((leaf.code, leaf.path, _weight(leaf.words), leaf.words) for leaf in leaves),
        urgency=_urgency(leaves, risks),
        place=place,
        unit=_units(uow, asked, leaves, area_code),
        similar=similar.to_text(uow, asked.text),
        risk_words=risks,
    )


def best_category(uow: UnitOfWork, text: str) -> str | None:
    leaves = _leaves(uow, text)
    return leaves[0].code if leaves else None


def _leaves(uow: UnitOfWork, text: str) -> list[_Leaf]:
    """Leaves of the class tree whose keywords the text names, the best first."""
    keyword = func.jsonb_array_elements_text(Category.keywords).table_valued("value")
    parents = select(Category.parent_code).where(Category.parent_code.is_not(None))
    # The database looks for the words: reading the whole tree would cost ten times as much.
    named = select(keyword.c.value).where(func.strpos(text, keyword.c.value) > 0).exists()
    rows = uow.session.scalars(
        select(Category).where(Category.active, Category.code.not_in(parents), named)
    ).all()
    found = [(row, [word for word in row.keywords if word in text]) for row in rows]
    best = sorted(found, key=lambda one: (-_weight(one[1]), one[0].code))[:SHOWN]
    paths = _paths(uow, [row.code for row, _ in best])
    return [
        _Leaf(row.code, paths[row.code], row.default_urgency, row.case_types, words) for row, words in best
    ]


def _weight(words: list[str]) -> int:
    """Longer words say more."""
    return sum(len(word) for word in words)


def _paths(uow: UnitOfWork, codes: list[str]) -> dict[str, str]:
    """Code → names from the top down."""
    lines = {code: [code[:n] for n in range(1, len(code) + 1, 2)] for code in codes}
    wanted = {part for line in lines.values() for part in line}
    rows = uow.session.execute(select(Category.code, Category.name).where(Category.code.in_(wanted)))
    names = {row.code: row.name for row in rows}
    return {code: " / ".join(names[part] for part in line if part in names) for code, line in lines.items()}


def _ranked(rows: Iterable[tuple[str, str, int, list[str]]]) -> list[Item]:
    """Shares of the weights found; one more keeps a lone word from looking certain."""
    listed = list(rows)
    whole = sum(weight for _, _, weight, _ in listed) + 4
    return [
        Item(value=code, label=label, confidence=round(weight / whole, 2), reasons=[_named(words)])
        for code, label, weight, words in listed
    ]


def _named(words: list[str]) -> str:
    return "文中提到" + "、".join(f"“{word}”" for word in words[:4])


def _case_types(leaves: list[_Leaf]) -> list[Item]:
    """What the best class is usually about."""
    if not leaves or not leaves[0].case_types:
        return []
    usual = CaseType(leaves[0].case_types[0])
    reason = f"“{leaves[0].path}”多为{usual.label}"
    return [Item(value=usual.value, label=usual.label, confidence=0.5, reasons=[reason])]


def _urgency(leaves: list[_Leaf], risks: list[str]) -> list[Item]:
    """The most urgent of class and risk words: an alarm too many costs less than one too few."""
    wanted = [(leaf.urgency, f"“{leaf.path}”默认{leaf.urgency.label}") for leaf in leaves[:1]]
    if risks:
        wanted.append((Urgency.URGENT, _named(risks)))
    if not wanted:
        return []
    level, reason = min(wanted, key=lambda item: URGENCIES.index(item[0]))
    return [Item(value=level.value, label=level.label, confidence=0.5, reasons=[reason])]


def _places(uow: UnitOfWork, asked: Question) -> list[Item]:
    """Areas named in address or text, the smallest and longest name first."""
    text = f"{asked.address} {asked.text}"
    rows = uow.session.execute(
        select(Area.code, Area.name, Area.aliases).where(Area.level.in_(("township", "village")))
    )
    found = []
    for row in rows:
        names = {row.name, AREA_SUFFIX.sub("", row.name), *row.aliases}
        words = sorted((name for name in names if len(name) > 1 and name in text), key=len)
        if words:
            found.append((row.code, row.name, len(words[-1]), [words[-1]]))
    found.sort(key=lambda item: (-item[2], -len(item[0]), item[0]))
    return _ranked(found[:SHOWN])


def _units(uow: UnitOfWork, asked: Question, leaves: list[_Leaf], area_code: str | None) -> list[Item]:
    """The catalogue's units for the best class, each with its legal basis; the value is the unit's code."""
    if not leaves:
        return []
    case = Case(
        category_code=leaves[0].code,
        area_code=area_code,
        title=asked.title,
        facts=asked.facts,
        address=asked.address,
    )
    items: dict[str, Item] = {}
    for route in routing.routes_for(uow.session, case, local_date(uow.now))[:SHOWN]:
        row = route.row
        basis = f"{row.law or '无依据'}{row.article or ''}（{row.law_status}）"
        item = Item(
            value=route.lead.code,
            label=route.lead.short_name,
            confidence=0.5,
            reasons=[f"派单目录第 {row.row_no} 行：{leaves[0].path}", f"依据：{basis}"],
        )
        items.setdefault(route.lead.code, item)
    return list(items.values())
