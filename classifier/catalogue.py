"""What the house knows before any case: class tree, units, areas, routing rows, township duties, as plain data.

Callers build a `Catalogue` from their tables or from a folder of CSV files; nothing here reads a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from classifier.tables import read_table
from classifier.taxonomy import Taxonomy, split_list

T = TypeVar("T")
TOWNSHIP = "@township"
CERTAIN = "确定"
_OFFICE = re.compile(r"(人民政府|街道办事处|办事处)$")
AREA_SUFFIX = re.compile(r"(街道办事处|街道|镇|乡|社区|村|居委会)$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that handles cases; `area_code` is set for townships and streets."""

    code: str
    name: str
    short_name: str = ""
    kind: str = "department"
    duties: str = ""
    area_code: str = ""

    @property
    def label(self) -> str:
        return self.short_name or self.name


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str
    level: str
    parent_code: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        bare = AREA_SUFFIX.sub("", self.name)
        known = (self.name, *(() if len(bare) < 2 else (bare,)), *self.aliases)
        return tuple(dict.fromkeys(known))


@dataclass(frozen=True, slots=True)
class RoutingRow:
    """One line of the routing catalogue (派单目录); `lead_unit` may be `@township`."""

    row_no: str
    category_code: str
    lead_unit: str
    place_level_rule: str = ""
    object_rule: str = ""
    co_units: tuple[str, ...] = ()
    law: str = ""
    article: str = ""
    law_status: str = ""

    @property
    def basis(self) -> str:
        mark = "" if self.law_status == CERTAIN or not self.law else "（待核实）"
        return f"{self.law}{self.article}{mark}" or "无依据"


@dataclass(frozen=True, slots=True)
class Correction:
    """Upheld returns and designations took `count` cases of a class from one unit to another.

    `kept` cases of the class stayed with the first unit since: they speak against the correction.
    """

    category_code: str
    from_unit: str
    to_unit: str
    count: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled or solved case; `weight` above 1 for upheld returns and designations (the strongest teachers)."""

    text: str
    title: str = ""
    case_type: str = ""
    category_code: str = ""
    unit_code: str = ""
    urgency: str = ""
    place: str = ""
    case_id: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class Catalogue:
    """The lists of one city. `succeeded_by` maps a unit that was renamed, split or merged to its heirs.

    `corrections` are what the last months taught about rows of the routing catalogue; `terms` are further words of the
    house, from its knowledge base.
    """

    taxonomy: Taxonomy
    units: Mapping[str, Unit] = field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    routing: tuple[RoutingRow, ...] = ()
    township_may_handle: Mapping[str, bool] = field(default_factory=dict)
    succeeded_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    terms: tuple[str, ...] = ()

    @classmethod
    def of_folder(cls, folder: Path) -> Catalogue:
        """From categories.csv, units.csv, areas.csv, routing.csv, township_duties.csv; only the first is needed."""

        def rows(name: str) -> list[dict[str, str]]:
            path = folder / name
            return read_table(path).rows if path.exists() else []

        return cls.of_rows(
            rows("categories.csv"),
            rows("units.csv"),
            rows("areas.csv"),
            rows("routing.csv"),
            rows("township_duties.csv"),
        )

    @classmethod
    def of_rows(
        cls,
        categories: Iterable[Mapping[str, str]],
        units: Iterable[Mapping[str, str]] = (),
        areas: Iterable[Mapping[str, str]] = (),
        routing: Iterable[Mapping[str, str]] = (),
        duties: Iterable[Mapping[str, str]] = (),
        succeeded_by: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Catalogue:
        return cls(
            taxonomy=Taxonomy.of_rows(categories),
            units={r["code"]: _fields(Unit, r) for r in units},
            areas=tuple(_fields(Area, r, lists=("aliases",)) for r in areas),
            routing=tuple(_fields(RoutingRow, r, lists=("co_units",)) for r in routing),
            township_may_handle={r["category_code"]: r["township_may_handle"] == "yes" for r in duties},
            succeeded_by=succeeded_by or {},
        )

    @cached_property
    def area_by_code(self) -> dict[str, Area]:
        return {a.code: a for a in self.areas}

    @cached_property
    def township_units(self) -> dict[str, Unit]:
        """area code → the township or street office there."""
        return {u.area_code: u for u in self.units.values() if u.kind == "township" and u.area_code}

    @cached_property
    def _rows_by_category(self) -> dict[str, list[RoutingRow]]:
        out: dict[str, list[RoutingRow]] = {}
        for row in self.routing:
            out.setdefault(row.category_code, []).append(row)
        return out

    def rows_of(self, category_code: str) -> list[RoutingRow]:
        """Rows of the class itself, or of the nearest class above it that has any."""
        for node in reversed(self.taxonomy.path(category_code)):
            if rows := self._rows_by_category.get(node.code):
                return rows
        return []

    @cached_property
    def _corrections_by_row(self) -> dict[tuple[str, str], list[Correction]]:
        out: dict[tuple[str, str], list[Correction]] = {}
        for one in self.corrections:
            for unit in self.heirs(one.from_unit):
                out.setdefault((one.category_code, unit), []).append(one)
        return out

    def corrections_of(self, category_code: str, unit_code: str) -> list[Correction]:
        """What moved cases of this class away from this unit."""
        return self._corrections_by_row.get((category_code, unit_code), [])

    def township_of(self, area_code: str) -> Area | None:
        area = self.area_by_code.get(area_code)
        while area and area.level != "township":
            area = self.area_by_code.get(area.parent_code)
        return area

    def may_go_to_township(self, category_code: str) -> bool:
        """The duty list decides; what it does not name may not be given to the grass roots (DOMAIN §1.1)."""
        for node in reversed(self.taxonomy.path(category_code)):
            if node.code in self.township_may_handle:
                return self.township_may_handle[node.code]
        return False

    def heirs(self, unit_code: str) -> tuple[str, ...]:
        """The units of today that carry on the work of a unit of the past; itself if it lives."""
        found: list[str] = []
        queue, seen = [unit_code], set()
        while queue:
            code = queue.pop(0)
            if code in seen:
                continue
            seen.add(code)
            heirs = self.succeeded_by.get(code, ())
            if heirs:
                queue.extend(heirs)
            elif not self.units or code in self.units:
                found.append(code)
        return tuple(found)

    def words(self) -> list[str]:
        """The house's own words for the segmenter: units, classes, keywords, terms."""
        names = [n for u in self.units.values() for n in (u.name, u.short_name, _OFFICE.sub("", u.name))]
        classes = (word for node in self.taxonomy.nodes.values() for word in (node.name, *node.keywords))
        return [*names, *classes, *self.terms]

    def place_names(self) -> list[str]:
        return [name for area in self.areas for name in area.names]


def examples_of(rows: Iterable[Mapping[str, str]]) -> list[Example]:
    """Rows of examples.csv or of an export with the same columns; rows without text are left out."""
    return [_fields(Example, row) for row in rows if (row.get("text") or row.get("title") or "").strip()]


def _fields(kind: type[T], row: Mapping[str, str], lists: tuple[str, ...] = ()) -> T:
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    data = {n: (split_list(row[n]) if n in lists else (row[n] or "").strip()) for n in names if n in row}
    if "weight" in data:
        data["weight"] = float(data["weight"] or 1)  # type: ignore[assignment,arg-type]
    return kind(**data)
