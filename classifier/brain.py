"""What answers: one reader and three label models over it; untaught it knows the lists of the city and nothing else.

An untaught brain answers from keywords of the class tree and the routing catalogue alone (cold start). Called by train,
store and service; needs none of the machinery of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from classifier.catalogue import Catalogue
from classifier.memory import Memory
from classifier.model import LabelModel
from classifier.prior import Prior
from classifier.reader import Reader
from classifier.similar import Index
from classifier.taxonomy import type_words, vocabulary

CASE_TYPES = ("consultation", "request", "complaint", "report", "suggestion", "praise")


@dataclass(slots=True)
class Brain:
    """Everything that answers; `words` and `places` rebuild the same segmenter when it is loaded again."""

    reader: Reader
    prior: Prior
    top_prior: Prior
    type_prior: Prior
    memory: Memory
    top: LabelModel  # the first level of the class tree
    category: LabelModel  # its leaves
    case_type: LabelModel
    unit: LabelModel
    words: list[str]
    places: list[str]
    facts: dict[str, object] = field(default_factory=dict)


def untaught(catalogue: Catalogue, now: datetime) -> Brain:
    """A brain that has seen no case."""
    words, places = sorted(set(catalogue.words())), sorted(set(catalogue.place_names()))
    reader = Reader(words, places)
    tree = catalogue.taxonomy
    leaves = sorted(tree.leaves)
    tops = sorted({tree.ancestor(code, 1) for code in leaves})
    return Brain(
        reader,
        Prior.of(vocabulary(tree, leaves), leaves, reader.segmenter),
        Prior.of(vocabulary(tree, tops), tops, reader.segmenter),
        type_prior(reader),
        Memory(Index(reader.segmenter), []),
        top=untaught_label(tops),
        category=untaught_label(leaves),
        case_type=untaught_label(CASE_TYPES),
        unit=untaught_label(sorted(catalogue.units)),
        words=words,
        places=places,
        facts={"trained_at": now.isoformat(), "examples": 0},
    )


def untaught_label(labels: Sequence[str]) -> LabelModel:
    return LabelModel(list(labels), np.zeros(0, np.int64))


def type_prior(reader: Reader) -> Prior:
    """Shipped words of the case types; the same in every city, so they are not kept with a brain."""
    return Prior.of(type_words(), CASE_TYPES, reader.segmenter)
