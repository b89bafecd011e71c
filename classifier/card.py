"""The model card: what a model was taught and how well it answers on cases that it was not shown.

Plain data, kept beside the model as JSON and drawn by `pictures`; measured through the same `Classifier` that answers
in production. Called by training only: it needs scikit-learn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from classifier.catalogue import Catalogue, Example
from classifier.metrics import calibration_error, reliability
from classifier.service import Classifier, Suggestion
from classifier.taxonomy import Taxonomy

FIELDS = {"category": "category_code", "case_type": "case_type", "unit": "unit_code", "urgency": "urgency"}
"""Field of a suggestion → field of an example."""

Card = dict[str, Any]


def measure(classifier: Classifier, tested: Sequence[Example], now: datetime) -> Card:
    """Figures of one model on cases that it has not seen."""
    tree = classifier.catalogue.taxonomy
    found = [classifier.suggest(one.title, one.text, address=one.place, now=now) for one in tested]
    guessed = {name: _guesses(found, name) for name in FIELDS}
    truth = {name: [getattr(one, field) for one in tested] for name, field in FIELDS.items()}
    tops = [tree.ancestor(code, 1) for code in truth["category"]]
    top_guess = [tree.ancestor(shown[0][0], 1) if shown else "" for shown in guessed["category"]]
    return {
        "tested": len(tested),
        "figures": {name: _figures(guessed[name], truth[name]) for name in FIELDS},
        "reliability": {name: _bands(guessed[name], truth[name]) for name in ("category", "unit")},
        "tops": _per_class(tops, top_guess, tree),
        "classes": _per_class(
            truth["category"], [shown[0][0] if shown else "" for shown in guessed["category"]], tree
        ),
        "confusion": _confusion(tops, top_guess, tree),
    }


def right(classifier: Classifier, cases: Sequence[Example], now: datetime) -> NDArray[np.float64]:
    """Share of class and unit that the first proposals have right, per case: what two models are compared by."""
    found = [classifier.suggest(one.title, one.text, address=one.place, now=now) for one in cases]
    scores = []
    for one, suggestion in zip(cases, found, strict=True):
        pairs = [(suggestion.category, one.category_code), (suggestion.unit, one.unit_code)]
        judged = [bool(shown) and shown[0].value == truth for shown, truth in pairs if truth]
        scores.append(sum(judged) / max(1, len(judged)))
    return np.array(scores, np.float64)


def described(examples: Sequence[Example], catalogue: Catalogue) -> Card:
    """What the data were: how many, of which branches and units, how many taught by returns."""
    tree = catalogue.taxonomy
    return {
        "examples": len(examples),
        "cases": sum(bool(one.case_id) for one in examples),
        "hard_won": sum(one.weight > 1 for one in examples),
        "branches": dict(Counter(tree.ancestor(one.category_code, 1) for one in examples).most_common()),
        "leaves_taught": len({one.category_code for one in examples}),
        "leaves": len(tree.leaves),
        "units_taught": len({one.unit_code for one in examples if one.unit_code}),
    }


def learning_curve(
    teach: Callable[[Sequence[Example]], Classifier],
    learning: Sequence[Example],
    tested: Sequence[Example],
    now: datetime,
    sizes: Sequence[int] = (0, 100, 300, 1000),
) -> list[dict[str, float]]:
    """How answers get better with cases, from day one without any; the last point is `measure`'s own."""
    order = np.random.default_rng(12345).permutation(len(learning))
    out = []
    for size in sizes:
        if size < len(learning):
            some = teach([learning[at] for at in sorted(order[:size])])
            figures = measure(some, tested, now)["figures"]
            out.append({"rows": size} | {name: figures[name]["accuracy"] for name in ("category", "unit")})
    return out


def save(card: Card, path: Path) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def _guesses(found: Sequence[Suggestion], name: str) -> list[list[tuple[str, float]]]:
    return [[(one.value, one.probability) for one in getattr(suggestion, name)] for suggestion in found]


def _figures(guessed: list[list[tuple[str, float]]], truth: list[str]) -> dict[str, float]:
    """Rows without a known truth are left out; a text without a proposal counts as wrong."""
    rows = [(shown, true) for shown, true in zip(guessed, truth, strict=True) if true]
    best = [bool(shown) and shown[0][0] == true for shown, true in rows]
    among = [true in [value for value, _ in shown[:3]] for shown, true in rows]
    stated, hit = _stated(guessed, truth)
    return {
        "count": len(rows),
        "accuracy": _share(best),
        "top3": _share(among),
        "silent": _share([not shown for shown, _ in rows]),
        "ece": round(calibration_error(stated, hit), 4) if len(stated) else 0.0,
    }


def _stated(
    guessed: list[list[tuple[str, float]]], truth: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows = [(shown[0], true) for shown, true in zip(guessed, truth, strict=True) if true and shown]
    return np.array([share for (_, share), _ in rows]), np.array([value == true for (value, _), true in rows])


def _bands(guessed: list[list[tuple[str, float]]], truth: list[str]) -> list[dict[str, float]]:
    stated, hit = _stated(guessed, truth)
    return reliability(stated, hit) if len(stated) else []


def _share(flags: list[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def _per_class(truth: list[str], guessed: list[str], tree: Taxonomy) -> list[dict[str, Any]]:
    codes = sorted({code for code in truth if code})
    if not codes:
        return []
    scores = precision_recall_fscore_support(truth, guessed, labels=codes, zero_division=0)
    return [
        {
            "code": code,
            "name": tree.names(code),
            "precision": round(float(precision), 3),
            "recall": round(float(recall), 3),
            "f1": round(float(f1), 3),
            "support": int(support),
        }
        for code, precision, recall, f1, support in zip(codes, *scores, strict=True)
    ]


def _confusion(truth: list[str], guessed: list[str], tree: Taxonomy) -> dict[str, Any]:
    """Rows are the truth; the last column counts texts without a proposal."""
    codes = sorted({code for code in (*truth, *guessed) if code})
    if not codes:
        return {"codes": [], "names": [], "counts": []}
    counts = confusion_matrix(truth, guessed, labels=[*codes, ""])[: len(codes)]
    names = [tree.nodes[code].name if code in tree.nodes else code for code in codes]
    return {"codes": codes, "names": names, "counts": counts.tolist()}
