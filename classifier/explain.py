"""The words that a decision rests on: keywords of the class tree first, then what the model learned to weigh."""

from __future__ import annotations

import numpy as np

from classifier.model import LabelModel
from classifier.prior import Prior
from classifier.reader import Reader
from classifier.text import Tokens

WORDS_SHOWN = 4


class Evidence:
    """What one text offers as reasons; found once, asked for each proposal."""

    def __init__(self, reader: Reader, prior: Prior, tokens: Tokens) -> None:
        self.hits = prior.hits(tokens)
        self._prior, self._words = prior, tokens.words()
        nothing = np.zeros(0, np.int64)
        seen = reader.vectoriser.columns_of_words(tokens) if reader.vectoriser else (nothing, nothing)
        self._token, self._column = seen

    def keywords(self, labels: list[int]) -> list[list[str]]:
        """For each label its keywords that stand in the text, the longest first."""
        prior, hits = self._prior, self.hits.indices
        found = [[prior.keywords[at] for at in hits if prior.weights[at, label] > 0] for label in labels]
        return [sorted(dict.fromkeys(words), key=len, reverse=True)[:WORDS_SHOWN] for words in found]

    def learned(self, model: LabelModel, label: int) -> list[str]:
        """Words of the text that speak most for the label against all others."""
        if model.margin is None or not len(self._column):
            return []
        at = np.minimum(np.searchsorted(model.margin.columns, self._column), len(model.margin.columns) - 1)
        known = model.margin.columns[at] == self._column
        weights = model.weights_of(label, at[known])
        speaks = np.bincount(self._token[known], weights=weights, minlength=len(self._words))
        best = [self._words[token] for token in np.argsort(-speaks) if speaks[token] > 0]
        return list(dict.fromkeys(word for word in best if len(word) > 1))[:WORDS_SHOWN]
