"""Rows from files of any city: CSV in UTF-8 or GB18030, XLSX; column mapping, preview, broken lines counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from openpyxl import load_workbook

# Headers under which cities export the columns that training needs.
ALIASES: dict[str, tuple[str, ...]] = {
    "title": ("title", "标题", "工单标题", "主题", "诉求标题"),
    "text": ("text", "正文", "内容", "诉求内容", "工单内容", "留言详情", "详情", "facts"),
    "label": ("label", "标签", "类别", "分类", "一级标签", "诉求分类", "category", "category_code"),
    "case_type": ("case_type", "类型", "诉求类型", "工单类型"),
    "category_code": ("category_code", "分类编码", "诉求分类编码"),
    "unit_code": ("unit_code", "承办单位", "责任单位", "主办单位", "单位"),
    "urgency": ("urgency", "紧急程度"),
    "place": ("place", "事发地", "地址", "地点"),
    "msg_id": ("msg_id", "编号", "工单编号", "留言编号", "case_no"),
    "event": ("event", "事件"),
    "time": ("time", "时间", "受理时间", "留言时间"),
}
MAX_CELL = 1_000_000


class TableUnreadable(ValueError):
    """The file has no header row that can be read, or lacks a needed column."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that could be read; `problems` names the others by line."""

    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    problems: list[str] = field(default_factory=list)


def decode(data: bytes) -> tuple[str, list[str]]:
    """UTF-8 (with or without mark) or GB18030; bytes that fit neither are replaced and reported by line."""
    for name in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(name), []
        except UnicodeDecodeError:
            continue
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") or _mostly_utf8(data) else "gb18030"
    text = data.decode(encoding, errors="replace")
    bad = [i for i, line in enumerate(text.splitlines(), 1) if "\ufffd" in line]
    return text, [f"第{i}行：有无法识别的字符" for i in bad]


def _mostly_utf8(data: bytes) -> bool:
    # GB18030 pairs are rarely valid UTF-8: few replacements mean a UTF-8 file with some damage.
    text = data.decode("utf-8", errors="replace")
    return text.count("\ufffd") * 20 < sum(c > "\x7f" for c in text)


def read_table(path: Path, mapping: Mapping[str, str] | None = None) -> Table:
    """All usable rows; `mapping` is our column → the file's header, missing ones are guessed from `ALIASES`."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        header, lines, problems = _sheet(path)
    else:
        text, problems = decode(path.read_bytes())
        csv.field_size_limit(MAX_CELL * 4)
        reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
        header, lines = [h.strip() for h in next(reader, [])], _numbered(reader)
    if not any(header):
        raise TableUnreadable(f"{path.name}：没有表头")
    names = guess_columns(header, mapping)
    rows = []
    for number, cells in lines:
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(header):
            problems.append(f"第{number}行：有{len(cells)}列，应为{len(header)}列")
            continue
        row = dict(zip(header, cells, strict=True))
        rows.append({**row, **{ours: row[theirs][:MAX_CELL] for ours, theirs in names.items()}})
    return Table(tuple(header), rows, problems)


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 1
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, ["?"]  # a broken line has one cell and is reported as such


def _sheet(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]], list[str]]:
    sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    lines = ([("" if c is None else str(c)) for c in row] for row in sheet.iter_rows(values_only=True))
    return [h.strip() for h in next(lines, [])], enumerate(lines, 2), []


def guess_columns(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our name → the file's header. A mapping given by a person wins and must name columns that exist."""
    out: dict[str, str] = {}
    for ours, names in ALIASES.items():
        found = next((n for n in names if n in header), None)
        if found:
            out[ours] = found
    for ours, theirs in (mapping or {}).items():
        if theirs not in header:
            raise TableUnreadable(f"文件中没有“{theirs}”列；现有：{'、'.join(header)}")
        out[ours] = theirs
    return out


def require(table: Table, *columns: str) -> None:
    """Raises when a column that the caller cannot do without is missing."""
    have = set(table.rows[0]) if table.rows else set(table.columns) | set(guess_columns(table.columns))
    missing = [c for c in columns if c not in have]
    if missing:
        raise TableUnreadable(f"缺少列：{'、'.join(missing)}；现有：{'、'.join(table.columns)}")


def preview(path: Path, mapping: Mapping[str, str] | None = None, rows: int = 5) -> list[dict[str, str]]:
    """The first rows as training would see them: only our columns, cells cut to a line."""
    table = read_table(path, mapping)
    names = guess_columns(table.columns, mapping)
    return [{ours: row[ours][:60] for ours in names} for row in islice(table.rows, rows)]
