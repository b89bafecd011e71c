"""A unit's reply checked before it is taken: what the reader found goes with the result, whatever the sender claims.

Blocking findings stop the reply, warnings must be explained (`dispatch` decides so); hints are for the auditor.
"""

from typing import Any

from sqlalchemy import select

from classifier import replies
from dispatch.access import case_for, own_parts
from dispatch.models_case import Assignment, Case
from hotline.core.uow import UnitOfWork

SUBMIT = "submit_result"
EARLIER = 40


def findings(uow: UnitOfWork, case: Case, reply: str) -> list[dict[str, Any]]:
    """What the checks say of a reply to this case, gravest first."""
    demand = "\n".join([case.demand, *case.demands])
    hazard = bool(case.risk_words)
    found = replies.check(demand, reply, facts=case.facts, earlier=_earlier(uow, case), hazard=hazard)
    return [
        {
            "level": finding.severity,
            "code": finding.code,
            "text": f"{finding.label}：{finding.reason}",
            "passage": finding.passage,
            "source": finding.source,
        }
        for finding in found
    ]


def with_findings(uow: UnitOfWork, case_id: int, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a move; that of a result carries our findings and never the sender's."""
    reply = payload.get("public_reply")
    if action != SUBMIT or not isinstance(reply, str):
        return payload
    return payload | {"reply_findings": findings(uow, case_for(uow, case_id), reply)}


def _earlier(uow: UnitOfWork, case: Case) -> list[str]:
    """The latest replies of the unit to other cases."""
    units = {part.unit_id for part in own_parts(uow.actor, case)}
    if not units:
        return []
    return list(
        uow.session.scalars(
            select(Assignment.public_reply)
            .where(
                Assignment.unit_id.in_(units),
                Assignment.case_id != case.id,
                Assignment.public_reply.is_not(None),
            )
            .order_by(Assignment.replied_at.desc())
            .limit(EARLIER)
        )
    )
