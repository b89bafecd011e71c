"""Near duplicates among up to a million cases: a sketch of the most telling words of each, searched in milliseconds.

The telling words are chosen by their rarity in everyday Chinese, which never changes, so equal texts always choose
equally. New cases go to a small open part that is folded into the sorted one now and then. No text is kept.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier import features, spans
from classifier.reader import normal
from classifier.text import Segmenter, Tokens, base_words

SKETCH = 20  # words kept of a case
COMMON = 4000  # cases that share a word: beyond this it does not lead to anything
ACRE = 3000.0  # the imaginary background texts that everyday rarity is counted in
ARRAYS = ("ids", "rows", "words", "starts", "posts")
_EMPTY = np.uint32(0xFFFFFFFF)

Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Match:
    """A case like the one asked for; 1.0 means that all telling words are shared."""

    case_id: int
    score: float
    shared: int


@cache
def everyday() -> NDArray[np.float32]:
    """Expected number of `ACRE` background texts with the word of each bucket, from the dictionary's counts."""
    hashes, logs = base_words()
    texts = (1 - np.exp(-150 * np.exp(logs))) * ACRE
    out = np.zeros(1 << features.BITS, np.float32)
    np.add.at(out, spans.bucket(spans.mix(hashes + np.uint64(features.WORD_SALT)), features.BITS), texts)
    return out


