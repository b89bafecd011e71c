"""How a figure is made: counters that add up, and formulas over them that are data. Pure.

A formula is written in the names of counters (`very_satisfied + basic*understood`) and read out in their labels, so
that what is printed is what is computed. Counters are whole numbers or seconds.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

Counts = dict[str, float]
Weights = Mapping[str, float]
_TERM = re.compile(r"([+-])?\s*(?:(\w+)\*)?(\w+)")


class Measure(StrEnum):
    RATE = "rate"
    SECONDS = "seconds"
    HOURS = "hours"
    COUNT = "count"
    DECIMAL = "decimal"
    PER_MILLE = "per_mille"


SCALE: dict[Measure, float] = {Measure.HOURS: 1 / 3600, Measure.PER_MILLE: 1000}


@dataclass(frozen=True)
class Counter:
    """`peak`: over several intervals the largest counts, not the sum."""

    name: str
    label: str
    meaning: str
    peak: bool = False


@dataclass(frozen=True, kw_only=True)
class Formula:
    """part ÷ whole, or a plain sum without `whole`. `better` says which direction is good, `target` what is wanted."""

    name: str
    label: str
    part: str
    whole: str | None = None
    measure: Measure = Measure.RATE
    better: str | None = None
    target: str | None = None
    variant: str | None = None
    source: str = "§5"
    note: str | None = None

    @property
    def whole_is_time(self) -> bool:
        """Counters of seconds end in `_s`."""
        return self.whole is not None and all(name.endswith("_s") for _, _, name in terms(self.whole))


@dataclass(frozen=True, kw_only=True)
class Composite:
    """Weighted mean of rates; None where one of them is None."""

    name: str
    label: str
    rates: tuple[tuple[str, str], ...]
    better: str = "high"
    source: str = "§5"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`whole` is the n behind a rate or mean; `value` is None where there is nothing to divide by."""

    name: str
    value: float | None
    part: float | None = None
    whole: float | None = None


@cache
def terms(expression: str) -> tuple[tuple[int, str | None, str], ...]:
    """(sign, name of a weight, name of a counter) of each term."""
    found = _TERM.findall(expression)
    return tuple((-1 if sign == "-" else 1, weight or None, name) for sign, weight, name in found)


def total(expression: str, counts: Counts, weights: Weights) -> float | None:
    """None where a counter was not counted, for example seats' time for one queue."""
    found = 0.0
    for sign, weight, name in terms(expression):
        if name not in counts:
            return None
        found += sign * (weights[weight] if weight else 1) * counts[name]
    return found


def evaluate(formula: Formula, counts: Counts, weights: Weights) -> Figure:
    part = total(formula.part, counts, weights)
    if formula.whole is None:
        return Figure(name=formula.name, value=part, part=part)
    whole = total(formula.whole, counts, weights)
    if part is None or not whole:
        return Figure(name=formula.name, value=None, part=part, whole=whole)
    return Figure(
        name=formula.name, value=part / whole * SCALE.get(formula.measure, 1), part=part, whole=whole
    )


def compose(composite: Composite, values: Mapping[str, float | None], weights: Weights) -> float | None:
    found, weight_sum = 0.0, 0.0
    for rate, weight in composite.rates:
        value = values.get(rate)
        if value is None:
            return None
        found += weights[weight] * value
        weight_sum += weights[weight]
    return found / weight_sum if weight_sum else None


def smoothed(figure: Figure, mean: float | None, k: float) -> float | None:
    """(good + k·p0) ÷ (n + k): a unit with one late order of six is not the worst of the city (DOMAIN §5)."""
    if mean is None:
        return figure.value
    part, whole = figure.part or 0.0, figure.whole or 0.0
    return (part + k * mean) / (whole + k) if whole + k else None


def add(lines: Iterable[Counts], counters: Mapping[str, Counter]) -> Counts:
    """Several lines as one."""
    found: Counts = {}
    for line in lines:
        for name, value in line.items():
            peak = counters[name].peak
            found[name] = max(found.get(name, 0.0), value) if peak else found.get(name, 0.0) + value
    return found


def text_of(formula: Formula, counters: Mapping[str, Counter], weights: Weights) -> str:
    """The formula as people read it."""
    part = _read(formula.part, counters, weights)
    if formula.whole is None:
        return part
    scale = " × 1000" if formula.measure is Measure.PER_MILLE else ""
    return f"{_bracket(part)} ÷ {_bracket(_read(formula.whole, counters, weights))}{scale}"


def composite_text(composite: Composite, labels: Mapping[str, str], weights: Weights) -> str:
    whole = sum(weights[weight] for _, weight in composite.rates)
    return " + ".join(f"{weights[weight] / whole:.0%}×{labels[rate]}" for rate, weight in composite.rates)


def _read(expression: str, counters: Mapping[str, Counter], weights: Weights) -> str:
    words = ""
    for sign, weight, name in terms(expression):
        factor = f"{weights[weight]:g}×" if weight else ""
        words += f"{' − ' if sign < 0 else ' + ' if words else ''}{factor}{counters[name].label}"
    return words


def _bracket(words: str) -> str:
    return f"（{words}）" if " + " in words or " − " in words else words
