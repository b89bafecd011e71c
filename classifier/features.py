"""Tokens become a sparse matrix here: words, word pairs, characters inside words and characters across words.

Features are hashed into 2^22 buckets; the map from bucket to column is learned, so no vocabulary is kept and the
words behind a decision are found again by hashing the words of the text at hand (`columns_of_tokens`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifier import spans
from classifier.text import Tokens

BITS = 22
LEAD_BOOST = 2.0  # a word of the title counts as three words of the text
CHUNK = 400
WORD_SALT = 0x1000193  # keeps the families apart
_PAD = np.uint64(7)

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stream:
    """Occurrences of one family of features: document, bucket, token that it begins at."""

    doc: Rows
    bucket: Rows
    token: Rows


def words(tokens: Tokens) -> Stream:
    """Single words and pairs of neighbours."""
    stop = np.cumsum(tokens.length)
    one = spans.Spans(tokens.code).hash(stop - tokens.length, stop)
    at = np.arange(len(one))
    near = np.flatnonzero(tokens.doc[:-1] == tokens.doc[1:]) if len(one) > 1 else at[:0]
    pair = spans.mix(one[near] * np.uint64(31) + one[near + 1]) if len(near) else one[:0]
    token = np.concatenate([at, near])
    return _stream(tokens, np.concatenate([one, pair]), token, salt=WORD_SALT)


def characters(tokens: Tokens) -> Stream:
    """1–4 characters across the bounds of words: what segmentation cut wrongly is found again."""
    owner = np.repeat(np.arange(len(tokens.length)), tokens.length)
    return _grams(tokens, tokens.code, owner, tokens.doc[owner], salt=2 * WORD_SALT)


def bounded(tokens: Tokens) -> Stream:
    """1–4 characters inside a word, its edges counted as characters."""
    padded = tokens.length + 2
    owner = np.repeat(np.arange(len(padded)), padded)
    code = np.full(len(owner), _PAD, np.uint64)
    inner = np.repeat(np.arange(len(tokens.length)), tokens.length)
    code[np.arange(len(tokens.code)) + inner * 2 + 1] = tokens.code
    return _grams(tokens, code, owner, owner, salt=3 * WORD_SALT)


def _grams(tokens: Tokens, code: NDArray[np.uint64], owner: Rows, group: Rows, *, salt: int) -> Stream:
    table = spans.Spans(code)
    hashes, token = [], []
    for size in range(1, 5):
        at = np.arange(max(0, len(code) - size + 1))
        at = at[group[at] == group[at + size - 1]]
        hashes.append(table.hash(at, at + size) + np.uint64(size))
        token.append(owner[at])
    return _stream(tokens, np.concatenate(hashes), np.concatenate(token), salt=salt)


def _stream(tokens: Tokens, hashes: NDArray[np.uint64], token: Rows, *, salt: int) -> Stream:
    mixed = spans.mix(hashes + np.uint64(salt))
    return Stream(tokens.doc[token], spans.bucket(mixed, BITS), token)


STREAMS = (words, characters, bounded)


def counts(tokens: Tokens, stream: Stream) -> sp.csr_matrix:
    """Documents × buckets; title words count more."""
    weight = np.float32(1) + np.float32(LEAD_BOOST) * tokens.lead[stream.token].astype(np.float32)
    out = sp.csr_matrix(
        (weight, (stream.doc, stream.bucket)), shape=(tokens.docs, 1 << BITS), dtype=np.float32
    )
    out.sum_duplicates()
    return out


class Vectoriser:
    """TF-IDF over the buckets seen in at least `min_docs` training texts, each family normalised by itself."""

    def __init__(self, columns: list[NDArray[np.int32]], idf: list[NDArray[np.float32]]) -> None:
        self.columns, self.idf = columns, idf  # columns: sorted buckets of each family
        # A bucket is the upper end of a hash, so the table of hashes finds it.
        self._tables = [spans.Table(kept.astype(np.uint64) << np.uint64(64 - BITS)) for kept in columns]

    @property
    def width(self) -> int:
        return sum(map(len, self.columns))

    @classmethod
    def fit(cls, batches: list[Tokens], *, min_docs: int = 2) -> Vectoriser:
        docs = sum(t.docs for t in batches)
        columns, idf = [], []
        for family in STREAMS:
            seen = np.zeros(1 << BITS, np.int32)
            for tokens in batches:
                stream = family(tokens)
                pairs = np.unique(stream.doc << BITS | stream.bucket) & ((1 << BITS) - 1)
                seen += np.bincount(pairs, minlength=1 << BITS).astype(np.int32)
            kept = np.flatnonzero(seen >= min(min_docs, docs)).astype(np.int32)
            columns.append(kept)
            idf.append((np.log((1 + docs) / (1 + seen[kept])) + 1).astype(np.float32))
        return cls(columns, idf)

    def transform(self, tokens: Tokens) -> sp.csr_matrix:
        parts = []
        for family, table, idf in zip(STREAMS, self._tables, self.idf, strict=True):
            stream = family(tokens)
            column = table.find(stream.bucket.astype(np.uint64) << np.uint64(64 - BITS))
            known = column >= 0
            weight = np.float32(1) + np.float32(LEAD_BOOST) * tokens.lead[stream.token[known]].astype(
                np.float32
            )
            part = sp.csr_matrix(
                (weight, (stream.doc[known], column[known])), shape=(tokens.docs, len(idf)), dtype=np.float32
            )
            part.sum_duplicates()
            part.data = np.log1p(part.data) * idf[part.indices]
            parts.append(_unit_rows(part))
        return sp.hstack(parts, format="csr", dtype=np.float32)

    def columns_of_words(self, tokens: Tokens) -> tuple[Rows, Rows]:
        """Token and column of every known word and pair of words: what a decision can be explained with."""
        stream = words(tokens)
        column = self._tables[0].find(stream.bucket.astype(np.uint64) << np.uint64(64 - BITS))
        known = column >= 0
        return stream.token[known], column[known]


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    square = (
        np.add.reduceat(matrix.data**2, matrix.indptr[:-1])
        if matrix.nnz and (np.diff(matrix.indptr) > 0).all()
        else np.asarray(matrix.multiply(matrix).sum(1)).ravel()
    )
    scale = 1 / np.sqrt(np.maximum(square, np.float32(1e-12)))
    matrix.data *= np.repeat(scale.astype(np.float32), np.diff(matrix.indptr))
    return matrix
