"""The responsible unit: rows of the routing catalogue for the probable classes, joined with what solved cases teach.

The catalogue decides where it speaks; the learned model settles between its rows and answers where it is silent.
A township is proposed only for what its duty list names (DOMAIN §1.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from classifier.catalogue import TOWNSHIP, Catalogue, Correction, RoutingRow
from classifier.memory import Solved

BY_CATALOGUE, BY_CASES, BY_LIKENESS = 0.6, 0.25, 0.15
LATER_ROW = 0.35
"""What a row is worth beside the better fitting row of the same class."""
UNMOVED = 2
"""A row of the catalogue counts as so many cases that stayed: one upheld return does not overturn it, three do."""
SHARPNESS = 0.9
"""Makes the shares of the decision as sure as it is right (measured on the shipped examples)."""


@dataclass(slots=True)
class Candidate:
    """One unit with what speaks for and against it; `grounds` are the kinds of its reasons."""

    code: str
    probability: float = 0.0
    row: RoutingRow | None = None
    reasons: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)

    def because(self, ground: str, reason: str) -> None:
        self.reasons.append(reason)
        if ground not in self.grounds:
            self.grounds.append(ground)


def rank(
    catalogue: Catalogue,
    categories: Sequence[tuple[str, float]],
    learned: Mapping[str, float],
    solved: Sequence[Solved],
    *,
    text: str,
    area_code: str | None,
) -> list[Candidate]:
    """Units, the most probable first; `categories` are classes with their probabilities."""
    found: dict[str, Candidate] = {}
    for category, share in categories:
        rows = _fitting(catalogue, category, text, area_code)
        for at, row in enumerate(rows):
            code = _unit_of(catalogue, row, area_code)
            if code is None or code not in catalogue.units:
                continue
            one = found.setdefault(code, Candidate(code))
            weight = BY_CATALOGUE * share * (LATER_ROW if at else 1.0)
            moved = catalogue.corrections_of(category, code)
            one.probability += weight - _move(found, moved, weight, catalogue)
            if one.row is None:
                one.row = row
                one.because("catalogue", f"派单目录第 {row.row_no} 行：{catalogue.taxonomy.names(category)}")
                one.because("catalogue", f"依据：{row.basis}")
            if moved:
                one.against.append(f"近期 {sum(m.count for m in moved)} 件同类工单经退单成立或指定改派他处")
    for code, share in learned.items():
        if code not in catalogue.units:
            continue
        one = found.setdefault(code, Candidate(code))
        one.probability += BY_CASES * share
        if share >= 0.2:
            one.because("learned", f"同类已办工单多由该单位办理（{share:.0%}）")
        elif one.row is not None and share < 0.02:
            one.against.append("同类已办工单很少由该单位办理")
    _count_solved(found, solved, catalogue)
    total = sum(one.probability**SHARPNESS for one in found.values()) or 1.0
    for one in found.values():
        one.probability = one.probability**SHARPNESS / total
    return sorted(found.values(), key=lambda one: (-one.probability, one.code))


def _move(
    found: dict[str, Candidate], moved: Sequence[Correction], weight: float, catalogue: Catalogue
) -> float:
    """Gives the part of a row's weight that corrections speak for to the units they name; returns that part."""
    whole = sum(one.count for one in moved) + max((one.kept for one in moved), default=0) + UNMOVED
    given = 0.0
    for one in moved:
        for heir in catalogue.heirs(one.to_unit)[:1]:
            part = weight * one.count / whole
            taker = found.setdefault(heir, Candidate(heir))
            taker.probability += part
            taker.because("correction", f"近期 {one.count} 件同类工单经退单成立或指定，改由该单位办理")
            given += part
    return given


def _count_solved(found: dict[str, Candidate], solved: Sequence[Solved], catalogue: Catalogue) -> None:
    """Similar solved cases speak for who solved them, and against the others when they all agree."""
    alike = sum(case.score for case in solved) or 1.0
    for case in solved:
        if case.unit_code not in catalogue.units:
            continue
        one = found.setdefault(case.unit_code, Candidate(case.unit_code))
        one.probability += BY_LIKENESS * case.score * case.score / alike
        named = f"工单 {case.case_id}" if case.case_id else "示例工单"
        one.because("solved", f"相似{named}（相似度 {case.score:.0%}）由该单位办理")
    solvers = {case.unit_code for case in solved}
    if len(solved) >= 2 and len(solvers) == 1:
        for code, one in found.items():
            if code not in solvers and one.row is not None:
                one.against.append(
                    f"{len(solved)} 件相似工单均由{catalogue.units[next(iter(solvers))].label}办理"
                )


def _fitting(catalogue: Catalogue, category: str, text: str, area_code: str | None) -> list[RoutingRow]:
    """Rows whose object and place rules hold, the most particular first."""
    township = catalogue.township_of(area_code) if area_code else None
    in_town = township is not None and not township.name.endswith(("街道", "街道办事处"))
    rows = [
        row
        for row in catalogue.rows_of(category)
        if (not row.object_rule or any(word in text for word in row.object_rule.split("|")))
        and (row.place_level_rule != "town" or in_town)
    ]
    return sorted(rows, key=lambda row: (not row.object_rule, not row.place_level_rule))


def _unit_of(catalogue: Catalogue, row: RoutingRow, area_code: str | None) -> str | None:
    if row.lead_unit != TOWNSHIP:
        heirs = catalogue.heirs(row.lead_unit)
        return heirs[0] if heirs else None
    township = catalogue.township_of(area_code) if area_code else None
    if township is None or not catalogue.may_go_to_township(row.category_code):
        return None
    unit = catalogue.township_units.get(township.code)
    return unit.code if unit else None
