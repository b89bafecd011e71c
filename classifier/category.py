"""The class of a text along the tree: a model of the top level corrects the one of the leaves, levels sum up.

Where a leaf is uncertain its branch may be sure: every level answers with its own probability. Called by service.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifier.brain import Brain
from classifier.taxonomy import Taxonomy
from classifier.text import Tokens

TOP_TRUST = 0.7  # weight of the top-level model against the sum of its leaves, in logarithms
NEARLY_ALL = 0.995

Floats = NDArray[np.float32]


class Branches:
    """The top-level class of every leaf that a brain knows, by today's tree."""

    def __init__(self, brain: Brain, tree: Taxonomy) -> None:
        column = {code: at for at, code in enumerate(brain.top.labels)}
        of_leaf = [column.get(tree.ancestor(code, 1), -1) for code in brain.category.labels]
        self._brain, self._of_leaf = brain, np.array(of_leaf, np.int64)
        # Where the tree has changed since the brain was taught, its branches are no longer known.
        self._known = bool(column) and min(of_leaf, default=-1) >= 0

    def shares(self, X: sp.csr_matrix, tokens: Tokens, hits: sp.csr_matrix) -> Floats:
        """Texts × leaves. Hundreds of leaves with few examples err by branch; twenty branches are learned well.

        `hits` are the keywords of the leaves that stand in the texts."""
        brain = self._brain
        leaves = brain.category.probabilities(X, brain.prior.scores_of(hits))
        if not self._known:
            return leaves
        tops = brain.top.probabilities(X, brain.top_prior.scores(tokens))
        summed = self._summed(leaves)
        wanted = summed ** (1 - TOP_TRUST) * tops**TOP_TRUST
        if not len(brain.top.seen):
            wanted = self._where_named(hits, summed, wanted)
        out = leaves * (wanted / np.maximum(summed, 1e-9))[:, self._of_leaf]
        return np.asarray(out / np.maximum(out.sum(1, keepdims=True), 1e-9), np.float32)

    def _summed(self, leaves: Floats) -> Floats:
        """Texts × branches: the sums of what each branch's leaves have."""
        out = np.zeros((len(leaves), len(self._brain.top.labels)), np.float32)
        np.add.at(out.T, self._of_leaf, leaves.T)
        return out

    def _where_named(self, hits: sp.csr_matrix, summed: Floats, wanted: Floats) -> Floats:
        """Where nothing was learned, general words settle between the branches that a keyword of a leaf names.

        The others keep what they have: no branch wins by words about itself over a class that the text names.
        """
        spoken = self._summed(np.asarray(hits @ self._brain.prior.weights, np.float32)) > 0
        open_ = spoken | ~spoken.any(1, keepdims=True)
        at_stake = np.where(open_, summed, 0).sum(1, keepdims=True)
        asked = np.where(open_, wanted, 0)
        shared = asked * (at_stake / np.maximum(asked.sum(1, keepdims=True), 1e-9))
        return np.asarray(np.where(open_, shared, summed), np.float32)


def levels(tree: Taxonomy, ranked: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The best class of each level, each below the one before, with the sum of its leaves' shares."""
    below: dict[str, dict[str, float]] = {}
    counted = 0.0
    for code, share in ranked:
        if counted > NEARLY_ALL:
            break
        counted += share
        for node in tree.path(code):
            sums = below.setdefault(node.parent_code, {})
            sums[node.code] = sums.get(node.code, 0.0) + share
    found: list[tuple[str, float]] = []
    parent = ""
    while sums := below.get(parent, {}):
        parent = max(sums, key=lambda code: sums[code])
        found.append((parent, min(sums[parent], 1.0)))
    return found
