"""Texts become tokens here: cleaning, segmentation, stop words; a whole batch at a time.

Segmentation follows jieba's rule (its dictionary, the most probable route, no guessing of new words) but runs on
arrays, so that one core cuts several thousand messages a second. Everything in `classifier` may call it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from classifier import spans

MAX_CHARS = 4000  # a longer message is read at its beginning and its end only
MAX_WORD = 8
MAX_CLAUSE = 48
DICTIONARY_STEP = 4000

_TAG = re.compile(r"<[^<>]{1,300}>|https?://\S+|&[a-z]{2,6};", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_STUTTER = re.compile(r"([\u4e00-\u9fff]{1,4}?)\1{2,}")
_PUNCTUATION = re.compile(r"[，。！？；：、,.!?;:“”\"（）()《》]")
# Control and format characters, surrogates, private use: what a reader does not see.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\uffff]"
)


def lexicon(name: str) -> list[str]:
    """The lines of a shipped word list, without comments."""
    text = resources.files("classifier.lexicon").joinpath(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def _traditional() -> frozenset[str]:
    """Characters that only traditional script uses: the converter runs when one of them occurs."""
    table = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return frozenset(old for old, new in pairs if old not in new.split())


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _fillers() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, lexicon("fillers.txt")), key=len, reverse=True)))


def clean(text: str | None) -> str:
    """Half-width, simplified, lower case; tags, links, control characters and the fillers of speech are gone."""
    text = unicodedata.normalize("NFKC", text or "")
    text = _UNSEEN.sub("", text)
    text = _SPACES.sub(" ", _TAG.sub(" ", text)).strip().lower()
    if not _traditional().isdisjoint(text):
        text = str(_converter().convert(text))
    return text


def spoken(text: str) -> str:
    """The text without the fillers and stutters of speech recognition (嗯、那个那个、我我我)."""
    return _STUTTER.sub(r"\1", _fillers().sub("", text))


def excerpt(text: str) -> str:
    """What is read of a long text: the demand stands at the beginning or at the end."""
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS * 3 // 4] + "\n" + text[-MAX_CHARS // 4 :]


def is_tokenised(text: str, *, declared: bool = False) -> bool:
    """True for text that was cut into words already: many blanks, no punctuation; declared: blanks are not counted."""
    sample = text[:600]
    blanks = sample.count(" ")
    return (declared or (blanks >= 3 and blanks * 7 > len(sample))) and not _PUNCTUATION.search(sample)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a batch of documents as arrays; `code` holds the characters of the kept tokens, end to end."""

    code: NDArray[np.uint64]
    length: NDArray[np.int64]  # characters per token
    doc: NDArray[np.int64]  # document of each token
    lead: NDArray[np.bool_]  # token stands in the title, or near the beginning of a text without one
    docs: int

    def words(self) -> list[str]:
        chars = "".join(map(chr, (self.code - np.uint64(1)).tolist()))
        ends = np.cumsum(self.length).tolist()
        return [chars[end - size : end] for end, size in zip(ends, self.length.tolist(), strict=True)]


