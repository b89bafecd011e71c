"""Files of reports: texts never become formulas, numbers stay numbers, nothing is invented for an empty cell."""

import csv
import io

from openpyxl import load_workbook

from hotline.reports.export import Column, Sheet, _csv, xlsx
from hotline.reports.figures import Measure

EVIL = '=HYPERLINK("http://x")'
SHEET = Sheet(
    name="units",
    title="承办单位报表",
    columns=[Column("单位"), Column("满意率", Measure.RATE), Column("等待", Measure.SECONDS)],
    rows=[],
    legend=[("满意率", "满意数 ÷ 有效评价数")],
)
ROWS = [[EVIL, 0.95, 12.345678], ["市住建局", None, 3]]


def test_xlsx_when_a_text_looks_like_a_formula_then_it_stays_a_text():
    page = load_workbook(io.BytesIO(xlsx(SHEET, ROWS, "导出人")))["数据"]
    assert (page["A4"].value, page["A4"].data_type) == (EVIL, "s")
    assert (page["B4"].value, page["B4"].number_format) == (0.95, "0.0%")
    assert page["B5"].value is None
    assert [cell.value for cell in page[3]] == ["单位", "满意率", "等待（秒）"]
    assert page.oddFooter.left.text == "导出人"


def test_csv_when_a_text_looks_like_a_formula_then_it_is_quoted():
    rows = list(csv.reader(io.StringIO(_csv(SHEET, ROWS, "导出人").decode("utf-8-sig"))))
    assert rows[3] == ["'" + EVIL, "0.95", "12.3457"]
    assert rows[4] == ["市住建局", "", "3"]
    assert rows[-1] == ["满意率", "满意数 ÷ 有效评价数"]
