"""Supervision over HTTP: documents to units and their templates, the morning list of buck-passing, instructions."""

import io
from datetime import datetime, timedelta
from typing import Any

from flask import Response, send_file
from flask_openapi3.models.file import FileStorage
from pydantic import Field
from werkzeug.datastructures import FileStorage as Sent

from dispatch import buck_passing, documents, exclusions, order_list
from dispatch.models_supervision import DocumentKind, OrderState
from dispatch.order_list import OrderFilter
from hotline.core.errors import Invalid
from hotline.core.identity import Permission
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("supervision", "督办")
SEE, STAFFED = Permission.SUPERVISION_SEE, Permission.ROUTING_EDIT
MAX_TEMPLATE = 5 << 20
FILE = {"schema": {"type": "string", "format": "binary"}}
WORD = {"description": "Word 文件", "content": {documents.MEDIA_TYPE: FILE}}
DOCUMENT = {
    "description": "Word 或 PDF 文件",
    "content": {documents.MEDIA_TYPE: FILE, documents.PDF_TYPE: FILE},
}
MEDIA_TYPES = {"docx": documents.MEDIA_TYPE, "pdf": documents.PDF_TYPE}


class OrderQuery(Incoming):
    kind: DocumentKind | None = None
    state: OrderState | None = None
    unit_id: Id | None = None
    waits: bool = Field(False, description="only what still waits for an answer or for a word on it")
    cursor: Id | None = None


class OrderRow(Outgoing):
    id: int
    order_no: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    case_id: int
    case_no: str
    title: str
    unit: str
    level: int
    cause: str
    demand: str
    dated_at: datetime
    due_at: datetime | None
    overdue: bool
    answered_at: datetime | None
    closed_at: datetime | None


class Orders(Outgoing):
    items: list[OrderRow]
    next_cursor: int | None


class OrderPath(Incoming):
    order_id: Id


class DocumentQuery(Incoming):
    kind: documents.Kind = "docx"


class CursorQuery(Incoming):
    cursor: Id | None = None


class InstructionRow(Outgoing):
    id: int
    at: datetime
    leader_name: str
    text: str
    case_id: int
    case_no: str
    title: str
    status_label: str
    order_no: str | None


class Instructions(Outgoing):
    items: list[InstructionRow]
    next_cursor: int | None


class SignalOut(Outgoing):
    """One sign of buck-passing; `evidence` says what it rests on."""

    name: str
    label: str
    points: int
    unit_id: int | None
    unit: str | None
    evidence: str


class SuspectOut(Outgoing):
    case_id: int
    case_no: str
    title: str
    score: int
    at: datetime
    signals: list[SignalOut]


class UnitScoreOut(Outgoing):
    unit_id: int
    unit: str
    points: int
    cases: int


class MorningList(Outgoing):
    """Cases since yesterday, worst first; `units`: points of the last 30 days, for who may see reports."""

    order_at: int = Field(description="score from which a supervision order goes out by itself")
    items: list[SuspectOut]
    units: list[UnitScoreOut]


class TemplateRow(Outgoing):
    kind: str
    label: str
    own: bool = Field(description="the city's own file is in use")


class TemplateList(Outgoing):
    items: list[TemplateRow]
    fields: list[str] = Field(description="what a template may name in {{ }}")


class KindPath(Incoming):
    kind: DocumentKind


class TemplateForm(Incoming):
    file: FileStorage


class ExclusionRow(Outgoing):
    """One line of the ledger of cases that no unit is scored by."""

    id: int
    case_no: str
    unit: str | None
    reason: str
    asked_at: datetime
    asked_by: str | None
    decision: str
    decision_label: str
    decided_at: datetime | None
    decided_by: str | None


class Exclusions(Outgoing):
    items: list[ExclusionRow]
    next_cursor: int | None


def _page(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int | None]:
    shown = rows[: order_list.PAGE]
    return shown, shown[-1]["id"] if len(rows) > order_list.PAGE else None


