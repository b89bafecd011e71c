"""A filled Word document as a PDF that cannot be retyped by the way: paragraphs, tables, footer, watermark on each page.

Typeset from the .docx itself, so that staff keep one template for both. Wants a font with Chinese characters; sizes
are points, lengths millimetres.
"""

import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length
from docx.table import Table
from docx.text.paragraph import Paragraph
from fpdf import FPDF
from fpdf.enums import Align, TextMode, WrapMode, XPos, YPos

from hotline.core.errors import DomainError

FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)
"""Where Debian and Ubuntu keep Chinese fonts (fonts-wqy-zenhei and the like)."""
TEXT_PT, SMALL_PT = 14.0, 9.0
LINE_SPACING, MM_PER_PT = 1.6, 25.4 / 72
MARGIN_MM, MARK_STEP_MM = 26, 70
_ALIGN = {
    WD_ALIGN_PARAGRAPH.CENTER: Align.C,
    WD_ALIGN_PARAGRAPH.RIGHT: Align.R,
    WD_ALIGN_PARAGRAPH.JUSTIFY: Align.J,
}


class FontMissing(DomainError):
    code, status = "document.font_missing", 503
    text = "本机没有中文字体，不能生成 PDF：请安装 fonts-wqy-zenhei 或设置 HOTLINE_DOCUMENT_FONT；可先下载 Word 文件"


def font_file(wanted: Path | None) -> Path:
    """The font that the settings name, otherwise the first of the usual places."""
    for path in [wanted] if wanted else map(Path, FONTS):
        if path.is_file():
            return path
    raise FontMissing()


class Pages(FPDF):
    """Sheets of A4 with a watermark under the text and the template's footer."""

    def __init__(self, font: Path, mark: str, foot: str) -> None:
        super().__init__(format="A4")
        self.mark, self.foot = mark, foot
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)
        self.add_font("text", fname=font)
        self.set_font("text", size=TEXT_PT)

    def header(self) -> None:
        with self.local_context(fill_opacity=0.08):
            self.set_font("text", size=SMALL_PT * 1.6)
            for y in range(40, int(self.h), MARK_STEP_MM):
                for x in range(10, int(self.w), MARK_STEP_MM + 20):
                    with self.rotation(30, x, y):
                        self.text(x, y, self.mark)
        self.set_y(MARGIN_MM)

    def footer(self) -> None:
        self.set_y(-MARGIN_MM * 0.7)
        self.set_font("text", size=SMALL_PT)
        self.cell(0, SMALL_PT, f"{self.foot}　第 {self.page_no()} 页", align=Align.C)


def from_word(data: bytes, *, font: Path, mark: str, made_at: datetime) -> bytes:
    word = docx.Document(io.BytesIO(data))
    pages = Pages(font, mark, " ".join(_footer(word)))
    pages.set_creation_date(made_at)
    pages.add_page()
    for block in word.iter_inner_content():
        if isinstance(block, Table):
            _table(pages, block)
        else:
            _paragraph(pages, block)
    return bytes(pages.output())


def _footer(word: WordFile) -> Iterable[str]:
    return (line.text for line in word.sections[0].footer.paragraphs if line.text)


def _paragraph(pages: Pages, line: Paragraph) -> None:
    size = _size(line)
    height = size * MM_PER_PT * LINE_SPACING
    pages.set_font("text", size=size)
    if not line.text.strip():
        return
    pages.ln(_mm(line.paragraph_format.space_before))
    bold = any(run.bold for run in line.runs)
    with pages.local_context(
        text_mode=TextMode.FILL_STROKE if bold else TextMode.FILL, line_width=size / 120
    ):
        pages.multi_cell(
            0, height, line.text, align=_ALIGN.get(line.alignment, Align.L) if line.alignment else Align.L,
            wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip
    pages.ln(_mm(line.paragraph_format.space_after))


def _mm(space: Length | None) -> float:
    return space.mm if space is not None else 0


def _size(line: Paragraph) -> float:
    """The largest size that somebody chose in the paragraph, otherwise that of official letters."""
    chosen = [run.font.size.pt for run in line.runs if run.font.size is not None]
    return max(chosen, default=TEXT_PT)


def _table(pages: Pages, table: Table) -> None:
    pages.set_font("text", size=TEXT_PT * 0.85)
    with pages.table(first_row_as_headings=False, line_height=TEXT_PT * MM_PER_PT * LINE_SPACING) as sheet:
        for row in table.rows:
            cells = sheet.row()
            for cell in row.cells:
                cells.cell(cell.text)
