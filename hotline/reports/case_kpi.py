"""Counting orders for the figures of order handling (DOMAIN §5), by unit; ranks with smoothed rates. Read-only.

All units are always counted, since the city's means smooth every unit's rates; who sees only own units gets only
those lines and their sum.
"""

from dataclasses import dataclass

from sqlalchemy import select

from hotline.accounts.models import Unit
from hotline.core.uow import UnitOfWork
from hotline.reports import case_counts, scope
from hotline.reports.case_formulas import COUNTERS, FORMULAS, RANKED, THREE_RATES, TIERS
from hotline.reports.figures import Counts, add, compose, evaluate, smoothed
from hotline.reports.intervals import Period
from hotline.reports.tally import merge

CITY_WIDE = ("dispatch_due", "dispatch_in_time")
"""The hotline's own timeliness belongs to no unit."""
KIND_LABELS = {"department": "部门", "township": "乡镇街道", "centre": "热线中心", "office": "办公室"}


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """`rank` among `group_size` units of the same `group` (kind and volume), by the composite of smoothed rates."""

    unit_id: int
    label: str
    kind: str
    group: str
    tier: int
    counts: Counts
    three_rates: float | None
    smoothed: dict[str, float | None]
    rank: int | None
    group_size: int


@dataclass(frozen=True, kw_only=True)
class UnitReport:
    lines: list[UnitLine]
    total: Counts
    three_rates: float | None
    all_units: bool


def by_unit(uow: UnitOfWork, period: Period) -> UnitReport:
    visible = scope.units(uow)
    lines = _ranked(_lines(uow, period))
    shown = [line for line in lines if visible is None or line.unit_id in visible]
    total = add((line.counts for line in shown), COUNTERS)
    if visible is None:
        total |= case_counts.dispatching(uow, period)
    return UnitReport(
        lines=shown, total=total, three_rates=_three_rates(uow, total), all_units=visible is None
    )


def _three_rates(uow: UnitOfWork, counts: Counts) -> float | None:
    weights = scope.weights(uow.settings)
    rates = {name: evaluate(FORMULAS[name], counts, weights).value for name in RANKED}
    return compose(THREE_RATES, rates, weights)


def _lines(uow: UnitOfWork, period: Period) -> list[UnitLine]:
    units = uow.session.scalars(select(Unit).order_by(Unit.level, Unit.code)).all()
    merged = merge(case_counts.sources(uow, period), [unit.id for unit in units])
    busy = [unit for unit in units if any(merged[unit.id].values())]
    city = add(merged.values(), COUNTERS)
    weights, k = scope.weights(uow.settings), uow.settings.score_smoothing
    means = {name: evaluate(FORMULAS[name], city, weights).value for name in RANKED}
    lines = []
    for unit in busy:
        counts = merged[unit.id]
        fair = {name: smoothed(evaluate(FORMULAS[name], counts, weights), means[name], k) for name in RANKED}
        tier, word = next((least, word) for least, word in TIERS if counts["dispatched"] >= least)
        lines.append(
            UnitLine(
                unit_id=unit.id,
                label=unit.short_name,
                kind=unit.kind,
                group=f"{KIND_LABELS.get(unit.kind, unit.kind)}·{word}",
                tier=tier,
                counts=counts,
                three_rates=_three_rates(uow, counts),
                smoothed=fair | {THREE_RATES.name: compose(THREE_RATES, fair, weights)},
                rank=None,
                group_size=0,
            )
        )
    return lines


def _ranked(lines: list[UnitLine]) -> list[UnitLine]:
    """Group by group, best first; units that were given no order are not ranked; equal scores share a rank."""
    ranked = []
    for line in lines:
        rivals = [
            score for other in lines if other.group == line.group and (score := _score(other)) is not None
        ]
        mine = _score(line)
        rank = None if mine is None else 1 + sum(score > mine for score in rivals)
        ranked.append(_with_rank(line, rank, len(rivals)))
    return sorted(ranked, key=lambda line: (line.kind, -line.tier, line.rank or len(lines) + 1))


def _score(line: UnitLine) -> float | None:
    return line.smoothed[THREE_RATES.name] if line.counts["dispatched"] else None


def _with_rank(line: UnitLine, rank: int | None, group_size: int) -> UnitLine:
    return UnitLine(**(vars(line) | {"rank": rank, "group_size": group_size}))
