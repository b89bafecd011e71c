"""One label of a text (class, unit, type): margin classifier + small network + keyword prior, mixed and calibrated.

A model is plain arrays (`arrays`), so loading one runs no code, and answering needs none of the machinery that makes
one (`fitting`): a process that only asks starts a second sooner and is smaller by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PRIOR_ALONE = 2.0  # sharpness of the keyword scores where nothing was learned
START = np.array([1.2, 0.5, 1.0])  # mixing weights before any evidence: margin, network, prior


@dataclass(slots=True)
class Margin:
    """One-against-rest hyperplanes over selected columns."""

    columns: NDArray[np.int32]
    weights: Floats  # columns × labels
    bias: Floats

    def decide(self, X: sp.csr_matrix) -> Floats:
        return np.asarray(pick(X, self.columns) @ self.weights + self.bias, np.float32)


@dataclass(slots=True)
class Net:
    """One hidden layer over the most telling columns; gives log probabilities."""

    columns: NDArray[np.int32]
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats

    def decide(self, X: sp.csr_matrix) -> Floats:
        part = unit_rows(pick(X, self.columns))
        inner = np.maximum(np.asarray(part @ self.hidden) + self.hidden_bias, 0)
        return log_softmax(inner @ self.out + self.out_bias).clip(-12)


@dataclass(slots=True)
class LabelModel:
    """Probabilities over `labels`; `seen` are those with training texts, the rest live by the prior alone."""

    labels: list[str]
    seen: NDArray[np.int64]
    mix: NDArray[np.float64] = field(default_factory=START.copy)
    margin: Margin | None = None
    net: Net | None = None
    _centre: Floats | None = field(default=None, repr=False)  # mean weight of each column, on demand

    def probabilities(self, X: sp.csr_matrix, prior: Floats | None) -> Floats:
        """Documents × labels; `prior` are the keyword scores of the same labels (None: no scheme is known)."""
        rows = X.shape[0]
        keyword = prior if prior is not None else np.zeros((rows, len(self.labels)), np.float32)
        by_prior = softmax(PRIOR_ALONE * keyword)
        if not len(self.seen):
            return by_prior
        known = softmax(self._logits(X, keyword[:, self.seen]))
        unseen = np.setdiff1d(np.arange(len(self.labels)), self.seen)
        # A class without examples gets half of what its keywords alone would give it.
        share = by_prior[:, unseen] * np.float32(0.5 if prior is not None else 0.0)
        out = np.zeros((rows, len(self.labels)), np.float32)
        out[:, unseen] = share
        out[:, self.seen] = known * (1 - share.sum(1, keepdims=True))
        return out

    def _logits(self, X: sp.csr_matrix, keyword: Floats) -> Floats:
        total = np.float32(self.mix[2]) * keyword
        if self.margin:
            total = total + np.float32(self.mix[0]) * self.margin.decide(X)
        if self.net:
            total = total + np.float32(self.mix[1]) * self.net.decide(X)
        return np.asarray(total, np.float32)

    def weights_of(self, label: int, rows: NDArray[np.int64]) -> Floats:
        """Weights of one label against the mean of all in some rows of the margin, for explanations."""
        if self.margin is None or label not in self.seen:
            return np.zeros(len(rows), np.float32)
        at = int(np.flatnonzero(self.seen == label)[0])
        if self._centre is None:
            self._centre = np.asarray(self.margin.weights.mean(1), np.float32)
        return np.asarray(self.margin.weights[rows, at] - self._centre[rows], np.float32)

    def arrays(self) -> dict[str, Any]:
        parts = {"margin": self.margin, "net": self.net}
        return {
            "labels": list(self.labels),
            "seen": self.seen,
            "mix": self.mix,
            **{name: {k: getattr(part, k) for k in part.__slots__} for name, part in parts.items() if part},
        }

    @classmethod
    def of_arrays(cls, data: Mapping[str, Any]) -> LabelModel:
        margin = Margin(**data["margin"]) if "margin" in data else None
        net = Net(**data["net"]) if "net" in data else None
        return cls(list(data["labels"]), data["seen"], data["mix"], margin, net)


def pick(X: sp.csr_matrix, columns: NDArray[np.int32]) -> sp.csr_matrix:
    """X[:, columns] ; scipy's own way sorts all columns anew for every single text."""
    if len(columns) == X.shape[1]:
        return X
    if not len(columns):
        return sp.csr_matrix((X.shape[0], 0), dtype=np.float32)
    place = np.full(X.shape[1], -1, np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    at = place[X.indices]
    kept = at >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[X.indptr]
    return sp.csr_matrix((X.data[kept], at[kept], starts), shape=(X.shape[0], len(columns)))


def unit_rows(X: sp.csr_matrix) -> sp.csr_matrix:
    """Each row divided by its length; empty rows stay."""
    length = np.sqrt(np.asarray(X.multiply(X).sum(1), np.float64)).ravel()
    length[length == 0] = 1
    data = X.data / np.repeat(length, np.diff(X.indptr))
    return sp.csr_matrix((data.astype(X.dtype), X.indices, X.indptr), X.shape)


def log_softmax(logits: NDArray[Any]) -> Floats:
    shifted = logits - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)), np.float32)


def softmax(logits: NDArray[Any]) -> Floats:
    return np.exp(log_softmax(logits))
