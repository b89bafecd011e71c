"""Words for SMS to citizens and cards to units: what a durable handler sends after an event (`hotline.subscribers`).

Texts are short and plain; a text never carries identity data of anybody.
"""

from dataclasses import dataclass

from sqlalchemy import select

from dispatch.cases import identity_of
from dispatch.models_case import Case, CaseEvent
from dispatch.timeline import expected
from hotline.core.uow import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Sms:
    to: str
    text: str


def to_citizen(uow: UnitOfWork, case_id: int, version: int, *, public_url: str = "") -> Sms | None:
    """The SMS about one move of a case; None where nobody is to be told or can be reached."""
    case = uow.session.get_one(Case, case_id)
    line = uow.session.scalar(
        select(CaseEvent)
        .where(
            CaseEvent.case_id == case_id, CaseEvent.version == version, CaseEvent.citizen_text.is_not(None)
        )
        .order_by(CaseEvent.id)
        .limit(1)
    )
    number = phone_of(uow, case)
    if line is None or number is None:
        return None
    parts = [f"【12345热线】您的诉求 {case.case_no}：{line.citizen_text}。"]
    until = expected(uow.session, case)
    if until and line.action in ("dispatch", "sign", "extend", "designate", "rework", "reopen"):
        parts.append(f"{until}。")
    if line.action == "accept":
        parts.append(f"查询码 {case.query_code}。")
    if line.action == "close":
        parts.append("请对办理结果作出评价。")
    if public_url:
        parts.append(f"查询：{public_url}/progress")
    return Sms(to=number, text="".join(parts))


def phone_of(uow: UnitOfWork, case: Case) -> str | None:
    """Where the citizen wants to be reached; nobody is reached in an anonymous case."""
    if case.anonymous:
        return None
    identity = identity_of(uow, case)
    return identity.get("contact_no") or identity.get("caller_no")
