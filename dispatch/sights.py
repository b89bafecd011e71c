"""Who saw what: every look at a case, every revealed field, every file and document taken out (§1.7, §9).

Read from the audit trail, for the security auditor only; a leak is traced from the case or from the person.
"""

from typing import Any

from sqlalchemy import select

from dispatch.models_case import Case
from hotline.accounts.models import User
from hotline.core.audit import AuditEntry
from hotline.core.errors import Invalid, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

SIGHTS = {
    "view": "查看",
    "reveal": "查看联系方式",
    "dial": "虚拟号码拨打",
    "download": "下载附件",
    "export": "导出",
}
SHOWN = 500


class PersonUnknown(NotFound):
    code, text = "sights.person_unknown", "没有账号或工号为“{who}”的人员"


class CaseUnknown(NotFound):
    code, text = "sights.case_unknown", "没有编号为“{case_no}”的工单"


def who_saw(uow: UnitOfWork, case_id: int) -> list[dict[str, Any]]:
    """Everybody who looked at a case or took something out of it, oldest first."""
    require(uow.actor, Permission.AUDIT_SEE)
    rows = uow.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == f"case:{case_id}", AuditEntry.action.in_(SIGHTS))
        .order_by(AuditEntry.seq)
    )
    return [_plain(row) for row in rows]


def find(uow: UnitOfWork, *, case_no: str | None, person: str | None) -> list[dict[str, Any]]:
    """Sights of a case, of a person (account or work number), or of the two together; the latest first."""
    require(uow.actor, Permission.AUDIT_SEE)
    if not case_no and not person:
        raise Invalid(fields=[{"field": "case_no", "reason": "请填写工单编号或人员账号"}])
    wanted = select(AuditEntry).where(AuditEntry.action.in_(SIGHTS), AuditEntry.subject.startswith("case:"))
    if case_no:
        case_id = uow.session.scalar(select(Case.id).where(Case.case_no == case_no.strip().upper()))
        if case_id is None:
            raise CaseUnknown(case_no=case_no)
        wanted = wanted.where(AuditEntry.subject == f"case:{case_id}")
    if person:
        wanted = wanted.where(AuditEntry.actor_id == _person(uow, person))
    uow.audit(f"user:{uow.actor.user_id}", "trace", case_no=case_no, person=person)
    rows = uow.session.scalars(wanted.order_by(AuditEntry.id.desc()).limit(SHOWN)).all()
    ids = {int(row.subject.partition(":")[2]) for row in rows}
    cases = uow.session.execute(select(Case.id, Case.case_no).where(Case.id.in_(ids)))
    numbers = {case.id: case.case_no for case in cases}
    return [_plain(row) | {"case_no": numbers.get(int(row.subject.partition(":")[2]))} for row in rows]


def _person(uow: UnitOfWork, who: str) -> int:
    user_id = uow.session.scalar(select(User.id).where((User.username == who) | (User.work_no == who)))
    if user_id is None:
        raise PersonUnknown(who=who)
    return user_id


def _plain(row: AuditEntry) -> dict[str, Any]:
    return {
        "at": row.at,
        "user_id": row.actor_id,
        "name": row.actor_name,
        "roles": row.roles,
        "unit_id": row.unit_id,
        "ip": row.ip,
        "action": row.action,
        "action_label": SIGHTS[row.action],
        "details": row.details,
    }
