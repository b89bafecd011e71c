"""A classifier for one flat list of labels: what evaluation measures and what the class tree and the units are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.features import CHUNK
from classifier.fitting import Options, fit
from classifier.model import LabelModel
from classifier.prior import Prior
from classifier.reader import Reader
from classifier.taxonomy import Category, Taxonomy, vocabulary


@dataclass(slots=True)
class FlatClassifier:
    """Reader, keyword prior and trained model over the same labels."""

    reader: Reader
    prior: Prior
    model: LabelModel

    def probabilities(self, titles: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
        parts = list(self._parts(titles, texts))
        return np.vstack(parts) if parts else np.zeros((0, len(self.model.labels)), np.float32)

    def _parts(self, titles: Sequence[str], texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        for at in range(0, len(texts), CHUNK):
            tokens = self.reader.tokens(titles[at : at + CHUNK], texts[at : at + CHUNK])
            yield self.model.probabilities(self.reader.matrix(tokens), self.prior.scores(tokens))


def train_flat(
    titles: Sequence[str],
    texts: Sequence[str],
    y: Sequence[str],
    *,
    labels: Sequence[str] = (),
    taxonomy: Taxonomy | None = None,
    options: Options | None = None,
    pretokenised: bool = False,
) -> FlatClassifier:
    """Trains on rows, or from the scheme alone when there are none; a label is a code of the tree or a bare name."""
    names = sorted(set(labels) | set(y))
    tree = taxonomy or Taxonomy([])
    known = Taxonomy([*tree.nodes.values(), *(Category(n, n) for n in names if n not in tree.nodes)])
    words = vocabulary(known, names)
    reader = Reader(words, pretokenised=pretokenised)
    prior = Prior.of(words, names, reader.segmenter)
    if not len(texts):
        return FlatClassifier(reader, prior, LabelModel(names, np.zeros(0, np.int64)))
    batches = reader.batches(titles, texts)
    X = reader.learn(batches)
    scores = np.vstack([prior.scores(t) for t in batches])
    return FlatClassifier(reader, prior, fit(X, y, names, scores, options))
