"""From raw title and text to tokens and matrix: the one path that training, evaluation and suggestions share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse as sp

from classifier.features import CHUNK, Vectoriser
from classifier.prior import subject_scores
from classifier.taxonomy import subjects, type_words
from classifier.text import Segmenter, Tokens, clean, spoken


class Reader:
    """A segmenter that knows the house's words and places, and (after training) the features."""

    def __init__(
        self, words: Iterable[str] = (), places: Iterable[str] = (), *, pretokenised: bool = False
    ) -> None:
        known = [*type_words(), *(k for s in subjects() for k in s.keywords)]
        self.segmenter = Segmenter([*known, *words], places)
        self.pretokenised = pretokenised  # texts come as words with blanks between them
        self.subjects = subject_scores(self.segmenter)
        self.vectoriser: Vectoriser | None = None
        self.subject_weight = 1.0

    def tokens(self, titles: Sequence[str | None], texts: Sequence[str | None]) -> Tokens:
        return self.segmenter.cut(
            list(map(normal, texts)), list(map(normal, titles)), pretokenised=self.pretokenised
        )

    def batches(self, titles: Sequence[str | None], texts: Sequence[str | None]) -> list[Tokens]:
        """Documents in chunks, so that memory does not grow with their number."""
        return [
            self.tokens(titles[at : at + CHUNK], texts[at : at + CHUNK]) for at in range(0, len(texts), CHUNK)
        ]

    def learn(self, batches: list[Tokens]) -> sp.csr_matrix:
        """Fits the features and returns the matrix of the training texts."""
        docs = sum(t.docs for t in batches)
        self.vectoriser = Vectoriser.fit(batches, min_docs=3 if docs > 3000 else 2)
        self.subject_weight = subject_weight(docs)
        return sp.vstack([self.matrix(t) for t in batches], format="csr")

    def matrix(self, tokens: Tokens) -> sp.csr_matrix:
        """Learned features, then one column a subject of public administration."""
        subjects_ = sp.csr_matrix(self.subjects.shares(tokens) * np.float32(self.subject_weight))
        if self.vectoriser is None:
            return subjects_
        return sp.hstack([self.vectoriser.transform(tokens), subjects_], format="csr", dtype=np.float32)


def normal(text: str | None) -> str:
    return spoken(clean(text))


def subject_weight(docs: int) -> float:
    """General subjects guide where few texts were seen and stand back where many were (measured: 450 and 5,600)."""
    return float(min(1.2, max(0.1, (450 / max(docs, 1)) ** 0.75)))