def rarity(buckets: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray(np.log((ACRE + 1) / (everyday()[buckets] + 1)), np.float32)


def sketches(tokens: Tokens) -> Words:
    """Documents × SKETCH word buckets, the most telling first, padded."""
    stream = features.words(tokens)
    key = np.unique(stream.doc << features.BITS | stream.bucket)
    doc, word = key >> features.BITS, key & ((1 << features.BITS) - 1)
    lead = np.zeros(len(key), np.float32)
    at = np.searchsorted(key, (stream.doc << features.BITS | stream.bucket)[tokens.lead[stream.token]])
    lead[at] = 1.0
    # A fixed scramble breaks ties, the same way in every process.
    noise = (spans.mix(word.astype(np.uint64)) >> np.uint64(44)).astype(np.float32) / (1 << 20)
    weight = rarity(word) * (1 + 0.5 * lead) + noise
    order = np.lexsort((-weight, doc))
    doc, word = doc[order], word[order]
    rank = np.arange(len(doc)) - np.searchsorted(doc, doc)
    keep = rank < SKETCH
    out = np.full((tokens.docs, SKETCH), _EMPTY, np.uint32)
    out[doc[keep], rank[keep]] = word[keep]
    return out


class Index:
    """The sketches of all cases: a sorted part that may lie in a file, and an open one for what came since."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._ids = np.zeros(0, np.int64)
        self._rows: Words = np.zeros((0, SKETCH), np.uint32)
        self._words = np.zeros(0, np.uint32)
        self._starts = np.zeros(1, np.int64)
        self._posts = np.zeros(0, np.uint32)
        self._open_ids: list[int] = []
        self._open_rows: list[Words] = []
        self._open: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._ids) + len(self._open_ids)

    @property
    def rows(self) -> Words:
        """The sketches of all folded cases."""
        return self._rows

    @property
    def ids(self) -> NDArray[np.int64]:
        """The folded cases, in the order in which they came."""
        return self._ids

    def sketch(self, title: str, text: str) -> Words:
        return np.asarray(sketches(self._segmenter.cut([normal(text)], [normal(title)]))[0], np.uint32)

    def add(self, case_id: int, title: str, text: str) -> None:
        self.add_sketch(case_id, self.sketch(title, text))

    def add_sketch(self, case_id: int, row: Words) -> None:
        at = len(self._open_ids)
        self._open_ids.append(case_id)
        self._open_rows.append(row)
        for word in row[row != _EMPTY].tolist():
            self._open.setdefault(word, []).append(at)

    def extend(self, case_ids: NDArray[np.int64], rows: Words) -> None:
        """Many at once, straight into the sorted part."""
        self._ids = np.concatenate([self._ids, case_ids])
        self._rows = np.concatenate([self._rows, rows])
        self._post()

    def fold(self) -> None:
        """Merges the open part into the sorted one."""
        if self._open_ids:
            ids, rows = np.array(self._open_ids, np.int64), np.stack(self._open_rows)
            self._open_ids, self._open_rows, self._open = [], [], {}
            self.extend(ids, rows)

    def _post(self) -> None:
        """Word → cases, by a counting sort over a few columns at a time, so that memory stays near the result's."""
        count = np.zeros(1 << features.BITS, np.uint32)
        for column in self._rows.T:
            count += np.bincount(column[column != _EMPTY], minlength=len(count)).astype(np.uint32)
        free = np.zeros(len(count), np.uint32)
        np.cumsum(count[:-1], out=free[1:])
        self._words = np.flatnonzero(count).astype(np.uint32)
        self._starts = np.append(free[self._words], count.sum()).astype(np.int64)
        self._posts = np.zeros(int(self._starts[-1]), np.uint32)
        for column in self._rows.T:
            at = np.flatnonzero(column != _EMPTY)
            at = at[np.argsort(column[at], kind="stable")].astype(np.uint32)
            word = column[at]
            rank = np.arange(len(word)) - np.searchsorted(word, word)
            self._posts[free[word] + rank.astype(np.uint32)] = at
            free += np.bincount(word, minlength=len(count)).astype(np.uint32)

    def query(self, title: str, text: str, *, limit: int = 10, floor: float = 0.35) -> list[Match]:
        return self.query_sketch(self.sketch(title, text), limit=limit, floor=floor)

    def query_sketch(self, row: Words, *, limit: int = 10, floor: float = 0.35) -> list[Match]:
        """The cases that share most, weighted by how rare the shared words are."""
        words = row[row != _EMPTY]
        if not len(words):
            return []
        weight = rarity(words.astype(np.int64))
        hits, values = [], []
        total = len(self._ids)
        for word, value in zip(words.tolist(), weight.tolist(), strict=True):
            first, last = self._range(word)
            posts = [self._posts[first:last].astype(np.int64)] if last - first <= COMMON else []
            posts += [np.array(self._open[word], np.int64) + total] if word in self._open else []
            for found in posts:
                hits.append(found)
                values.append(np.full(len(found), value, np.float32))
        if not hits:
            return []
        case, inverse, shared = np.unique(np.concatenate(hits), return_inverse=True, return_counts=True)
        common = np.bincount(inverse, weights=np.concatenate(values))
        best = np.argsort(-common, kind="stable")[: limit * 8]
        whole = float(weight.sum())
        scored = [self._match(int(case[i]), float(common[i]), int(shared[i]), whole) for i in best]
        return sorted((m for m in scored if m.score >= floor), key=lambda m: (-m.score, m.case_id))[:limit]

    def _range(self, word: int) -> tuple[int, int]:
        at = int(np.searchsorted(self._words, word))
        if at == len(self._words) or self._words[at] != word:
            return 0, 0
        return int(self._starts[at]), int(self._starts[at + 1])

    def _match(self, at: int, common: float, shared: int, whole: float) -> Match:
        old = at < len(self._ids)
        row = self._rows[at] if old else self._open_rows[at - len(self._ids)]
        case_id = int(self._ids[at]) if old else self._open_ids[at - len(self._ids)]
        theirs = float(rarity(row[row != _EMPTY].astype(np.int64)).sum())
        # A short message inside a long one shares all of the short one's words: the mean of both views.
        score = common / max(whole, 1e-6) * 0.5 + common / max(theirs, 1e-6) * 0.5
        return Match(case_id, round(min(score, 1.0), 4), shared)

    def save(self, folder: Path) -> None:
        """Everything, folded, as plain arrays in a folder that appears whole or not at all."""
        self.fold()
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name in ARRAYS:
            np.save(part / f"{name}.npy", getattr(self, f"_{name}"))
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)

    @classmethod
    def open(cls, folder: Path, segmenter: Segmenter) -> Index:
        """The arrays stay in the file: processes that ask share one copy, and only what a question touches is read."""
        index = cls(segmenter)
        for name in ARRAYS:
            setattr(index, f"_{name}", np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
        return index
