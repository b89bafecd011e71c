"""What everybody else calls: `load` once per process, `suggest` for each text.

Every answer carries its reasons and whether it is above its bar; below it a person has to look closely. A missing or
damaged model never stops intake: keywords of the class tree and the catalogue answer alone, marked `catalogue`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from classifier import alarms, category, explain, extraction, store, units
from classifier.brain import Brain, untaught
from classifier.catalogue import Catalogue
from classifier.places import Gazetteer
from classifier.text import Tokens

_CHINESE = re.compile("[\u4e00-\u9fff]")
SHOWN = 3
BAR = {"case_type": 0.7, "category": 0.7, "unit": 0.7}
"""Confidence bands of DOMAIN §6: below 0.70 a person must review."""
LEVELS = ("critical", "urgent", "normal")
LEAVES_WEIGHED = 5
MODEL, CATALOGUE = "model", "catalogue"
TYPE_NAMES = {
    "consultation": "咨询",
    "request": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "意见建议",
    "praise": "表扬",
}


GROUNDS = {
    "keyword": "分类关键词",
    "learned": "已办工单学得",
    "catalogue": "派单目录",
    "correction": "退单成立与指定",
    "solved": "相似工单",
    "alarm": "风险词",
    "usual": "分类惯例",
}
"""Kinds of reasons, by which the house counts how often it is followed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value with its probability; `confident`: above the bar of its field; `grounds`: kinds of its reasons."""

    value: str
    label: str
    probability: float
    confident: bool
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Best proposals first in each field; `alarms` and `entities` show the words they stand on."""

    source: str
    case_type: tuple[Proposal, ...]
    category: tuple[Proposal, ...]
    unit: tuple[Proposal, ...]
    urgency: tuple[Proposal, ...]
    alarms: tuple[alarms.Alarm, ...]
    entities: extraction.Entities = field(default_factory=extraction.Entities)
    levels: tuple[Proposal, ...] = ()  # the best class of each level of the tree, top first

    def to_dict(self) -> dict[str, Any]:
        fields = ("case_type", "category", "levels", "unit", "urgency")
        return {
            "source": self.source,
            **{name: [asdict(one) for one in getattr(self, name)] for name in fields},
            "alarms": [alarm.to_dict() for alarm in self.alarms],
            "entities": self.entities.to_dict(),
        }


