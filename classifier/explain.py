"""The words that a decision rests on: keywords of the class tree first, then what the model learned to weigh."""

from __future__ import annotations

import numpy as np

from classifier.model import LabelModel
from classifier.prior import Prior
from classifier.reader import Reader
from classifier.text import Tokens

WORDS_SHOWN = 4


def keywords(prior: Prior, tokens: Tokens, label: int) -> list[str]:
    """Keywords of the label that stand in the (single) text, the longest first."""
    hits = prior.hits(tokens)
    found = [prior.keywords[at] for at in hits.indices if prior.weights[at, label] > 0]
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:WORDS_SHOWN]


def learned(reader: Reader, model: LabelModel, tokens: Tokens, label: int) -> list[str]:
    """Words of the (single) text that speak most for the label against all others."""
    weights = model.weights_of(label)
    if reader.vectoriser is None or model.margin is None or not len(weights):
        return []
    seen = np.array(reader.vectoriser.columns_of_tokens(tokens), np.int64).reshape(-1, 2)
    at = np.minimum(np.searchsorted(model.margin.columns, seen[:, 1]), len(model.margin.columns) - 1)
    known = model.margin.columns[at] == seen[:, 1]
    speaks = np.bincount(seen[known, 0], weights=weights[at[known]], minlength=len(tokens.length))
    words = tokens.words()
    best = [words[token] for token in np.argsort(-speaks) if speaks[token] > 0 and len(words[token]) > 1]
    return list(dict.fromkeys(best))[:WORDS_SHOWN]
