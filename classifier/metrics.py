"""Figures of merit: accuracy, macro-F1, top-3, calibration error, pair precision and recall, noise of a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import f1_score


def label_scores(probabilities: NDArray[Any], truth: NDArray[np.int64]) -> dict[str, float]:
    """`truth` holds column indices; -1 (a label that the model does not know) counts as an error."""
    if not len(truth):
        return {"accuracy": 0.0, "macro_f1": 0.0, "top3": 0.0, "ece": 0.0}
    guess = probabilities.argmax(1)
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
    return {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": float(f1_score(truth, guess, labels=np.unique(truth), average="macro", zero_division=0)),
        "top3": float((best == truth[:, None]).any(1).mean()),
        "ece": calibration_error(probabilities.max(1), guess == truth),
    }


def reliability(confidence: NDArray[Any], right: NDArray[np.bool_], bins: int = 10) -> list[dict[str, float]]:
    """Per band of stated confidence: how many, what was stated, what was right."""
    band = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        {
            "count": int((band == b).sum()),
            "stated": float(confidence[band == b].mean()),
            "right": float(right[band == b].mean()),
        }
        for b in range(bins)
        if (band == b).any()
    ]


def calibration_error(confidence: NDArray[Any], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap between stated and observed, weighted by count."""
    rows = reliability(confidence, right, bins)
    return float(sum(r["count"] * abs(r["stated"] - r["right"]) for r in rows) / max(1, len(right)))


def pair_scores(found: Sequence[Hashable], truth: Sequence[Hashable | None]) -> dict[str, float]:
    """Pairs put together by `found` against pairs of one true event, among the rows whose event is known."""
    known = [i for i, event in enumerate(truth) if event not in (None, "", "0")]
    right = _pairs([(found[i], truth[i]) for i in known])
    claimed, real = _pairs([found[i] for i in known]), _pairs([truth[i] for i in known])
    return {
        "pair_precision": right / claimed if claimed else 1.0,
        "pair_recall": right / real if real else 1.0,
        "pairs_claimed": float(claimed),
        "pairs_true": float(real),
    }


def _pairs(keys: Sequence[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(keys).values())


def mixed_groups(found: Sequence[Hashable], truth: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of rows that were put together although their events differ: what a person looks at first."""
    groups: dict[Hashable, list[int]] = {}
    for i, key in enumerate(found):
        groups.setdefault(key, []).append(i)
    return [(a, b) for rows in groups.values() for a, b in combinations(rows, 2) if truth[a] != truth[b]]


def better_beyond_noise(champion: NDArray[Any], challenger: NDArray[Any], level: float = 0.05) -> bool:
    """Exact sign test on the texts where the two differ; one-sided."""
    gained, lost = int((challenger > champion).sum()), int((champion > challenger).sum())
    return gained > lost and binomtest(gained, gained + lost, alternative="greater").pvalue < level
