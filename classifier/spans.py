"""Hashes of character spans, computed for a whole batch at once: the arithmetic below words and n-grams.

A text is an array of code points + 1; prefix sums of a polynomial modulo 2^64 give the hash of any span in one step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)

Codes = NDArray[np.uint64]
Places = NDArray[np.int64]


def codes(text: str) -> Codes:
    """Code points + 1, so that no character counts as nothing."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64) + np.uint64(
        1
    )


def mix(values: Codes) -> Codes:
    """Spreads the bits: polynomial hashes alone are poor in their low bits."""
    values = (values ^ (values >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return (values ^ (values >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)


def bucket(hashes: Codes, bits: int) -> Places:
    return np.asarray(hashes >> np.uint64(64 - bits), np.int64)


def ranges(start: Places, stop: Places) -> Places:
    """All integers of the ranges [start, stop), end to end."""
    size = stop - start
    total = int(size.sum())
    if not total:
        return np.zeros(0, np.int64)
    before = np.cumsum(size) - size
    return np.asarray(np.arange(total) - np.repeat(before - start, size), np.int64)


class _Powers:
    """Powers of the base and of its inverse, grown on demand."""

    def __init__(self) -> None:
        self.up = self.down = np.ones(1, np.uint64)

    def upto(self, size: int) -> tuple[Codes, Codes]:
        if len(self.up) < size:
            room = 1 << max(16, (size - 1).bit_length())
            self.up, self.down = _geometric(_BASE, room), _geometric(_INVERSE, room)
        return self.up, self.down


def _geometric(base: int, size: int) -> Codes:
    factors = np.full(size, np.uint64(base))
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


_powers = _Powers()


class Spans:
    """Hash of any span [start, stop) of one code array."""

    def __init__(self, code: Codes) -> None:
        up, self._down = _powers.upto(len(code) + 1)
        self._sum = np.zeros(len(code) + 1, np.uint64)
        np.cumsum(code * up[: len(code)], dtype=np.uint64, out=self._sum[1:])

    def hash(self, start: Places, stop: Places) -> Codes:
        return mix((self._sum[stop] - self._sum[start]) * self._down[start])


def hash_words(words: Sequence[str]) -> Codes:
    """One hash a word, equal to `Spans.hash` of the same characters."""
    if not words:
        return np.zeros(0, np.uint64)
    size = np.array([len(w) for w in words], np.int64)
    stop = np.cumsum(size)
    return Spans(codes("".join(words))).hash(stop - size, stop)


class Table:
    """Where each of many hashes stands in a sorted list; -1 for strangers. A few probes instead of a binary search."""

    def __init__(self, ordered: Codes) -> None:
        self._ordered = ordered
        self._bits = max(8, (4 * len(ordered)).bit_length())
        at = bucket(ordered, self._bits)
        self._first = np.full(1 << self._bits, -1, np.int32)
        # Equal buckets are neighbours in the sorted list; written backwards, the first of them stays.
        self._first[at[::-1]] = np.arange(len(ordered) - 1, -1, -1, dtype=np.int32)
        self._run = int(np.bincount(at).max()) if len(at) else 0

    def find(self, hashes: Codes) -> Places:
        found = np.full(len(hashes), -1, np.int64)
        first = self._first[bucket(hashes, self._bits)]
        open_ = np.flatnonzero(first >= 0)
        for step in range(self._run):
            if not len(open_):
                break
            at = np.minimum(first[open_] + step, len(self._ordered) - 1)
            hit = self._ordered[at] == hashes[open_]
            found[open_[hit]] = at[hit]
            open_ = open_[~hit]
        return found

    def has(self, hashes: Codes) -> NDArray[np.bool_]:
        return np.asarray(self.find(hashes) >= 0, np.bool_)
