"""From the lists of a city and its labelled cases to a taught brain.

Runs are deterministic. Called by `hotline train`, nightly retraining and evaluation; knows no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as sp

from classifier.brain import Brain, untaught, untaught_label
from classifier.catalogue import Catalogue, Example
from classifier.fitting import Options, fit
from classifier.memory import Memory
from classifier.model import LabelModel

# Hundreds of leaves with a handful of texts each: few columns, no network.
TOP = Options(svc_columns=60_000)
TOP_OF_FEW = Options(svc_columns=60_000, nets=0)
NETWORKS_FROM = 4000
"""Below so many texts networks cost four fifths of the work and gain nothing (measured on the shipped examples)."""
LEAF = Options(svc_columns=12_000, nets=0)
FEW = Options(svc_columns=20_000, nets=0)
HEAVY_COPIES = 3
STEPS = 5
"""How often a training says that it has come further."""

Tell = Callable[[str], None]


def silent(step: str) -> None:
    """For those who do not watch."""


def train(catalogue: Catalogue, examples: Iterable[Example], now: datetime, tell: Tell = silent) -> Brain:
    """A brain for these lists, taught by these cases; `tell` hears of each of the `STEPS`."""
    brain = untaught(catalogue, now)
    taught = list(_weighted(examples))
    brain.facts["examples"] = len(taught)
    if taught:
        _teach(brain, taught, catalogue, tell)
    return brain


def _weighted(examples: Iterable[Example]) -> Iterable[Example]:
    """Upheld returns and designations are said more than once: they are the strongest teachers."""
    for example in examples:
        for _ in range(min(HEAVY_COPIES, max(1, round(example.weight)))):
            yield example


def _teach(brain: Brain, taught: list[Example], catalogue: Catalogue, tell: Tell) -> None:
    tell("切分文本")
    batches = brain.reader.batches([one.title for one in taught], [one.text for one in taught])
    X = brain.reader.learn(batches)
    keyword = np.vstack([brain.prior.scores(tokens) for tokens in batches])
    kinds = np.vstack([brain.type_prior.scores(tokens) for tokens in batches])
    branch = np.vstack([brain.top_prior.scores(tokens) for tokens in batches])
    units = [_unit_today(one, catalogue) for one in taught]
    tops = [catalogue.taxonomy.ancestor(one.category_code, 1) for one in taught]
    brain.memory = Memory.of(brain.memory.index, taught, batches)
    tell("学习大类")
    top = TOP if len(taught) >= NETWORKS_FROM else TOP_OF_FEW
    brain.top = _fit(X, tops, brain.top.labels, branch, top)
    tell("学习分类")
    brain.category = _fit(X, [one.category_code for one in taught], brain.category.labels, keyword, LEAF)
    tell("学习类型")
    brain.case_type = _fit(X, [one.case_type for one in taught], brain.case_type.labels, kinds, FEW)
    tell("学习承办单位")
    brain.unit = _fit(X, units, brain.unit.labels, None, LEAF)


def _unit_today(example: Example, catalogue: Catalogue) -> str:
    """The unit that would have the case now; a township's case teaches its place, which the catalogue knows better."""
    heirs = catalogue.heirs(example.unit_code) if example.unit_code else ()
    unit = catalogue.units.get(heirs[0]) if heirs else None
    return unit.code if unit and unit.kind != "township" else ""


def _fit(
    X: sp.csr_matrix,
    labels: Sequence[str],
    known: Sequence[str],
    keyword: NDArray[np.float32] | None,
    options: Options,
) -> LabelModel:
    """Rows whose label is empty or no longer known teach nothing."""
    allowed = set(known)
    rows = [at for at, label in enumerate(labels) if label in allowed]
    if not rows:
        return untaught_label(known)
    prior = keyword[rows] if keyword is not None else None
    return fit(X[rows], [labels[at] for at in rows], list(known), prior, options)
