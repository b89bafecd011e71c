"""What citizens do with their own cases: submit, follow, add, urge, withdraw, rate, object, reopen.

A case is reached by its number and query code only. A wrong pair costs the same time as a right one and is counted;
the refusal is returned, not raised, because the count must be committed: the edge raises it afterwards.
"""

import hmac
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from dispatch import cases, query_codes, timeline
from dispatch.models_case import Attachment, Case
from dispatch.models_supervision import CodeAttempt
from dispatch.status import REFUSAL_ROUTES, CaseStatus
from dispatch.workflow import allowed_actions, move_case
from hotline.core.errors import DomainError, NotFound, TooMany
from hotline.core.uow import UnitOfWork

WINDOW = timedelta(hours=1)
MAX_WRONG_PER_CASE = 5
MAX_WRONG_PER_SOURCE = 30
ACTIONS = frozenset({"append", "urge", "ask_withdraw", "rate", "object_result", "object_refusal", "reopen"})
OWN_LIST = 50


class CodeWrong(NotFound):
    code, text = "citizen.code_wrong", "工单编号或查询码不对，请核对短信中的编号和 6 位查询码"


class TooManyTries(TooMany):
    code, text = "citizen.too_many_tries", "输错次数过多，请一小时后再试，或拨打 12345"


def submit(uow: UnitOfWork, data: dict[str, Any], proposed: dict[str, Any] | None = None) -> Case:
    """A case from the web, registered and handed in for review in one go; `proposed` is kept beside decisions."""
    case = cases.open_case(uow, data)
    case.suggestion = proposed
    return move_case(uow, case, "submit")


def find(
    uow: UnitOfWork, case_no: str, query_code: str, *, lock: bool = False, source: str | None = None
) -> Case | DomainError:
    """The case of a number and its code, or the refusal to be raised after the commit; `source`: who tries, where it
    is not the address of the actor."""
    source = source or uow.actor.ip
    case_no, query_code = case_no.strip().upper()[:40], query_code.strip()[:20]
    blocked = _blocked(uow, case_no, source)
    query = select(Case).where(Case.case_no == case_no)
    case = uow.session.scalar(query.with_for_update(of=Case) if lock else query)
    known = query_codes.code_of(uow.vault, case) if case is not None else "------"
    right = hmac.compare_digest(known.encode(), query_code.encode()) and case is not None
    uow.session.add(CodeAttempt(case_no=case_no, source=source, at=uow.now, right=right))
    if blocked:
        return TooManyTries()
    return case if right and case is not None else CodeWrong()


def _blocked(uow: UnitOfWork, case_no: str, source: str | None) -> bool:
    """Who guesses codes waits: per case, so that nobody finds one, and per source, so that nobody tries many. Callers
    who withhold their number are many people: only the case counts for them."""
    wrong = (CodeAttempt.at > uow.now - WINDOW) & CodeAttempt.right.is_(False)
    per_case = uow.session.scalar(select(func.count()).where(CodeAttempt.case_no == case_no, wrong))
    if (per_case or 0) >= MAX_WRONG_PER_CASE:
        return True
    if source is None:
        return False
    per_source = uow.session.scalar(select(func.count()).where(CodeAttempt.source == source, wrong))
    return (per_source or 0) >= MAX_WRONG_PER_SOURCE


def act(
    uow: UnitOfWork, case_no: str, query_code: str, action: str, payload: dict[str, Any] | None = None
) -> Case | DomainError:
    """One of `ACTIONS` on the citizen's own case."""
    if action not in ACTIONS:
        raise NotFound()
    case = find(uow, case_no, query_code, lock=True)
    return case if isinstance(case, DomainError) else move_case(uow, case, action, payload)


def progress(uow: UnitOfWork, case: Case) -> dict[str, Any]:
    """The citizen's page: where it is, who has it, until when, what happened, what can be done (§9)."""
    # A merged case goes the way of its lead; its own lines stay.
    leading = uow.session.get_one(Case, case.lead_case_id) if case.lead_case_id else case
    lines = timeline.for_citizen(uow.session, case)
    if leading is not case:
        lines += [
            line for line in timeline.for_citizen(uow.session, leading) if not lines or line.at > lines[-1].at
        ]
    return {
        "case_no": case.case_no,
        "title": case.title,
        "case_type": case.case_type and case.case_type.label,
        "status": case.status.value,
        "status_label": leading.status.label,
        "merged": leading is not case,
        "created_at": case.created_at,
        "holder": timeline.holder(uow.session, leading),
        "expected": timeline.expected(uow.session, leading),
        "reply": leading.public_reply if leading.status in _ANSWERED else None,
        "refusal": case.refusal_code and case.refusal_code.label,
        "route": case.refusal_code and REFUSAL_ROUTES[case.refusal_code],
        "first_satisfaction": case.first_satisfaction and case.first_satisfaction.label,
        "final_satisfaction": case.final_satisfaction and case.final_satisfaction.label,
        "units": timeline.unit_states(uow.session, leading),
        "timeline": [{"at": line.at, "text": line.text, "holder": line.holder} for line in lines],
        "actions": [offer for offer in allowed_actions(uow, case) if offer["name"] in ACTIONS],
    }


_ANSWERED = frozenset(
    {CaseStatus.FOLLOW_UP, CaseStatus.CLOSED, CaseStatus.DIRECT_CLOSED, CaseStatus.ARCHIVED}
)


def own_cases(uow: UnitOfWork, phone: str) -> list[Case]:
    """Cases of a phone number that the edge has verified by SMS code, newest first."""
    wanted = uow.vault.search_hash(phone)
    return list(
        uow.session.scalars(
            select(Case)
            .where(
                (Case.contact_no_hash == wanted) | (Case.caller_no_hash == wanted),
                Case.status != CaseStatus.DRAFT,
            )
            .order_by(Case.id.desc())
            .limit(OWN_LIST)
        )
    )


def attachments(uow: UnitOfWork, case: Case) -> list[Attachment]:
    """Files that the citizen sent or may see."""
    return list(
        uow.session.scalars(
            select(Attachment)
            .where(Attachment.case_id == case.id, Attachment.citizen_may_see)
            .order_by(Attachment.id)
        )
    )


def attachment(uow: UnitOfWork, case: Case, attachment_id: str) -> Attachment | None:
    """One of those files; taking it out is noted."""
    row = next((row for row in attachments(uow, case) if str(row.id) == attachment_id), None)
    if row is not None:
        uow.audit(f"case:{case.id}", "download", attachment_id=row.id)
    return row
