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

Floats = NDArray[np.float32]


def shares(brain: Brain, X: sp.csr_matrix, tokens: Tokens, tree: Taxonomy) -> Floats:
    """Texts × leaves. Hundreds of leaves with a few examples each err by branch; twenty branches are learned well."""
    leaves = brain.category.probabilities(X, brain.prior.scores(tokens))
    tops = brain.top.probabilities(X, brain.top_prior.scores(tokens))
    column = {code: at for at, code in enumerate(brain.top.labels)}
    branch = np.array([column.get(tree.ancestor(code, 1), -1) for code in brain.category.labels], np.int64)
    if not len(column) or (branch < 0).any():
        return leaves  # the tree has changed since: the branches are no longer known
    summed = np.zeros_like(tops)
    np.add.at(summed.T, branch, leaves.T)
    wanted = summed ** (1 - TOP_TRUST) * tops**TOP_TRUST
    out = leaves * (wanted / np.maximum(summed, 1e-9))[:, branch]
    return np.asarray(out / np.maximum(out.sum(1, keepdims=True), 1e-9), np.float32)


def levels(tree: Taxonomy, ranked: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The best class of each level, each below the one before, with the sum of its leaves' shares."""
    total: dict[str, float] = {}
    for code, share in ranked:
        for node in tree.path(code):
            total[node.code] = total.get(node.code, 0.0) + share
    found: list[tuple[str, float]] = []
    parent = ""
    while True:
        below = [code for code in total if tree.nodes[code].parent_code == parent]
        if not below:
            return found
        parent = max(below, key=lambda code: total[code])
        found.append((parent, min(total[parent], 1.0)))
