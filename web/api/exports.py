"""Exports over HTTP: ask, let another person decide, take the watermarked file."""

import io
from datetime import datetime

from flask import Response, send_file
from pydantic import Field

from dispatch import exports
from dispatch.models_exports import ExportRequest
from dispatch.status import CaseStatus, CaseType, Urgency
from hotline.accounts.models import User
from hotline.core.clock import local
from hotline.core.identity import Permission
from hotline.core.privacy import watermark
from hotline.core.uow import UnitOfWork
from hotline.reports import export as sheets
from hotline.reports.export import MEDIA_TYPES, Cell, Column, Sheet
from web.api import names
from web.api.case_schemas import CaseRow
from web.api.case_view import rows_out
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("exports", "导出审批")
ASK, DECIDE = Permission.CASE_EXPORT, Permission.EXPORT_APPROVE
XLSX = {
    "description": "带水印的工单清单",
    "content": {MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}}},
}
COLUMNS = (
    "工单编号", "标题", "诉求类型", "诉求分类", "区域", "紧急程度", "状态", "当前承办", "登记时间", "时限", "重办次数", "催办次数",
)  # fmt: skip


class AskIn(Incoming):
    list: str = Field(max_length=40, description="name of a work list, see cases/lists")
    q: str | None = Field(None, max_length=200)
    case_type: CaseType | None = None
    urgency: Urgency | None = None
    status: CaseStatus | None = None
    reason: str = Field(min_length=4, max_length=500)


class DecideIn(Incoming):
    approve: bool
    reason: str = Field(min_length=2, max_length=500)


class RequestPath(Incoming):
    request_id: Id


class RequestOut(Outgoing):
    """`may_decide`, `may_take`: what this person can do with it now."""

    id: int
    list_label: str
    q: str | None
    filters: dict[str, str]
    reason: str
    found: int
    asked_by: str | None
    asked_at: datetime
    decision: str
    decision_label: str
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    takes: int
    may_decide: bool
    may_take: bool


class Requests(Outgoing):
    items: list[RequestOut]


@bp.get("/exports", responses={200: Requests})
@opens_to(ASK, DECIDE)
def listing() -> Response:
    """Own requests, or all for whoever decides; the latest first."""
    with open_uow() as uow:
        return reply(Requests(items=_out(uow, exports.requests(uow))))


@bp.post("/exports", responses={201: RequestOut})
@opens_to(ASK)
def ask(body: AskIn) -> Response:
    """Ask for the cases of a work list with its filters; nothing leaves before another person agrees."""
    chosen = {"case_type": body.case_type, "urgency": body.urgency, "status": body.status}
    filters = {name: value.value for name, value in chosen.items() if value is not None}
    with open_uow() as uow:
        row = exports.ask(uow, list_name=body.list, q=body.q, filters=filters, reason=body.reason)
        return reply(_out(uow, [row])[0], 201)


@bp.post("/exports/<int:request_id>/decide", responses={200: RequestOut})
@opens_to(DECIDE)
def decide(path: RequestPath, body: DecideIn) -> Response:
    with open_uow() as uow:
        row = exports.decide(uow, path.request_id, approve=body.approve, reason=body.reason)
        return reply(_out(uow, [row])[0])


@bp.get("/exports/<int:request_id>/file", responses={200: XLSX})
@opens_to(ASK)
def take(path: RequestPath) -> Response:
    """The file, for who asked, three times within a day; each case in it keeps the taking in its trail."""
    with open_uow() as uow:
        row, found = exports.take(uow, path.request_id)
        user = uow.session.get_one(User, uow.actor.user_id)
        mark = f"导出申请 {row.id}：{watermark(user.name, user.work_no, uow.now)}，未经批准不得外传"
        content = _file(row, rows_out(uow, found), mark)
        name = f"工单导出-{row.id}.xlsx"
    return send_file(
        io.BytesIO(content), mimetype=MEDIA_TYPES["xlsx"], as_attachment=True, download_name=name
    )


def _file(row: ExportRequest, cases: list[CaseRow], mark: str) -> bytes:
    sheet = Sheet(
        name="cases",
        title=f"工单清单（{row.list_label}，{len(cases)} 件）",
        columns=[Column(label) for label in COLUMNS],
        rows=[],
        legend=[("导出理由", row.reason), ("审批意见", row.decision_reason or "")],
    )
    return sheets.xlsx(sheet, [_cells(case) for case in cases], mark)


def _cells(case: CaseRow) -> list[Cell]:
    due = f"{local(case.due_at):%Y-%m-%d %H:%M}" if case.due_at else None
    return [
        case.case_no, case.title, case.case_type_label, case.category, case.area, case.urgency_label,
        case.status_label, case.holder, f"{local(case.created_at):%Y-%m-%d %H:%M}", due, case.rework_count,
        case.urge_count,
    ]  # fmt: skip


def _out(uow: UnitOfWork, rows: list[ExportRequest]) -> list[RequestOut]:
    people = names.people(uow, (user for row in rows for user in (row.asked_by_id, row.decided_by_id)))
    decides = uow.actor.may(DECIDE)
    return [
        RequestOut(
            id=row.id,
            list_label=row.list_label,
            q=row.q,
            filters=row.filters,
            reason=row.reason,
            found=row.found,
            asked_by=people.get(row.asked_by_id),
            asked_at=row.asked_at,
            decision=row.decision.value,
            decision_label=row.decision.label,
            decided_by=people.get(row.decided_by_id),
            decided_at=row.decided_at,
            decision_reason=row.decision_reason,
            takes=row.takes,
            may_decide=decides and row.decided_at is None and row.asked_by_id != uow.actor.user_id,
            may_take=exports.may_take(uow, row),
        )
        for row in rows
    ]