@bp.get("/supervision/orders", responses={200: Orders})
@opens_to(SEE)
def orders(query: OrderQuery) -> Response:
    """Supervision documents, the latest first; a unit sees its own."""
    wanted = OrderFilter(kind=query.kind, state=query.state, unit_id=query.unit_id, waits=query.waits)
    with open_uow() as uow:
        rows, following = _page(order_list.orders(uow, wanted, query.cursor))
    return reply(Orders(items=[OrderRow(**row) for row in rows], next_cursor=following))


@bp.get("/supervision/orders/<int:order_id>/document", responses={200: DOCUMENT})
@opens_to(SEE)
def document(path: OrderPath, query: DocumentQuery) -> Response:
    """The document as a Word or PDF file with number and watermark; taking it out is noted."""
    with open_uow() as uow:
        name, content = documents.render(uow, path.order_id, query.kind)
    return send_file(
        io.BytesIO(content), mimetype=MEDIA_TYPES[query.kind], as_attachment=True, download_name=name
    )


@bp.get("/supervision/exclusions", responses={200: Exclusions})
@opens_to(SEE)
def exclusion_ledger(query: CursorQuery) -> Response:
    """The ledger of 不计考核, open to every unit: who asked, who decided, why."""
    with open_uow() as uow:
        rows, following = _page(exclusions.ledger(uow, query.cursor))
    return reply(Exclusions(items=[ExclusionRow(**row) for row in rows], next_cursor=following))


@bp.get("/supervision/instructions", responses={200: Instructions})
@opens_to(STAFFED)
def instructions(query: CursorQuery) -> Response:
    with open_uow() as uow:
        rows, following = _page(order_list.instructions(uow, query.cursor))
    return reply(Instructions(items=[InstructionRow(**row) for row in rows], next_cursor=following))


@bp.get("/supervision/buck_passing", responses={200: MorningList})
@opens_to(STAFFED)
def morning_list() -> Response:
    """What the detector of 推诿扯皮 found since yesterday, each signal with its evidence."""
    with open_uow() as uow:
        items = buck_passing.morning_list(uow)
        since = uow.now - timedelta(days=30)
        scores = buck_passing.unit_scores(uow, since) if uow.actor.may(Permission.REPORT_SEE) else []
    return reply(
        MorningList.model_validate({"order_at": buck_passing.ORDER_AT, "items": items, "units": scores})
    )


@bp.get("/supervision/templates", responses={200: TemplateList})
@opens_to(STAFFED)
def templates() -> Response:
    with open_uow() as uow:
        items = [
            TemplateRow(kind=kind.value, label=kind.label, own=documents.has_own_template(uow, kind))
            for kind in DocumentKind
        ]
    return reply(TemplateList(items=items, fields=[*documents.FIELDS, "watermark"]))


@bp.get("/supervision/templates/<kind>", responses={200: WORD})
@opens_to(STAFFED)
def take_template(path: KindPath) -> Response:
    """The template in use, as a start for an own one."""
    with open_uow() as uow:
        content = documents.template(uow, path.kind)
    name = f"{path.kind.label}.docx"
    return send_file(
        io.BytesIO(content), mimetype=documents.MEDIA_TYPE, as_attachment=True, download_name=name
    )


@bp.post("/supervision/templates/<kind>", responses={200: Done})
@opens_to(STAFFED)
def keep_template(path: KindPath, form: TemplateForm) -> Response:
    """Replace a template after it has been filled once; a broken one is refused with its fault."""
    data = form.file.stream.read(MAX_TEMPLATE + 1) if isinstance(form.file, Sent) else b""
    if not data or len(data) > MAX_TEMPLATE:
        raise Invalid(
            [{"field": "file", "reason": f"请上传不超过 {MAX_TEMPLATE >> 20} MB 的 Word 文件（.docx）"}]
        )
    with open_uow() as uow:
        documents.keep_template(uow, path.kind, data)
    return reply(Done())
