"""The plan of 回访: who is called, who only gets a message, and closing what nobody needs to be called about.

100 % of complaints, reports, reworked, supervised and repeated cases are asked; of the others a sample (DOMAIN §1.6).
The citizen is asked by SMS first; who answers "satisfied and solved" need not be called. A case outside the sample
closes by itself when its follow-up limit ends without a word from the citizen.
"""

import hashlib
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.models_case import Case
from dispatch.models_supervision import CitizenRating, FollowUp
from dispatch.status import CaseType, Satisfaction, Solved

SAMPLE_PERCENT = {CaseType.CONSULTATION: 30, CaseType.PRAISE: 30, CaseType.SUGGESTION: 50}
ALWAYS = frozenset({CaseType.COMPLAINT, CaseType.REPORT, CaseType.REQUEST})


class Plan(StrEnum):
    CALL = "call"
    MESSAGE_ONLY = "message_only"
    ANSWERED = "answered"


PLAN_LABELS = {Plan.CALL: "须回访", Plan.MESSAGE_ONLY: "短信回访（未抽中）", Plan.ANSWERED: "已自助评价"}


def in_sample(case: Case) -> bool:
    """Fixed for a case, so that asking twice draws the same lot; nobody can pick whom to leave out."""
    percent = SAMPLE_PERCENT.get(case.case_type) if case.case_type else None
    if percent is None or case.rework_count or case.is_supervised or case.urge_count or case.is_repeat:
        return True
    lot = int.from_bytes(hashlib.sha256(case.case_no.encode()).digest()[:4], "big")
    return lot % 100 < percent


def plan(session: Session, case: Case) -> Plan:
    """What is left to do for a case that waits for its follow-up."""
    rating = session.scalar(
        select(CitizenRating)
        .where(CitizenRating.case_id == case.id)
        .order_by(CitizenRating.id.desc())
        .limit(1)
    )
    happy = (
        rating is not None
        and rating.satisfaction is not Satisfaction.DISSATISFIED
        and rating.solved in (Solved.YES, None)
    )
    if rating is not None and not happy:
        return Plan.CALL
    if rating is not None and case.submitted_at is not None and rating.at >= case.submitted_at:
        return Plan.ANSWERED
    return Plan.CALL if in_sample(case) else Plan.MESSAGE_ONLY


def history(session: Session, case_id: int) -> list[dict[str, Any]]:
    """Every attempt with its answers, first and later ratings side by side."""
    rows = session.scalars(select(FollowUp).where(FollowUp.case_id == case_id).order_by(FollowUp.id))
    return [
        {
            "attempt_no": row.attempt_no,
            "via": row.via,
            "at": row.at,
            "reached": row.reached,
            "call_id": row.call_id,
            "staff_contacted": row.staff_contacted,
            "truthful": row.truthful,
            "solved": row.solved and row.solved.label,
            "satisfaction": row.satisfaction and row.satisfaction.label,
            "reason": row.reason,
            "opinion": row.opinion,
        }
        for row in rows
    ]
