"""From the lists of a city and its labelled cases to a brain: one reader and three label models over it.

Without any case the brain answers from keywords of the class tree and the routing catalogue alone (cold start).
Runs are deterministic. Called by `hotline train`, nightly retraining and evaluation; knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as sp

from classifier.catalogue import Catalogue, Example
from classifier.model import LabelModel, Options, fit
from classifier.prior import Prior
from classifier.reader import Reader
from classifier.taxonomy import vocabulary

CASE_TYPES = ("consultation", "request", "complaint", "report", "suggestion", "praise")
# Hundreds of leaves with a handful of texts each: few columns, no network.
LEAF = Options(svc_columns=12_000, net=False)
FEW = Options(svc_columns=20_000, net=False)
HEAVY_COPIES = 3


@dataclass(slots=True)
class Brain:
    """Everything that answers; `words` and `places` rebuild the same segmenter when it is loaded again."""

    reader: Reader
    prior: Prior
    category: LabelModel
    case_type: LabelModel
    unit: LabelModel
    words: list[str]
    places: list[str]
    facts: dict[str, object] = field(default_factory=dict)


def train(catalogue: Catalogue, examples: Iterable[Example], now: datetime) -> Brain:
    """A brain for these lists, taught by these cases."""
    taught = list(_weighted(examples))
    words, places = sorted(set(catalogue.words())), sorted(set(catalogue.place_names()))
    reader = Reader(words, places)
    leaves = sorted(catalogue.taxonomy.leaves)
    prior = Prior.of(vocabulary(catalogue.taxonomy, leaves), leaves, reader.segmenter)
    brain = Brain(
        reader,
        prior,
        category=_untaught(leaves),
        case_type=_untaught(CASE_TYPES),
        unit=_untaught(sorted(catalogue.units)),
        words=words,
        places=places,
        facts={"trained_at": now.isoformat(), "examples": len(taught)},
    )
    if taught:
        _teach(brain, taught, catalogue)
    return brain


def _untaught(labels: Sequence[str]) -> LabelModel:
    return LabelModel(list(labels), np.zeros(0, np.int64))


def _weighted(examples: Iterable[Example]) -> Iterable[Example]:
    """Upheld returns and designations are said more than once: they are the strongest teachers."""
    for example in examples:
        for _ in range(min(HEAVY_COPIES, max(1, round(example.weight)))):
            yield example


def _teach(brain: Brain, taught: list[Example], catalogue: Catalogue) -> None:
    batches = brain.reader.batches([one.title for one in taught], [one.text for one in taught])
    X = brain.reader.learn(batches)
    keyword = np.vstack([brain.prior.scores(tokens) for tokens in batches])
    units = [_unit_today(one, catalogue) for one in taught]
    brain.category = _fit(X, [one.category_code for one in taught], brain.category.labels, keyword, LEAF)
    brain.case_type = _fit(X, [one.case_type for one in taught], brain.case_type.labels, None, FEW)
    brain.unit = _fit(X, units, brain.unit.labels, None, LEAF)


def _unit_today(example: Example, catalogue: Catalogue) -> str:
    """The unit that would have the case now; a township's case teaches its place, which the catalogue knows better."""
    heirs = catalogue.heirs(example.unit_code) if example.unit_code else ()
    if not heirs or catalogue.units[heirs[0]].kind == "township":
        return ""
    return heirs[0]


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
        return _untaught(known)
    prior = keyword[rows] if keyword is not None else None
    return fit(X[rows], [labels[at] for at in rows], list(known), prior, options)