class Classifier:
    """A brain at work on the lists of one city."""

    def __init__(self, brain: Brain, catalogue: Catalogue, source: str = MODEL) -> None:
        self.brain, self.catalogue, self.source = brain, catalogue, source
        self.gazetteer = Gazetteer(catalogue.areas)
        self._branches = category.Branches(brain, catalogue.taxonomy)
        self._seen = {brain.category.labels[at] for at in brain.category.seen}

    def suggest(
        self,
        title: str = "",
        text: str = "",
        *,
        now: datetime,
        demand: str = "",
        address: str = "",
        area_code: str | None = None,
        case_type: str | None = None,
    ) -> Suggestion:
        """Proposals for one text; `area_code` is what a person chose, otherwise the text is asked."""
        whole = "\n".join(part for part in (text, demand) if part)
        if not self.brain.category.labels:
            return self._of_risk_alone(title, address, whole, now)
        tokens = self.brain.reader.tokens([title], [whole])
        entities = extraction.extract("\n".join((title, address, whole)), self.gazetteer, now)
        place = area_code or next((one.area_code for one in entities.places if one.area_code), None)
        X = self.brain.reader.matrix(tokens)
        evidence = explain.Evidence(self.brain.reader, self.brain.prior, tokens)
        ranked = self._ranked(X, tokens, evidence)
        risk = alarms.assess("\n".join((title, whole)))
        classes = self._categories(evidence, ranked) if ranked and _CHINESE.search(title + whole) else ()
        if not classes:
            # A text that says nothing gets no proposal rather than the most frequent one.
            return Suggestion(self.source, (), (), (), self._alarmed(risk), risk.alarms, entities)
        # What is not shown for want of reasons decides nothing else either.
        ranked = ranked[[code for code, _ in ranked].index(classes[0].value) :]
        return Suggestion(
            source=self.source,
            case_type=self._types(X, tokens, evidence, case_type, ranked),
            category=classes,
            unit=self._units(X, tokens, ranked, f"{title}\n{address}\n{whole}", place),
            urgency=self._alarmed(risk, ranked) or (self._usual_urgency(ranked),),
            alarms=risk.alarms,
            entities=entities,
            levels=self._levels(ranked),
        )

    def _ranked(self, X: csr_matrix, tokens: Tokens, evidence: explain.Evidence) -> list[tuple[str, float]]:
        """Leaves that today's tree still has, the most probable first."""
        shares = self._branches.shares(X, tokens, evidence.hits)[0]
        ranked = [(self.brain.category.labels[at], float(shares[at])) for at in np.argsort(-shares)]
        return [(code, share) for code, share in ranked if code in self.catalogue.taxonomy.nodes]

    def _levels(self, ranked: list[tuple[str, float]]) -> tuple[Proposal, ...]:
        tree = self.catalogue.taxonomy
        return tuple(
            Proposal(code, tree.nodes[code].name, round(share, 3), self._sure("category", share))
            for code, share in category.levels(tree, ranked)
        )

    def _of_risk_alone(self, title: str, address: str, whole: str, now: datetime) -> Suggestion:
        """A city that has no class tree yet still hears alarms and finds places."""
        risk = alarms.assess("\n".join((title, whole)))
        entities = extraction.extract("\n".join((title, address, whole)), self.gazetteer, now)
        return Suggestion(self.source, (), (), (), self._alarmed(risk), risk.alarms, entities)

    def _categories(
        self, evidence: explain.Evidence, ranked: list[tuple[str, float]]
    ) -> tuple[Proposal, ...]:
        labels = [self.brain.category.labels.index(code) for code, _ in ranked[:SHOWN]]
        named = evidence.keywords(labels)
        found = []
        for (code, share), label, words in zip(ranked[:SHOWN], labels, named, strict=True):
            learned = evidence.learned(self.brain.category, label)
            found.append(
                Proposal(
                    code,
                    self.catalogue.taxonomy.names(code),
                    round(share, 3),
                    self._sure("category", share),
                    _because(words, learned),
                    grounds=_grounds(keyword=words, learned=learned),
                )
            )
        return tuple(one for one in found if one.reasons)

    def _types(
        self,
        X: csr_matrix,
        tokens: Tokens,
        evidence: explain.Evidence,
        chosen: str | None,
        ranked: list[tuple[str, float]],
    ) -> tuple[Proposal, ...]:
        if not len(self.brain.case_type.seen):
            return self._usual_type(ranked)
        shares = self.brain.case_type.probabilities(X, self.brain.type_prior.scores(tokens))[0]
        found = []
        for at in np.argsort(-shares)[:2]:
            value = self.brain.case_type.labels[at]
            words = evidence.learned(self.brain.case_type, int(at))
            share = float(shares[at])
            reasons = _because([], words) + (("与话务员所选一致",) if value == chosen else ())
            found.append(
                Proposal(
                    value,
                    TYPE_NAMES[value],
                    round(share, 3),
                    self._sure("case_type", share),
                    reasons,
                    grounds=_grounds(learned=words),
                )
            )
        return tuple(found)

    def _usual_type(self, ranked: list[tuple[str, float]]) -> tuple[Proposal, ...]:
        code, share = ranked[0]
        usual = self.catalogue.taxonomy.nodes[code].case_types
        if not usual or usual[0] not in TYPE_NAMES:
            return ()
        reason = f"“{self.catalogue.taxonomy.names(code)}”多为{TYPE_NAMES[usual[0]]}"
        share = round(share / 2, 3)
        return (Proposal(usual[0], TYPE_NAMES[usual[0]], share, False, (reason,), grounds=("usual",)),)

    def _units(
        self,
        X: csr_matrix,
        tokens: Tokens,
        ranked: list[tuple[str, float]],
        text: str,
        area_code: str | None,
    ) -> tuple[Proposal, ...]:
        model = self.brain.unit
        learned: dict[str, float] = {}
        if len(model.seen):
            # Of a class that was never seen, cases of other classes say little.
            shares = model.probabilities(X, None)[0] * self._taught(ranked)
            learned = {model.labels[at]: float(shares[at]) for at in np.argsort(-shares)[: 2 * SHOWN]}
        probable = [(code, share) for code, share in ranked[:LEAVES_WEIGHED] if share > 0.02]
        solved = self.brain.memory.like(tokens, self.catalogue)
        found = units.rank(self.catalogue, probable, learned, solved, text=text, area_code=area_code)
        return tuple(
            Proposal(
                one.code,
                self.catalogue.units[one.code].label,
                round(one.probability, 3),
                self._sure("unit", one.probability),
                tuple(one.reasons),
                tuple(one.against),
                tuple(one.grounds),
            )
            for one in found[:SHOWN]
            if one.reasons
        )

    def _taught(self, ranked: list[tuple[str, float]]) -> float:
        """Share of the probable classes that the model has examples of."""
        return sum(share for code, share in ranked if code in self._seen)

    def _alarmed(
        self, risk: alarms.Urgency, ranked: list[tuple[str, float]] | None = None
    ) -> tuple[Proposal, ...]:
        """What the words of the text demand, unless its class is usually graver: recall first."""
        usual = self._usual_level(ranked) if ranked else "normal"
        if not risk.alarms or LEVELS.index(risk.level) > LEVELS.index(usual):
            return ()
        reasons = tuple(alarm.reason for alarm in risk.alarms[:SHOWN])
        label = alarms.LEVEL_NAMES[risk.level]
        sure = self._sure("category", 1.0)
        return (Proposal(risk.level, label, round(risk.probability, 3), sure, reasons, grounds=("alarm",)),)

    def _usual_urgency(self, ranked: list[tuple[str, float]]) -> Proposal:
        code, share = ranked[0]
        usual = self._usual_level(ranked)
        reason = f"“{self.catalogue.taxonomy.names(code)}”默认{alarms.LEVEL_NAMES[usual]}"
        sure = self._sure("category", share)
        return Proposal(
            usual, alarms.LEVEL_NAMES[usual], round(share, 3), sure, (reason,), grounds=("usual",)
        )

    def _usual_level(self, ranked: list[tuple[str, float]]) -> str:
        return self.catalogue.taxonomy.nodes[ranked[0][0]].default_urgency

    def _sure(self, name: str, probability: float) -> bool:
        """Only what was learned from cases may be confident."""
        return self.source == MODEL and probability >= BAR[name]


def _because(named: list[str], weighed: list[str]) -> tuple[str, ...]:
    others = [word for word in weighed if word not in named]
    reasons = []
    if named:
        reasons.append("文中提到" + "、".join(f"“{word}”" for word in named))
    if others:
        reasons.append("起作用的词：" + "、".join(f"“{word}”" for word in others))
    return tuple(reasons)


def _grounds(**words: list[str]) -> tuple[str, ...]:
    return tuple(name for name, found in words.items() if found)


def load(folder: Path, catalogue: Catalogue, now: datetime) -> Classifier:
    """The current model of the folder on today's lists; without one, a brain that knows the lists only."""
    try:
        brain = store.load(folder)
    except store.ModelDamaged:
        return Classifier(untaught(catalogue, now), catalogue, CATALOGUE)
    return Classifier(brain, catalogue, MODEL if len(brain.category.seen) else CATALOGUE)
