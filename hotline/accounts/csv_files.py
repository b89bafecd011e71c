"""Reading a customer's CSV file: encoding, header, cells. Pure; whoever imports lists describes its columns.

A file is taken whole or not at all, and every bad cell is named at once, by line, column and reason in Chinese.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hotline.core.errors import Invalid

MAX_BYTES = 20 << 20
MAX_SHOWN = 200
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Reader = Callable[[str], Any]


class FileUnreadable(Invalid):
    code, text = "import.unreadable", "文件无法读取：{why}"


class FileRefused(Invalid):
    code, text = "import.refused", "文件有 {count} 处错误，一行也没有导入；请按提示修改后重新导入"


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Column:
    """`label` is the Chinese heading that a file may use instead of `name`.

    A required column must be there with a value in each line; another may be missing or empty and is then `empty`.
    """

    name: str
    label: str
    read: Reader
    required: bool = True
    empty: Any = None


@dataclass(frozen=True)
class Line:
    """One line of the file. A cell that could not be read is left out, so that checks of the rest go on."""

    no: int
    cells: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.cells.get(name)


def refuse(problems: Iterable[Problem], columns: Iterable[Column]) -> None:
    """Raise `FileRefused` with all problems in the order of the file, or pass if there is none."""
    found = sorted(problems, key=lambda problem: problem.line)
    if not found:
        return
    labels = {column.name: column.label for column in columns}
    fields = [
        {
            "field": f"第 {problem.line} 行·{labels.get(problem.column, problem.column)}",
            "line": str(problem.line),
            "column": problem.column,
            "reason": problem.reason,
        }
        for problem in found[:MAX_SHOWN]
    ]
    if len(found) > MAX_SHOWN:
        fields.append({"field": "其余", "reason": f"还有 {len(found) - MAX_SHOWN} 处错误未列出"})
    raise FileRefused(fields=fields, count=len(found))


def read(data: bytes, columns: tuple[Column, ...], key: tuple[str, ...]) -> tuple[list[Line], list[Problem]]:
    """The lines of a file and what is wrong with them; `key` is the columns that may not repeat."""
    rows = _rows(decode(data))
    header_no, header = next(rows, (0, []))
    if not header:
        raise FileUnreadable(why="没有内容，第一行应为列名")
    places, problems = _places(header_no, header, columns)
    if problems:
        return [], problems
    lines = []
    for no, cells in rows:
        if isinstance(cells, Problem):
            problems.append(cells)
        elif any(cell.strip() for cell in cells):
            line = Line(no, {column.name: column.empty for column in columns})
            problems += _fill(line, cells, places, width=len(header))
            lines.append(line)
    problems += _repeats(lines, key)
    return lines, problems


def decode(data: bytes) -> str:
    """UTF-8 with or without mark, GB18030 or UTF-16; what stays unreadable becomes U+FFFD and is refused by its cell."""
    if len(data) > MAX_BYTES:
        raise FileUnreadable(why=f"超过 {MAX_BYTES >> 20} MB")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileUnreadable(why="这是 Excel 工作簿，请另存为 CSV 后再导入")
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace")
    text = data.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    sound = sum(letter > "\x7f" for letter in text) - broken
    # A GB18030 file read as UTF-8 is broken nearly everywhere, a damaged UTF-8 file only in places.
    return text if broken * 4 <= sound else data.decode("gb18030", "replace")


def _rows(text: str) -> Iterator[tuple[int, Any]]:
    """(first physical line, cells) of each record; a broken record ends the file with a Problem in place of cells."""
    first_line = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if "\t" in first_line and "," not in first_line else ",",
        strict=True,
    )
    no = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield no, Problem(no, "", "引号不成对或内容过长，此行起无法读取")
            return
        if cells is None:
            return
        yield no, cells
        no = reader.line_num + 1


def _places(
    no: int, header: list[str], columns: tuple[Column, ...]
) -> tuple[dict[int, Column], list[Problem]]:
    known = {name: column for column in columns for name in (column.name, column.label)}
    places: dict[int, Column] = {}
    problems = []
    for place, heading in enumerate(header):
        column = known.get(heading.strip())
        if column is None:
            problems.append(Problem(no, heading.strip() or f"第 {place + 1} 列", "没有这一列，请核对列名"))
        elif column in places.values():
            problems.append(Problem(no, column.name, "此列出现了两次"))
        else:
            places[place] = column
    problems += [
        Problem(no, column.name, "缺少此列")
        for column in columns
        if column.required and column not in places.values()
    ]
    return places, problems


def _fill(line: Line, cells: list[str], places: dict[int, Column], *, width: int) -> Iterator[Problem]:
    if len(cells) > width:
        reason = f"有 {len(cells)} 格，多于列名的 {width} 列（内容含逗号时须加英文引号）"
        yield Problem(line.no, "", reason)
    for place, column in places.items():
        raw = cells[place].strip() if place < len(cells) else ""
        try:
            line.cells[column.name] = _cell(raw, column)
        except ValueError as wrong:
            del line.cells[column.name]
            yield Problem(line.no, column.name, str(wrong))


def _cell(raw: str, column: Column) -> Any:
    if not raw:
        if column.required:
            raise ValueError("必填")
        return column.empty
    if _UNPRINTABLE.search(raw):
        raise ValueError("含无法识别的字符，请用 UTF-8 或 GB18030 编码重新保存")
    return column.read(raw)


def _repeats(lines: list[Line], key: tuple[str, ...]) -> Iterator[Problem]:
    seen: dict[tuple[Any, ...], int] = {}
    for line in lines:
        value = tuple(line[name] for name in key)
        if value[0] is None:
            continue
        if value in seen:
            yield Problem(line.no, key[0], f"与第 {seen[value]} 行重复")
        seen.setdefault(value, line.no)


# -- what a cell may hold


def text(longest: int = 200) -> Reader:
    def read_text(raw: str) -> str:
        if len(raw) > longest:
            raise ValueError(f"不能超过 {longest} 个字")
        return raw

    return read_text


def pattern(form: str, says: str) -> Reader:
    def read_pattern(raw: str) -> str:
        if not re.fullmatch(form, raw):
            raise ValueError(says)
        return raw

    return read_pattern


def choice(words: dict[str, str]) -> Reader:
    """A word or its Chinese label."""
    by_label = {label: word for word, label in words.items()}

    def read_choice(raw: str) -> str:
        word = raw if raw in words else by_label.get(raw)
        if word is None:
            raise ValueError(f"“{raw}”不在可选值内：{'、'.join(words)}")
        return word

    return read_choice


def many(read_one: Reader) -> Reader:
    """A list in one cell, parted by `|`."""

    def read_many(raw: str) -> list[Any]:
        return list(dict.fromkeys(read_one(part.strip()) for part in raw.split("|") if part.strip()))

    return read_many


def yes_or_no(raw: str) -> bool:
    words = {"yes": True, "no": False, "是": True, "否": False, "1": True, "0": False}
    if raw.lower() not in words:
        raise ValueError("应为 yes 或 no（是、否）")
    return words[raw.lower()]


def number(least: int, most: int) -> Reader:
    def read_number(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or not least <= int(raw[:9]) <= most:
            raise ValueError(f"应为 {least} 到 {most} 的整数")
        return int(raw)

    return read_number


def day(raw: str) -> date:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(raw, form).date()  # noqa: DTZ007 - a date of the calendar has no zone
        except ValueError:
            continue
    raise ValueError(f"“{raw}”不是日期，请写成 2026-01-31")
