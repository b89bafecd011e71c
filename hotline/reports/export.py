"""Reports as files: XLSX written row by row in constant memory, or CSV; each names who took it and when, in itself.

Every export is an entry of the audit trail under `report:<sheet>`. Needs the permission `report:see`.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import xlsxwriter

from hotline.accounts.models import User
from hotline.core.identity import Permission, require
from hotline.core.privacy import watermark
from hotline.core.uow import UnitOfWork
from hotline.reports.figures import Measure

Format = Literal["xlsx", "csv"]
MEDIA_TYPES: dict[Format, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for GBK."""
NUMBER_FORMATS: dict[Measure, str] = {
    Measure.RATE: "0.0%",
    Measure.SECONDS: "#,##0",
    Measure.HOURS: "0.0",
    Measure.COUNT: "#,##0",
    Measure.DECIMAL: "0.00",
    Measure.PER_MILLE: "0.00",
}
UNITS: dict[Measure, str] = {
    Measure.RATE: "",
    Measure.SECONDS: "（秒）",
    Measure.HOURS: "（工作小时）",
    Measure.COUNT: "",
    Measure.DECIMAL: "",
    Measure.PER_MILLE: "（‰）",
}

Cell = str | float | None


@dataclass(frozen=True)
class Column:
    label: str
    measure: Measure | None = None

    @property
    def heading(self) -> str:
        return self.label + (UNITS[self.measure] if self.measure else "")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`name` is what the audit trail and the file are called; `legend` explains every figure of the rows."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    legend: Sequence[tuple[str, str]]


def write(uow: UnitOfWork, sheet: Sheet, form: Format) -> bytes:
    require(uow.actor, Permission.REPORT_SEE)
    mark = f"导出人 {_who(uow)}，未经批准不得外传"
    rows = list(sheet.rows)
    uow.audit(f"report:{sheet.name}", "export", title=sheet.title, format=form, rows=len(rows))
    return xlsx(sheet, rows, mark) if form == "xlsx" else _csv(sheet, rows, mark)


def _who(uow: UnitOfWork) -> str:
    user = uow.session.get(User, uow.actor.user_id) if uow.actor.user_id else None
    return watermark(uow.actor.name, user.work_no if user else None, uow.now)


def xlsx(sheet: Sheet, rows: list[Sequence[Cell]], mark: str) -> bytes:
    file = io.BytesIO()
    # Texts stay texts: nothing that a person typed may become a formula or a link.
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        grey = book.add_format({"font_color": "#808080", "italic": True})
        formats = {measure: book.add_format({"num_format": text}) for measure, text in NUMBER_FORMATS.items()}
        page = book.add_worksheet("数据")
        page.set_footer(f"&L{mark}&R&P / &N")
        page.set_column(0, 0, 22)
        page.set_column(1, len(sheet.columns), 13)
        page.freeze_panes(3, 1)
        page.write_string(0, 0, sheet.title, bold)
        page.write_string(1, 0, mark, grey)
        for at, column in enumerate(sheet.columns):
            page.write_string(2, at, column.heading, bold)
        for line, row in enumerate(rows, start=3):
            for at, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
                page.write(line, at, cell, formats[column.measure] if column.measure else None)
        notes = book.add_worksheet("口径")
        notes.set_column(0, 0, 22)
        notes.set_column(1, 1, 110)
        for line, (label, text) in enumerate(sheet.legend):
            notes.write_string(line, 0, label, bold)
            notes.write_string(line, 1, text)
    return file.getvalue()


def _csv(sheet: Sheet, rows: list[Sequence[Cell]], mark: str) -> bytes:
    text = io.StringIO(BOM)
    text.seek(0, io.SEEK_END)
    out = csv.writer(text)
    out.writerow([sheet.title])
    out.writerow([mark])
    out.writerow([column.heading for column in sheet.columns])
    out.writerows([_plain(cell) for cell in row] for row in rows)
    out.writerow([])
    out.writerows([label, note] for label, note in sheet.legend)
    return text.getvalue().encode()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        # A spreadsheet would run a text that begins like a formula.
        return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
    return str(cell) if isinstance(cell, int) else f"{cell:.6g}"