class Segmenter:
    """jieba's dictionary plus the words of this house (units, places, classes, knowledge), as sorted hashes."""

    def __init__(self, words: Iterable[str] = (), places: Iterable[str] = ()) -> None:
        base_hash, base_log, total = _base_dictionary()
        own = sorted({w for w in map(clean, words) if 2 <= len(w) <= MAX_WORD})
        named = sorted({w for w in map(clean, places) if 2 <= len(w) <= MAX_WORD})
        added = spans.hash_words([*own, *named])
        # A word of the house outweighs any route through its parts; a place outweighs a word.
        weight = np.repeat(np.float32(np.log(2e4 / total)), len(added))
        hashes, logs = np.concatenate([added, base_hash]), np.concatenate([weight, base_log])
        hashes, first = np.unique(hashes, return_index=True)
        self._log = logs[first].astype(np.float32)
        self._words = spans.Table(hashes)
        self._places = spans.Table(np.unique(spans.hash_words(named)))
        self._stop = spans.Table(np.unique(spans.hash_words(lexicon("stopwords.txt"))))
        self._default = np.float32(-np.log(total))

    def cut(
        self,
        texts: Sequence[str],
        titles: Sequence[str] | None = None,
        *,
        keep_stop: bool = False,
        pretokenised: bool = False,
    ) -> Tokens:
        """Tokens of cleaned texts. Pre-cut texts keep their own word boundaries."""
        titles = titles if titles is not None else [""] * len(texts)
        code, doc, head, fixed = _characters(texts, titles, pretokenised)
        start, end, _, whole = _runs(code, doc, head, fixed)
        first = self._starts(code, start, end, whole)
        begin = np.flatnonzero(first)
        inside = np.zeros(len(code) + 1, np.int64)
        np.add.at(inside, start, 1)
        np.add.at(inside, end, -1)
        covered = np.cumsum(inside)[:-1] > 0
        begin = begin[covered[begin]]
        stop = np.minimum(_next(begin, len(code)), _run_end(begin, start, end))
        hashes = spans.Spans(code).hash(begin, stop)
        drop = self._places.has(hashes)
        if not keep_stop:
            drop |= self._stop.has(hashes)
        keep = ~drop
        begin, stop = begin[keep], stop[keep]
        token_doc = doc[begin]
        lead = _lead(token_doc, head[begin], np.array([bool(t.strip()) for t in titles]))
        chosen = spans.ranges(begin, stop)
        return Tokens(code[chosen], stop - begin, token_doc, lead, len(texts))

    def words(self, text: str, *, keep_stop: bool = False) -> list[str]:
        return self.cut([text], keep_stop=keep_stop).words()

    def _starts(
        self,
        code: NDArray[np.uint64],
        start: NDArray[np.int64],
        end: NDArray[np.int64],
        whole: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Marks the first character of each word: whole runs as they are, clauses along the most probable route."""
        mark = np.zeros(len(code) + 1, np.bool_)
        mark[start[whole]] = True
        begin, stop = start[~whole], end[~whole]
        if not len(begin):
            return mark[:-1]
        best = self._route(code, begin, stop)
        at = begin
        while len(at):
            mark[at] = True
            at = at + best[at]
            alive = at < stop
            at, stop = at[alive], stop[alive]
        return mark[:-1]

    def _route(
        self, code: NDArray[np.uint64], begin: NDArray[np.int64], stop: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Length of the best word at each character (jieba: calc), for all clauses side by side."""
        size = len(code)
        table = spans.Spans(code)
        limit = np.zeros(size, np.int64)
        inner = spans.ranges(begin, stop)
        limit[inner] = np.repeat(stop, stop - begin)
        score = np.full((MAX_WORD, size + MAX_WORD), -np.inf, np.float32)
        # All lengths in one search: with one text at hand the number of calls is what costs.
        at = np.tile(inner, MAX_WORD)
        length = np.repeat(np.arange(1, MAX_WORD + 1), len(inner))
        fits = at + length <= limit[at]
        at, length = at[fits], length[fits]
        missing = np.where(length == 1, self._default, np.float32(-np.inf))
        score[length - 1, at] = self._weights(table.hash(at, at + length), missing)
        route = np.zeros(size + MAX_WORD + 1, np.float32)
        best = np.ones(size, np.int64)
        lengths = np.arange(1, MAX_WORD + 1)[:, None]
        order = np.argsort(begin - stop, kind="stable")
        begin, stop = begin[order], stop[order]
        sizes = stop - begin
        for step in range(1, int(sizes[0]) + 1):
            at = stop[: np.searchsorted(-sizes, -step, side="right")] - step
            total = score[:, at] + route[at + lengths]
            choice = total.argmax(0)
            best[at] = choice + 1
            route[at] = total[choice, np.arange(len(at))]
        return best

    def _weights(self, hashes: NDArray[np.uint64], missing: NDArray[np.float32]) -> NDArray[np.float32]:
        at = self._words.find(hashes)
        return np.where(at >= 0, self._log[at], missing)


@cache
def everyday() -> Segmenter:
    """One without words of any house, for all of a process: what it cuts stays alike when a house's lists change."""
    return Segmenter()


def base_words() -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """The dictionary's words as hashes, with the logarithm of their share of all running words."""
    hashes, logs, _ = _base_dictionary()
    return hashes, logs


@cache
def _base_dictionary() -> tuple[NDArray[np.uint64], NDArray[np.float32], float]:
    """Read a few thousand lines at a time: the process keeps the numbers and never the words."""
    hashes, counts = [], []
    with resources.files("jieba").joinpath("dict.txt").open(encoding="utf-8") as lines:
        while part := [line.split(" ") for line in islice(lines, DICTIONARY_STEP)]:
            kept = [(word, count) for word, count, _ in part if len(word) <= MAX_WORD]
            hashes.append(spans.hash_words([word for word, _ in kept]))
            counts.append(np.array([count for _, count in kept], np.float32))
    count = np.concatenate(counts)
    total = float(count.sum(dtype=np.float64))
    every = np.concatenate(hashes)
    order = np.argsort(every)
    logs = np.log(np.maximum(count, 1)) - np.float32(np.log(total))
    return every[order], logs[order].astype(np.float32), total


def _characters(
    texts: Sequence[str], titles: Sequence[str], declared: bool
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """All characters of the batch with their document, whether they are the title's, and whether words are fixed."""
    bodies = [excerpt(t) for t in texts]
    heads = [t[:200] for t in titles]
    joined = "".join(f"{h}\n{b}\n" for h, b in zip(heads, bodies, strict=True))
    code = spans.codes(joined)
    sizes = np.array(
        [(len(h) + 1, len(b) + 1) for h, b in zip(heads, bodies, strict=True)], np.int64
    ).reshape(-1, 2)
    doc = np.repeat(np.arange(len(texts)), sizes.sum(1))
    head = np.repeat(np.tile([True, False], len(texts)), sizes.ravel())
    cut = np.array([is_tokenised(b, declared=declared) for b in bodies], np.bool_)
    return code, doc, head, np.repeat(cut, sizes.sum(1))


def _runs(
    code: NDArray[np.uint64], doc: NDArray[np.int64], head: NDArray[np.bool_], fixed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Stretches without a boundary: [start, end), document, and whether the stretch is one word."""
    value = code - np.uint64(1)
    han = ((value >= 0x4E00) & (value <= 0x9FFF)) | ((value >= 0x3400) & (value <= 0x4DBF))
    digit = (value >= 48) & (value <= 57)
    letter = (value >= 97) & (value <= 122)
    kind = np.where(han, 2, np.where(digit | letter, 1, 0))
    kind = np.where(fixed & ~head & (kind > 0), 1, kind)
    change = np.ones(len(code), np.bool_)
    change[1:] = (kind[1:] != kind[:-1]) | (doc[1:] != doc[:-1]) | (head[1:] != head[:-1])
    start = np.flatnonzero(change)
    end = np.append(start[1:], len(code)) if len(start) else start
    keep = kind[start] > 0
    start, end = start[keep], end[keep]
    pieces = np.maximum(1, -(-(end - start) // MAX_CLAUSE)) * (kind[start] == 2) + (kind[start] == 1)
    offset = spans.ranges(np.zeros_like(pieces), pieces) * MAX_CLAUSE
    start, end = np.repeat(start, pieces) + offset, np.repeat(end, pieces)
    whole = kind[start] == 1
    end = np.where(whole, end, np.minimum(end, start + MAX_CLAUSE))
    return start, end, doc[start], whole


def _next(begin: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.append(begin[1:], size) if len(begin) else begin


def _run_end(begin: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    return end[np.searchsorted(start, begin, side="right") - 1] if len(begin) else begin


LEAD_TOKENS = 15


def _lead(doc: NDArray[np.int64], head: NDArray[np.bool_], titled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Title tokens; without a title the first tokens of the text, where people say what it is about."""
    first = np.searchsorted(doc, np.arange(len(titled)))
    rank = np.arange(len(doc)) - first[doc]
    return np.where(titled[doc], head, rank < LEAD_TOKENS)
