"""What is known of the classes before the first case: keywords turned into scores (cold start).

The scores answer alone on day one and later stand beside the learned model as a few more features.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifier import spans
from classifier.taxonomy import subjects
from classifier.text import Segmenter, Tokens, base_words, clean

LEAD_BOOST = 2.0
RARITY, COMMON, UNHEARD = 0.06, -11.0, -17.0
"""Weight that a word gains per logarithm below the share of running words of an ordinary one; what the dictionary lacks."""


class Prior:
    """Keyword scores of a fixed list of labels."""

    def __init__(self, keywords: Sequence[str], weights: NDArray[np.float32], segmenter: Segmenter) -> None:
        self.keywords, self.weights = list(keywords), weights
        tokens = segmenter.cut([clean(k) for k in self.keywords], keep_stop=True)
        sizes = np.bincount(tokens.doc, weights=tokens.length, minlength=len(self.keywords)).astype(np.int64)
        stop = np.cumsum(sizes)
        usable = np.flatnonzero(sizes > 0)
        hashes = spans.Spans(tokens.code).hash((stop - sizes)[usable], stop[usable])
        order = np.argsort(hashes, kind="stable")
        self._table, self._index = spans.Table(hashes[order]), usable[order]
        self._lengths = sorted({int(s) for s in sizes[usable]})

    @classmethod
    def of(
        cls, vocabulary: Mapping[str, Mapping[str, float]], labels: Sequence[str], segmenter: Segmenter
    ) -> Prior:
        column = {label: i for i, label in enumerate(labels)}
        words = sorted(
            w for w in vocabulary if len(clean(w)) >= 2 and any(c in column for c in vocabulary[w])
        )
        weights = np.zeros((len(words), len(labels)), np.float32)
        telling = _telling(words)
        for row, word in enumerate(words):
            for label, weight in vocabulary[word].items():
                if label in column:
                    weights[row, column[label]] = weight * telling[row]
        return cls(words, weights, segmenter)

    def hits(self, tokens: Tokens) -> sp.csr_matrix:
        """Documents × keywords: how often each keyword stands in the text, the title counting more."""
        owner = np.repeat(np.arange(len(tokens.length)), tokens.length)
        change = owner[1:] != owner[:-1]
        begins, ends = np.append(True, change), np.append(change, True)
        doc, lead = tokens.doc[owner], tokens.lead[owner]
        shape = (tokens.docs, len(self.keywords))
        if not self._lengths or not len(tokens.code):
            return sp.csr_matrix(shape, dtype=np.float32)
        starts, stops = [], []
        for size in self._lengths:
            at = np.arange(max(0, len(tokens.code) - size + 1))
            fits = doc[at] == doc[at + size - 1]
            if size <= 2:  # Two characters meet by chance (高中|通知): one edge of a word must agree.
                fits &= begins[at] | ends[at + size - 1]
            starts.append(at[fits])
            stops.append(at[fits] + size)
        start = np.concatenate(starts)
        # One search for all lengths: with one text at hand the number of calls is what costs.
        where = self._table.find(spans.Spans(tokens.code).hash(start, np.concatenate(stops)))
        found = where >= 0
        start = start[found]
        values = 1 + LEAD_BOOST * lead[start].astype(np.float32)
        out = sp.csr_matrix((values, (doc[start], self._index[where[found]])), shape=shape)
        out.sum_duplicates()
        return out

    def shares(self, tokens: Tokens) -> NDArray[np.float32]:
        """Documents × labels, non-negative, of length 1: what a text is about, for the learned model to use."""
        scores = np.maximum(self.scores(tokens), 0)
        size = np.sqrt((scores**2).sum(1, keepdims=True))
        return np.asarray(scores / np.maximum(size, 1e-6), np.float32)

    def scores(self, tokens: Tokens) -> NDArray[np.float32]:
        """Documents × labels, centred: 0 where no keyword speaks."""
        return self.scores_of(self.hits(tokens))

    def scores_of(self, hits: sp.csr_matrix) -> NDArray[np.float32]:
        hits = sp.csr_matrix((np.log1p(hits.data), hits.indices, hits.indptr), shape=hits.shape)
        total = np.asarray(hits.sum(1)).reshape(-1, 1)
        raw = np.asarray(hits @ self.weights, np.float32) / np.sqrt(np.maximum(total, 1))
        return np.asarray(raw - raw.mean(1, keepdims=True), np.float32)


def _telling(words: Sequence[str]) -> NDArray[np.float32]:
    """Long words and words that are rare in everyday Chinese say more."""
    hashes, logs = base_words()
    wanted = spans.hash_words(list(map(clean, words)))
    at = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
    share = np.where(hashes[at] == wanted, logs[at], UNHEARD)
    rare = np.clip(1 + RARITY * (COMMON - share), 0.4, 2.0)
    length = np.minimum(1.5, [0.4 + 0.3 * len(word) for word in words])
    return np.asarray(rare * length, np.float32)


def subject_scores(segmenter: Segmenter) -> Prior:
    """Scores of the shipped subjects themselves: a few dozen features that hold in every city."""
    known = subjects()
    names = [s.names[0] for s in known]
    owners = Counter(word for s in known for word in s.keywords)
    words: dict[str, dict[str, float]] = {}
    for name, subject in zip(names, known, strict=True):
        for word in subject.keywords:
            words.setdefault(word, {})[name] = 1 / owners[word]
    return Prior.of(words, names, segmenter)
