"""What the desk proposes for a text: the classifier's answers with their reasons, and cases about the same matter.

Without a trained model the class tree and the routing catalogue answer alone: `source` says so and nothing is confident.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from classifier.service import Proposal
from classifier.service import Suggestion as Found
from dispatch import cases
from dispatch.models import Case
from dispatch.status import CaseType
from hotline.accounts.models import Unit
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.desk import brain, filling, similar
from hotline.desk.filling import Fill
from hotline.desk.similar import Alike

SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    title: str = ""
    facts: str = ""
    demand: str = ""
    address: str = ""
    area_code: str | None = None
    case_type: CaseType | None = None

    @property
    def read(self) -> dict[str, str]:
        """The fields in the order in which the classifier reads them."""
        body = {name: text for name, text in (("facts", self.facts), ("demand", self.demand)) if text}
        return {"title": self.title, "address": self.address} | body


@dataclass(frozen=True, kw_only=True)
class Item:
    """One proposal; `confidence` 0–1 ranks it among its like."""

    value: str
    label: str
    confidence: float
    is_confident: bool = False
    reasons: list[str] = field(default_factory=list)
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnitItem:
    """A unit for a case, with what speaks for it and what against."""

    unit_id: int
    name: str
    confidence: float
    is_confident: bool
    reasons: list[str]
    against: list[str]


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
    fills: list[Fill]

    def in_short(self) -> dict[str, Any]:
        """What is worth keeping beside the human's decision."""
        proposals = {
            name: getattr(self, name) for name in ("case_type", "category", "urgency", "place", "unit")
        }
        best = {name: list(items[0].grounds) for name, items in proposals.items() if items}
        return {"source": self.source, "risk_words": self.risk_words, "grounds": best} | {
            name: [[item.value, item.confidence] for item in items] for name, items in proposals.items()
        }


def suggest(uow: UnitOfWork, asked: Question, case_id: int | None = None) -> Suggestion:
    """Proposals for a text; kept with the draft it belongs to, where there is one."""
    require(uow.actor, Permission.SUGGESTION_ASK)
    made = propose(uow, asked)
    if case_id is not None:
        cases.keep_suggestion(uow, case_id, made.in_short())
    return made


def units_for(uow: UnitOfWork, case: Case) -> list[UnitItem]:
    """Who should have a case, for the person who dispatches it: with today's lists and what returns taught since."""
    require(uow.actor, Permission.SUGGESTION_ASK)
    asked = Question(
        title=case.title,
        facts=case.facts,
        demand=case.demand,
        address=case.address,
        area_code=case.area_code,
        case_type=case.case_type,
    )
    found = _ask(uow, asked).unit
    ids: dict[str, int] = dict(
        uow.session.execute(
            select(Unit.code, Unit.id).where(Unit.code.in_([one.value for one in found]))
        ).all()
    )
    return [
        UnitItem(
            unit_id=ids[one.value],
            name=one.label,
            confidence=one.probability,
            is_confident=one.confident,
            reasons=list(one.reasons),
            against=list(one.against),
        )
        for one in found
        if one.value in ids
    ]


def propose(uow: UnitOfWork, asked: Question) -> Suggestion:
    """Proposals for whoever may have them: the house itself asks for what citizens write."""
    found = _ask(uow, asked)
    return Suggestion(
        source=found.source,
        case_type=_items(found.case_type),
        category=_items(found.category),
        urgency=_items(found.urgency),
        place=_places(uow, found),
        unit=_items(found.unit),
        similar=similar.to_text(uow, asked.title, asked.facts),
        risk_words=list(dict.fromkeys(word for alarm in found.alarms for word in alarm.words)),
        fills=filling.fills(found.entities, asked.read),
    )


def _ask(uow: UnitOfWork, asked: Question) -> Found:
    return brain.classifier(uow).suggest(
        asked.title,
        asked.facts,
        demand=asked.demand,
        address=asked.address,
        area_code=asked.area_code,
        case_type=asked.case_type.value if asked.case_type else None,
        now=uow.now,
    )


def _items(proposals: tuple[Proposal, ...]) -> list[Item]:
    return [
        Item(
            value=one.value,
            label=one.label,
            confidence=one.probability,
            is_confident=one.confident,
            reasons=[*one.reasons, *(f"不支持：{reason}" for reason in one.against)],
            grounds=one.grounds,
        )
        for one in proposals
    ]


def _places(uow: UnitOfWork, found: Found) -> list[Item]:
    """Areas of the tree that the text names; an address outside of the tree is no proposal for the form's list."""
    known = brain.classifier(uow).catalogue.area_by_code
    items: dict[str, Item] = {}
    for entity in found.entities.places:
        if entity.area_code in known:
            item = Item(
                value=entity.area_code,
                label=known[entity.area_code].name,
                confidence=round(entity.confidence, 2),
                reasons=[f"文中提到“{entity.text}”"],
            )
            items.setdefault(entity.area_code, item)
    return list(items.values())[:SHOWN]
