"""Supervision documents as .docx or .pdf from templates that staff edit: numbered, with seal place and watermark.

A template is an ordinary Word file with `{{ fields }}` (docxtpl). The city's own file in `<data_dir>/documents/
<kind>.docx` wins over the shipped one, which is made here and can be taken as a start (`shipped_template`).
"""

import io
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

from docx import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docxtpl import DocxTemplate
from jinja2.exceptions import TemplateError

from dispatch import deadlines, pdf_pages
from dispatch.access import case_for, is_hotline
from dispatch.models_supervision import DocumentKind, SupervisionOrder
from dispatch.status import ClockName, Secrecy
from dispatch.views import is_told
from hotline.accounts.models import Unit
from hotline.core.clock import local
from hotline.core.errors import Invalid, NotFound
from hotline.core.identity import Permission, require
from hotline.core.privacy import watermark
from hotline.core.uow import UnitOfWork

FIELDS = (
    "order_no",
    "unit",
    "joint_units",
    "case_no",
    "title",
    "cause",
    "demand",
    "dated_on",
    "due",
    "level",
    "issuer",
)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF_TYPE = "application/pdf"
Kind = Literal["docx", "pdf"]


class TemplateBroken(Invalid):
    code, text = "document.template_broken", "模板有误：{trouble}；可用字段：{known}"


def shipped_template(kind: DocumentKind) -> bytes:
    """The plain template of a kind, with every field in its place."""
    word = WordFile()
    heading = word.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(kind.label)
    run.bold, run.font.size = True, Pt(22)
    number = word.add_paragraph("{{ order_no }}")
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number.paragraph_format.space_after = Pt(18)
    addressee = "{{ unit }}：" if kind.goes_to_unit else "纪检监察机关："
    about = "" if kind.goes_to_unit else "{{ unit }}承办的"
    for line in (
        addressee,
        f"　　关于{about}工单 {{{{ case_no }}}}“{{{{ title }}}}”，{{{{ cause }}}}。",
        "　　现要求：{{ demand }}。",
        "{% if joint_units %}　　联合督办单位：{{ joint_units }}。{% endif %}",
        "{% if due %}　　请于 {{ due }} 前书面回复。{% endif %}",
    ):
        word.add_paragraph(line)
    closing = word.add_paragraph("{{ issuer }}（盖章）\n{{ dated_on }}")
    closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    closing.paragraph_format.space_before = Pt(48)
    word.sections[0].footer.paragraphs[0].text = "{{ watermark }}"
    return _bytes(word)


def _bytes(word: Any) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _template_path(uow: UnitOfWork, kind: DocumentKind) -> Path:
    return uow.settings.data_dir / "documents" / f"{kind.value}.docx"


def has_own_template(uow: UnitOfWork, kind: DocumentKind) -> bool:
    return _template_path(uow, kind).is_file()


def template(uow: UnitOfWork, kind: DocumentKind) -> bytes:
    """The template in use: the city's own, otherwise the shipped one."""
    own = _template_path(uow, kind)
    return own.read_bytes() if own.is_file() else shipped_template(kind)


def keep_template(uow: UnitOfWork, kind: DocumentKind, data: bytes) -> None:
    """Replace a template, after it has been filled once with sample values."""
    require(uow.actor, Permission.ROUTING_EDIT)
    _fill(data, dict.fromkeys((*FIELDS, "watermark"), "样例"))
    path = _template_path(uow, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    uow.audit(f"template:{kind.value}", "keep_template", size=len(data))


def render(uow: UnitOfWork, order_id: int, kind: Kind = "docx") -> tuple[str, bytes]:
    """File name and content of a document, for who may see its case; taking it out is noted."""
    order = uow.session.get(SupervisionOrder, order_id)
    if order is None:
        raise NotFound()
    case = case_for(uow, order.case_id)
    if not (is_hotline(uow.actor) or is_told(uow, order)):
        raise NotFound()
    hidden = case.is_conduct and not is_hotline(uow.actor)
    mark = watermark(uow.actor.name, None, uow.now)
    names = {unit.id: unit.name for unit in uow.session.query(Unit)}
    content = _fill(
        template(uow, order.kind),
        {
            "order_no": order.order_no,
            "unit": names[order.unit_id],
            "joint_units": "、".join(names[unit_id] for unit_id in order.joint_unit_ids),
            "case_no": case.case_no,
            "title": "（内容保密）" if hidden or case.secrecy is not Secrecy.OPEN else case.title,
            "cause": order.cause,
            "demand": order.demand,
            "dated_on": f"{local(order.dated_at):%Y年%m月%d日}",
            "due": _due(uow, order),
            "level": order.level,
            "issuer": "12345 政务服务便民热线",
            "watermark": mark,
        },
    )
    if kind == "pdf":
        font = pdf_pages.font_file(uow.settings.document_font)
        content = pdf_pages.from_word(content, font=font, mark=mark, made_at=uow.now)
    uow.audit(f"case:{case.id}", "export", order_no=order.order_no, kind=kind)
    return f"{order.order_no}.{kind}", content


def _due(uow: UnitOfWork, order: SupervisionOrder) -> str:
    clock = deadlines.find_open(uow.session, order.case_id, ClockName.SUPERVISION, None, order.id)
    return f"{local(clock.due_at):%Y年%m月%d日 %H:%M}" if clock and clock.due_at else ""


def _fill(data: bytes, values: dict[str, Any]) -> bytes:
    try:
        word = DocxTemplate(io.BytesIO(data))
        word.render(values, autoescape=True)
    except (TemplateError, ValueError, KeyError, BadZipFile) as wrong:
        raise TemplateBroken(trouble=str(wrong)[:200], known="、".join(FIELDS)) from wrong
    return _bytes(word)
