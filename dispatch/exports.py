"""Cases out of the house only with approval: asked for with a reason, let by another person, taken under watermark.

What is taken holds no identity of citizens. Each case in it keeps the taking in its own trail, so that a leak can be
traced from the case (`sights`).
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dispatch import worklists
from dispatch.models_exports import ExportRequest
from dispatch.models_moves import Decision
from hotline.core.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

MOST_CASES = 5000
PAGE = 200
OPEN_FOR = timedelta(hours=24)
MOST_TAKES = 3
SHOWN = 100


class OwnRequest(NotAllowed):
    code, text = "export.own_request", "导出申请须由另一人审批"


class RequestDecided(Conflict):
    code, text = "export.decided", "此导出申请已处理：{decision}"


class NotLet(Conflict):
    code, text = "export.not_let", "导出申请尚未批准或已被驳回"


class Over(Conflict):
    code, text = "export.over", "批准后 24 小时内可下载 3 次，现已失效，请重新申请"


def ask(
    uow: UnitOfWork, *, list_name: str, q: str | None, filters: Mapping[str, str], reason: str
) -> ExportRequest:
    """A request over what the list holds now; only lists of the own role can be asked for."""
    require(uow.actor, Permission.CASE_EXPORT)
    found = sum(1 for _ in _rows(uow, list_name, q, filters))
    if not found:
        raise Invalid(fields=[{"field": "list", "reason": "没有符合条件的工单"}])
    if found > MOST_CASES:
        raise Invalid(fields=[{"field": "list", "reason": f"超过 {MOST_CASES} 件，请缩小范围后再申请"}])
    row = ExportRequest(
        list_name=list_name,
        list_label=worklists.LISTS[list_name].label,
        q=q,
        filters=dict(filters),
        reason=reason,
        found=found,
        asked_by_id=uow.actor.user_id,
        asked_at=uow.now,
        decision=Decision.OPEN,
        takes=0,
    )
    uow.session.add(row)
    uow.session.flush()  # the trail names it by its id
    uow.audit(
        f"export:{row.id}", "ask", list=list_name, q=q, filters=dict(filters), reason=reason, found=found
    )
    return row


def decide(uow: UnitOfWork, request_id: int, *, approve: bool, reason: str) -> ExportRequest:
    require(uow.actor, Permission.EXPORT_APPROVE)
    row = _locked(uow, request_id)
    if row.asked_by_id == uow.actor.user_id:
        raise OwnRequest()
    if row.decision is not Decision.OPEN:
        raise RequestDecided(decision=row.decision.label)
    row.decision = Decision.GRANTED if approve else Decision.REFUSED
    row.decided_by_id, row.decided_at, row.decision_reason = uow.actor.user_id, uow.now, reason
    uow.audit(f"export:{row.id}", "decide", approved=approve, reason=reason)
    return row


def requests(uow: UnitOfWork) -> list[ExportRequest]:
    """All of them for who decides, the own ones for who asks; the latest first."""
    wanted = select(ExportRequest).order_by(ExportRequest.id.desc()).limit(SHOWN)
    if not uow.actor.may(Permission.EXPORT_APPROVE):
        require(uow.actor, Permission.CASE_EXPORT)
        wanted = wanted.where(ExportRequest.asked_by_id == uow.actor.user_id)
    return list(uow.session.scalars(wanted))


def may_take(uow: UnitOfWork, row: ExportRequest) -> bool:
    return (
        row.asked_by_id == uow.actor.user_id
        and row.decision is Decision.GRANTED
        and row.decided_at is not None
        and uow.now - row.decided_at < OPEN_FOR
        and row.takes < MOST_TAKES
    )


def take(uow: UnitOfWork, request_id: int) -> tuple[ExportRequest, list[dict[str, Any]]]:
    """The cases of an approved request as its asker may see them, at most as many as were approved."""
    require(uow.actor, Permission.CASE_EXPORT)
    row = _locked(uow, request_id)
    if row.asked_by_id != uow.actor.user_id:
        raise NotFound()
    if row.decision is not Decision.GRANTED:
        raise NotLet()
    if not may_take(uow, row):
        raise Over()
    found = [
        case for case, _ in zip(_rows(uow, row.list_name, row.q, row.filters), range(row.found), strict=False)
    ]
    row.takes, row.last_taken_at = row.takes + 1, uow.now
    uow.audit(f"export:{row.id}", "take", cases=len(found), takes=row.takes)
    for case in found:
        uow.audit(f"case:{case['id']}", "export", export_request=row.id)
    return row, found


def _rows(
    uow: UnitOfWork, list_name: str, q: str | None, filters: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Rows of the list page by page, one more than may be taken."""
    cursor, seen = None, 0
    while seen <= MOST_CASES:
        page = worklists.page(uow, list_name, q=q, filters=filters, cursor=cursor, size=PAGE)
        yield from page["rows"]
        seen, cursor = seen + len(page["rows"]), page["cursor"]
        if cursor is None:
            return


def _locked(uow: UnitOfWork, request_id: int) -> ExportRequest:
    row = uow.session.get(ExportRequest, request_id, with_for_update=True)
    if row is None:
        raise NotFound()
    return row
