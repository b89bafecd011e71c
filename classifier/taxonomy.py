"""The class tree: what classes exist, how they nest, and which words a class is known by before any case was seen.

A class is a code (`A010203`: letter, then two digits a level) or, for foreign schemes, the path of its names.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

OTHER = frozenset({"其他", "其它", "其他问题", "综合", "其他类", "其他事项"})


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the class tree; `level` counts from 1."""

    code: str
    name: str
    parent_code: str = ""
    level: int = 1
    keywords: tuple[str, ...] = ()
    default_urgency: str = "normal"
    case_types: tuple[str, ...] = ()


class Taxonomy:
    """The nodes of one class tree with their paths."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self.nodes: dict[str, Category] = {c.code: c for c in categories}
        self._paths: dict[str, list[Category]] = {}

    @classmethod
    def of_levels(cls, rows: Iterable[Mapping[str, str]]) -> Taxonomy:
        """A scheme given as columns level1, level2, level3 and, if known, keywords; the path is the code."""
        nodes: dict[str, Category] = {}
        for row in rows:
            names = [n for n in ((row.get(f"level{i}") or "").strip() for i in (1, 2, 3)) if n]
            for depth in range(1, len(names) + 1):
                code, parent = "/".join(names[:depth]), "/".join(names[: depth - 1])
                words = split_list(row.get("keywords")) if depth == len(names) else ()
                known = nodes.get(code)
                merged = tuple(dict.fromkeys([*(known.keywords if known else ()), *words]))
                nodes[code] = Category(code, names[depth - 1], parent, depth, merged)
        return cls(nodes.values())

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, str]]) -> Taxonomy:
        """A tree given as categories.csv: code, name, parent_code, level, keywords, default_urgency, case_types."""
        return cls(
            Category(
                code=row["code"].strip(),
                name=row["name"].strip(),
                parent_code=(row.get("parent_code") or "").strip(),
                level=int(row.get("level") or 1),
                keywords=split_list(row.get("keywords")),
                default_urgency=(row.get("default_urgency") or "normal").strip() or "normal",
                case_types=split_list(row.get("case_types")),
            )
            for row in rows
            if (row.get("code") or "").strip()
        )

    @cached_property
    def parents(self) -> frozenset[str]:
        return frozenset(c.parent_code for c in self.nodes.values() if c.parent_code)

    @cached_property
    def leaves(self) -> list[str]:
        return [code for code in self.nodes if code not in self.parents]

    def path(self, code: str) -> list[Category]:
        """The node and its ancestors, top first."""
        if code not in self._paths:
            out: dict[str, Category] = {}
            node = self.nodes.get(code)
            while node and node.code not in out:
                out[node.code] = node
                node = self.nodes.get(node.parent_code)
            self._paths[code] = list(out.values())[::-1]
        return self._paths[code]

    def ancestor(self, code: str, level: int) -> str:
        """The code of the ancestor at a level, or the deepest one above the code."""
        path = self.path(code)
        return path[min(level, len(path)) - 1].code if path else ""

    def names(self, code: str) -> str:
        return " / ".join(c.name for c in self.path(code))


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of public administration: the names that schemes give to it, the words that citizens use."""

    names: tuple[str, ...]
    keywords: tuple[str, ...]


def split_list(cell: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


def subjects() -> list[Subject]:
    text = resources.files("classifier.lexicon").joinpath("subjects.csv").read_text(encoding="utf-8")
    return [
        Subject(split_list(r["names"]), split_list(r["keywords"])) for r in csv.DictReader(text.splitlines())
    ]


def vocabulary(taxonomy: Taxonomy, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    """keyword → label → weight in 0…1: how much a word speaks for a label, known from the scheme alone.

    Own keywords of a class count fully, its name nearly so; the shipped subjects lend their words to every class
    whose name they share. A word that several labels claim is divided among them.
    """
    wanted = set(labels)
    known = subjects()
    claims: dict[str, dict[str, float]] = {}

    def claim(word: str, label: str, weight: float) -> None:
        row = claims.setdefault(word, {})
        row[label] = max(row.get(label, 0.0), weight)

    for code, node in taxonomy.nodes.items():
        owners = [c.code for c in taxonomy.path(code) if c.code in wanted]
        for label in owners:
            for word in node.keywords:
                claim(word, label, 1.0)
            if node.name in OTHER:
                continue
            claim(node.name, label, 0.9)
            for subject in known:
                strength = _shared_name(node.name, subject.names)
                for word in subject.keywords if strength else ():
                    claim(word, label, strength)
    return {word: _shares(row) for word, row in claims.items()}


def _shared_name(name: str, names: Sequence[str]) -> float:
    """1 for the same name, less where one name contains the other (物业服务 in 物业服务与管理)."""
    if name in names:
        return 1.0
    inside = [n for n in names if len(n) >= 2 and (n in name or (len(name) >= 2 and name in n))]
    return max((min(len(n), len(name)) / max(len(n), len(name)) for n in inside), default=0.0)


def _shares(row: Mapping[str, float]) -> dict[str, float]:
    total = sum(row.values())
    return {label: weight * weight / total for label, weight in row.items()}


def type_words() -> dict[str, dict[str, float]]:
    """keyword → case type → weight: how people ask, complain, report or praise, whatever the subject."""
    text = resources.files("classifier.lexicon").joinpath("case_types.csv").read_text(encoding="utf-8")
    claims: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        for word in split_list(row["keywords"]):
            claims.setdefault(word, {})[row["case_type"]] = 1.0
    return {word: _shares(row) for word, row in claims.items()}
