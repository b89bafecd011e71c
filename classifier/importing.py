"""A city's own labelled cases from CSV or XLSX: columns mapped, names of classes and units turned into codes.

What cannot be used is counted and named by line; nothing is guessed silently. Called by `hotline train`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from classifier.alarms import LEVEL_NAMES
from classifier.catalogue import Catalogue, Example, examples_of
from classifier.service import TYPE_NAMES
from classifier.tables import TableUnreadable, guess_columns, read_table

_BETWEEN = re.compile(r"\s*[/／>＞\-—|]\s*")
SHOWN = 5


@dataclass(frozen=True)
class Imported:
    """`columns` is ours → the file's; `unknown` counts names that are no class or unit of this city."""

    examples: list[Example]
    columns: dict[str, str]
    problems: list[str]
    unknown: Counter[str] = field(default_factory=Counter)


def read(path: Path, catalogue: Catalogue, mapping: Mapping[str, str] | None = None) -> Imported:
    """Rows with a text and at least a class or a unit that today's lists know."""
    table = read_table(path, mapping)
    columns = guess_columns(table.columns, mapping)
    if "text" not in columns and "title" not in columns:
        raise TableUnreadable(f"{path.name}：没有正文或标题列；现有：{'、'.join(table.columns)}")
    classes, units = _classes(catalogue), _units(catalogue)
    types = {name: code for code, name in TYPE_NAMES.items()}
    levels = {name: code for code, name in LEVEL_NAMES.items()}
    unknown: Counter[str] = Counter()

    def known(row: Mapping[str, str], column: str, names: Mapping[str, str]) -> str:
        given = (row.get(column) or "").strip()
        code = names.get(_plain(given), "")
        if given and not code:
            unknown[f"{columns[column]}：{given}"] += 1
        return code

    rows = []
    for row in table.rows:
        column = "category_code" if "category_code" in columns else "label"
        row = {ours: row[theirs] for ours, theirs in columns.items()} | {
            "category_code": known(row, column, classes) if column in columns else "",
            "unit_code": known(row, "unit_code", units),
        }
        row["case_type"] = types.get(row.get("case_type", ""), row.get("case_type", ""))
        row["urgency"] = levels.get(row.get("urgency", ""), row.get("urgency", ""))
        if row["category_code"] or row["unit_code"]:
            rows.append(row)
    return Imported(examples_of(rows), columns, table.problems, unknown)


def _plain(name: str) -> str:
    return _BETWEEN.sub("/", name.strip())


def _classes(catalogue: Catalogue) -> dict[str, str]:
    """Codes, whole paths, and names that only one leaf bears."""
    tree = catalogue.taxonomy
    bare = Counter(tree.nodes[code].name for code in tree.leaves)
    out = {tree.nodes[code].name: code for code in tree.leaves if bare[tree.nodes[code].name] == 1}
    for code in tree.leaves:
        out[_plain(tree.names(code))] = out[code] = code
    return out


def _units(catalogue: Catalogue) -> dict[str, str]:
    """Codes and names, those of closed units as well: the model maps them to their heirs."""
    out = {code: code for code in catalogue.succeeded_by}
    for unit in catalogue.units.values():
        out[unit.name] = out[unit.code] = unit.code
        if unit.short_name:
            out[unit.short_name] = unit.code
    return out
