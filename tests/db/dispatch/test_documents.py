"""Supervision documents: numbered, filled from the template in use, and never telling the accused what was said."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordFile

from dispatch import documents, pdf_pages
from dispatch.models import SupervisionOrder
from dispatch.models_supervision import DocumentKind
from hotline.core.errors import NotFound, PermissionMissing
from hotline.core.identity import Role

from .conftest import City

MADE = datetime(2026, 9, 18, 8, 0, tzinfo=UTC)


def text_of(data: bytes) -> str:
    word = WordFile(io.BytesIO(data))
    return "\n".join(p.text for p in (*word.paragraphs, *word.sections[0].footer.paragraphs))


def issue(city: City, **case: Any) -> int:
    case_id = city.signed(**case)
    order = {
        "unit_id": city.units["zhujian"], "cause": "催办无果", "demand": "三日内办结",
        "joint_unit_ids": [city.units["shijian"]],
    }  # fmt: skip
    city.do(case_id, "supervise", Role.COORDINATOR, order)
    with city.uow() as uow:
        return uow.session.query(SupervisionOrder).one().id


def word_for(text: str) -> bytes:
    word = WordFile()
    word.add_paragraph(text)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def test_document_names_number_unit_case_and_day(city: City) -> None:
    order_id = issue(city)
    with city.uow(Role.COORDINATOR) as uow:
        name, data = documents.render(uow, order_id)
    text = text_of(data)
    assert name == "DB202609180001.docx"
    for part in (
        "督办单",
        "DB202609180001",
        "市住建局",
        "市市场监管局",
        "小区电梯停运",
        "三日内办结",
        "2026年09月18日",
    ):
        assert part in text
    assert "请于 2026年09月22日 17:30 前书面回复" in text
    assert "coordinator" in text
    assert "{{" not in text


def test_secret_case_keeps_its_title_out_of_documents(city: City) -> None:
    order_id = issue(city, secrecy="confidential")
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        assert "电梯" not in text_of(documents.render(uow, order_id)[1])


def test_citys_own_template_is_used_once_it_fills(city: City) -> None:
    order_id = issue(city)
    with city.uow(Role.COORDINATOR) as uow:
        documents.keep_template(uow, DocumentKind.SUPERVISION_ORDER, word_for("本市格式 {{ order_no }}"))
        assert text_of(documents.render(uow, order_id)[1]).startswith("本市格式 DB202609180001")


@pytest.mark.parametrize("data", [b"no word file", word_for("{{ order_no"), word_for("{% if %}")])
def test_broken_template_is_refused_with_the_fields(city: City, data: bytes) -> None:
    with pytest.raises(documents.TemplateBroken, match="order_no"), city.uow(Role.COORDINATOR) as uow:
        documents.keep_template(uow, DocumentKind.CRITICISM, data)


def test_documents_follow_the_scope_of_their_case(city: City) -> None:
    order_id = issue(city)
    with pytest.raises(NotFound), city.uow(Role.UNIT_HEAD, "chengguan") as uow:
        documents.render(uow, order_id)
    with pytest.raises(NotFound), city.uow(Role.COORDINATOR) as uow:
        documents.render(uow, 999_999)
    with pytest.raises(PermissionMissing), city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        documents.keep_template(uow, DocumentKind.CRITICISM, word_for("x"))


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_has_a_shipped_template_that_fills(kind: DocumentKind) -> None:
    values = dict.fromkeys((*documents.FIELDS, "watermark"), "样例")
    assert kind.label in text_of(documents._fill(documents.shipped_template(kind), values))


# -- PDF


def pdf_of(word: WordFile) -> bytes:
    out = io.BytesIO()
    word.save(out)
    font = pdf_pages.font_file(None)
    return pdf_pages.from_word(out.getvalue(), font=font, mark="张三 0007 2026-09-18 16:00", made_at=MADE)


def pages(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_document_comes_as_pdf_with_its_font_inside(city: City) -> None:
    order_id = issue(city)
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        name, data = documents.render(uow, order_id, "pdf")
    assert name == "DB202609180001.pdf"
    assert data.startswith(b"%PDF-")
    assert b"/FontFile2" in data
    assert pages(data) == 1


def test_long_document_with_a_table_runs_over_several_sheets() -> None:
    word = WordFile()
    word.add_paragraph("督办情况")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("单位", "件数", "市住建局", "12"), strict=True
    ):
        cell.text = text
    for _ in range(60):
        word.add_paragraph("现将有关情况通报如下，请认真整改并按期书面报告。")
    assert pages(pdf_of(word)) >= 2


def test_pdf_without_a_chinese_font_says_what_to_install(city: City, tmp_path: Path) -> None:
    with pytest.raises(pdf_pages.FontMissing, match="fonts-wqy-zenhei"):
        pdf_pages.font_file(tmp_path / "missing.ttf")
