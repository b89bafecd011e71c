"""Solved cases kept as sketches: which of them a new text resembles, and who solved those.

Part of a brain; texts are not kept. Called by train, store and service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.catalogue import Catalogue, Example
from classifier.similar import Index, sketches
from classifier.text import Tokens

KEPT = 50_000  # the latest solved cases
FLOOR = 0.2


@dataclass(frozen=True, slots=True)
class Solved:
    """A solved case like the text at hand; `case_id` is empty for a shipped example."""

    case_id: str
    unit_code: str
    category_code: str
    score: float


class Memory:
    """Solved cases by their telling words."""

    def __init__(self, index: Index, cases: list[tuple[str, str, str]]) -> None:
        self.index, self.cases = index, cases  # cases: id, unit, class of each position of the index

    @classmethod
    def of(cls, index: Index, taught: Sequence[Example], batches: Sequence[Tokens]) -> Memory:
        rows = np.concatenate([sketches(tokens) for tokens in batches])[-KEPT:]
        index.extend(np.arange(len(rows)), rows)
        return cls(index, [(e.case_id, e.unit_code, e.category_code) for e in taught[-KEPT:]])

    def like(self, tokens: Tokens, catalogue: Catalogue, limit: int = 3) -> list[Solved]:
        """The most similar solved cases; a unit of the past is named by its heir."""
        found = []
        for match in self.index.query_sketch(sketches(tokens)[0], limit=limit, floor=FLOOR):
            case_id, unit, category = self.cases[match.case_id]
            heirs = catalogue.heirs(unit) if unit else ()
            if heirs:
                found.append(Solved(case_id, heirs[0], category, match.score))
        return found
