"""Word lists against a text: all occurrences of lexicon words in one pass, clauses, and folding that keeps places.

Called by `urgency`, `entities` and `replies`. Positions are characters of the original text: folding never moves one.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from classifier.taxonomy import split_list

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_SENTENCE = re.compile(r"[。！？!?；;\n\r]+")
_CLAUSE = re.compile(r"[，,、：:。！？!?；;\n\r]+|(?:但是|但|不过|可是|然而|而是|却)")


@cache
def _folding() -> dict[int, int]:
    """Full to half width, traditional to simplified, capitals to small: one character for one character."""
    table = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    simple = {ord(old): ord(new.split()[0]) for old, new in pairs if old not in new.split()}
    kept = {code + 0xFEE0: code for code in _LOWER}
    return simple | _LOWER | _FULL_WIDTH | {wide: code + 32 for wide, code in kept.items()}


def fold(text: str) -> str:
    """The same text, character by character, in the one form that the lexicons are written in."""
    return text.translate(_folding())


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shipped lexicon; lines that begin with # are remarks."""
    text = resources.files("classifier.lexicon").joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return list(csv.DictReader(lines))


@cache
def word_groups(name: str) -> dict[str, tuple[str, ...]]:
    """A lexicon of two columns, `group` and `words`: the words of each group."""
    return {row["group"]: split_list(row["words"]) for row in rows(name)}


class Phrases:
    """Finds every occurrence of many words, at a cost that grows with the text only."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(set(words), key=len, reverse=True):
            if word:
                self._by_start.setdefault(word[0], []).append(word)
        # Skips in one step what begins no word.
        self._first = (
            re.compile("[" + "".join(map(re.escape, self._by_start)) + "]") if self._by_start else None
        )

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """(start, word), by place; at one place the longest word first."""
        for match in self._first.finditer(text) if self._first else ():
            start = match.start()
            for word in self._by_start[match.group()]:
                if text.startswith(word, start):
                    yield start, word

    def longest(self, text: str) -> Iterator[tuple[int, str]]:
        """Occurrences that do not overlap: the longest at the earliest place wins."""
        free = 0
        for start, word in self.find(text):
            if start >= free:
                free = start + len(word)
                yield start, word


@dataclass(frozen=True, slots=True)
class Pieces:
    """Where the pieces of a text begin and end."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def at(self, place: int) -> tuple[int, int]:
        index = max(bisect_right(self.starts, place) - 1, 0)
        return self.starts[index], self.ends[index]

    def spans(self) -> list[tuple[int, int]]:
        return [(a, b) for a, b in zip(self.starts, self.ends, strict=True) if a < b]


def _pieces(text: str, boundary: re.Pattern[str]) -> Pieces:
    marks = [m.span() for m in boundary.finditer(text)]
    return Pieces((0, *(end for _, end in marks)), (*(start for start, _ in marks), len(text)))


def sentences(text: str) -> Pieces:
    return _pieces(text, _SENTENCE)


def clauses(text: str) -> Pieces:
    return _pieces(text, _CLAUSE)
