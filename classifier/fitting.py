"""Making a label's model from texts: columns chosen, parts fitted, mixed and calibrated.

The mixing weights are fitted on texts that the parts have not seen, so the probabilities mean what they say. Called by
train, flat and evaluate only: the libraries for it are heavy.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.feature_selection import chi2
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from classifier.model import START, Floats, LabelModel, Margin, Net, unit_rows

SVC_COLUMNS, NET_COLUMNS, HIDDEN = 300_000, 20_000, 48
NETS = 3  # networks from different starts, averaged
LEAST_PASSES = 6  # over many texts; the work of a network is about the same from 2,000 texts to 10,000
HIDE = 0.5  # share of words that a pass of the network does not see
FOLD_LIMIT = 2500  # above it one held-out fifth calibrates, below it five folds do


@dataclass(frozen=True, slots=True)
class Options:
    """How much machinery a label is worth: many small classes get few columns and no network."""

    svc_columns: int = SVC_COLUMNS
    nets: int = NETS
    seed: int = 12345
    strength: float = 0.3


def fit(
    X: sp.csr_matrix,
    y: Sequence[str],
    labels: Sequence[str],
    prior: Floats | None,
    options: Options | None = None,
) -> LabelModel:
    """Trains on rows of X; labels that never occur in y stay known by name and prior."""
    options = options or Options()
    index = {label: i for i, label in enumerate(labels)}
    target = np.array([index[label] for label in y], np.int64)
    seen, local = np.unique(target, return_inverse=True)
    model = LabelModel(list(labels), seen)
    if len(seen) < 2:
        return model if len(seen) == 0 else LabelModel(list(labels), seen, np.array([0.0, 0.0, 1.0]))
    keyword = prior[:, seen] if prior is not None else np.zeros((X.shape[0], len(seen)), np.float32)
    with warnings.catch_warnings():
        # Many classes with few texts each are what a class tree is made of.
        warnings.filterwarnings("ignore", message="The least populated class")
        warnings.filterwarnings("ignore", message="The number of unique classes")
        model.mix = _fit_mix(X, local, keyword, options, has_prior=prior is not None)
        model.margin, model.net = _fit_parts(X, local, options)
    return model


def _fit_parts(X: sp.csr_matrix, y: NDArray[np.int64], options: Options) -> tuple[Margin, Net | None]:
    ranking = _telling(X, y)
    columns = np.sort(ranking[: options.svc_columns]).astype(np.int32)
    part = X if len(columns) == X.shape[1] else X[:, columns]
    svc = LinearSVC(C=options.strength, random_state=options.seed).fit(part, y)
    weights, bias = svc.coef_.astype(np.float32), svc.intercept_.astype(np.float32)
    if len(svc.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    margin = Margin(columns, np.ascontiguousarray(weights.T), bias)
    return margin, _fit_net(X, y, ranking, options) if options.nets else None


def _telling(X: sp.csr_matrix, y: NDArray[np.int64]) -> NDArray[np.int64]:
    if X.shape[1] <= NET_COLUMNS:
        return np.arange(X.shape[1])
    score = np.nan_to_num(chi2(X, y)[0])
    return np.argsort(-score, kind="stable")


def _fit_net(X: sp.csr_matrix, y: NDArray[np.int64], ranking: NDArray[np.int64], options: Options) -> Net:
    rows = len(y)
    columns = np.sort(ranking[: min(NET_COLUMNS, 60 * rows)]).astype(np.int32)
    part = unit_rows(X[:, columns])
    nets = [_one_net(part, y, options.seed + i) for i in range(options.nets)]
    # Side by side in one hidden layer, the outputs divided: the mean of the networks as one network.
    return Net(
        columns,
        np.hstack([n.hidden for n in nets]),
        np.concatenate([n.hidden_bias for n in nets]),
        np.vstack([n.out for n in nets]) / np.float32(options.nets),
        np.mean([n.out_bias for n in nets], axis=0, dtype=np.float32),
    )


def _one_net(part: sp.csr_matrix, y: NDArray[np.int64], seed: int) -> Net:
    rows = len(y)
    batch = int(np.clip(rows // 8, 8, 128))
    passes = int(np.clip(450 * batch / rows, LEAST_PASSES, 30))
    net = MLPClassifier((HIDDEN,), alpha=1e-4, batch_size=batch, learning_rate_init=4e-3, random_state=seed)
    chance = np.random.default_rng(seed)
    classes = np.arange(int(y.max()) + 1)
    for _ in range(passes):
        # Half of the words are hidden in each pass, so that no single word carries a class.
        shown = part.copy()
        shown.data *= (chance.random(part.nnz) >= HIDE).astype(np.float32) / np.float32(1 - HIDE)
        net.partial_fit(shown, y, classes=classes)
    out, out_bias = net.coefs_[1].astype(np.float32), net.intercepts_[1].astype(np.float32)
    if out.shape[1] == 1:
        out, out_bias = (
            np.hstack([np.zeros_like(out), out]),
            np.concatenate([np.zeros_like(out_bias), out_bias]),
        )
    hidden, hidden_bias = net.coefs_[0].astype(np.float32), net.intercepts_[0].astype(np.float32)
    return Net(np.zeros(0, np.int32), hidden, hidden_bias, out, out_bias)


def _fit_mix(
    X: sp.csr_matrix, y: NDArray[np.int64], keyword: Floats, options: Options, *, has_prior: bool
) -> NDArray[np.float64]:
    """Weights of margin, network and prior that make held-out texts most likely, pulled towards `START`."""
    held = _held_out(X, y, options)
    start: NDArray[np.float64] = START * np.array([1.0, float(options.nets > 0), float(has_prior)])
    if held is None:
        return np.asarray(start, np.float64)
    rows, margin, net = held
    # Double precision: the minimiser differentiates by tiny steps.
    parts = [p.astype(np.float64) for p in (margin, net, keyword[rows])]
    truth, count = y[rows], len(rows)

    def loss(weights: NDArray[np.float64]) -> float:
        total = sum(w * p for w, p in zip(weights, parts, strict=True))
        likelihood = (total[np.arange(count), truth] - logsumexp(total, axis=1)).mean()
        return float(-likelihood + 3 / count * ((weights - start) ** 2).sum())

    upper = [12.0, 12.0 * (options.nets > 0), 12.0 * has_prior]
    return np.asarray(minimize(loss, start, bounds=[(0.0, u) for u in upper], method="L-BFGS-B").x)


def _held_out(
    X: sp.csr_matrix, y: NDArray[np.int64], options: Options
) -> tuple[NDArray[np.int64], Floats, Floats] | None:
    """Decisions of the parts on rows that they were not trained on."""
    counts = np.bincount(y)
    usable = np.flatnonzero(counts[y] >= 2)
    if len(usable) < 20 or len(np.unique(y[usable])) < 2:
        return None
    margin = np.full((len(y), len(counts)), -1.0, np.float32)
    net = np.full((len(y), len(counts)), -12.0, np.float32)
    folds = 5 if int(counts[counts >= 2].min()) >= 5 else 2
    tested = []
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=options.seed).split(usable, y[usable]))
    for fit_at, test_at in splits[: 1 if len(y) > FOLD_LIMIT else None]:
        fit_rows, test_rows = usable[fit_at], usable[test_at]
        present, local = np.unique(y[fit_rows], return_inverse=True)
        test_rows = test_rows[np.isin(y[test_rows], present)]
        # One network tells how far the networks are to be trusted.
        parts = _fit_parts(X[fit_rows], local, replace(options, nets=min(options.nets, 1)))
        margin[np.ix_(test_rows, present)] = parts[0].decide(X[test_rows])
        if parts[1]:
            net[np.ix_(test_rows, present)] = parts[1].decide(X[test_rows])
        tested.append(test_rows)
    rows = np.concatenate(tested)
    return rows, margin[rows], net[rows] if options.nets else np.zeros_like(margin[rows])
