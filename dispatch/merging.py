"""并案 and splitting: several cases about one event follow a lead case; one case with several demands becomes several.

A follower's citizen gets the lead's reply and own evaluation; the unit is scored once (DOMAIN §1.7).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from dispatch import numbering, search
from dispatch.access import scope
from dispatch.models_case import Case
from dispatch.status import LIVE, CaseStatus
from hotline.core.uow import UnitOfWork

SIMILAR_WINDOW = timedelta(days=90)
SIMILAR_SHOWN = 10
SCORED_ONCE = "并案从单，不重复计分"
_COPIED = (
    "channel", "access_number", "branch", "call_id", "agent_id", "identity_cipher", "identity_masked", "name_hash",
    "caller_no_hash", "contact_no_hash", "id_no_hash", "sex", "caller_kind", "company", "company_code",
    "home_area_code", "labels", "anonymous", "secrecy", "secrecy_asked", "contact_times", "case_type",
    "category_code", "title", "facts", "keywords", "event_at", "area_code", "address", "longitude", "latitude", "grid_code",
    "target_name", "target_phone", "target_unit_id", "urgency", "difficulty", "is_conduct",
)  # fmt: skip


def follow(case: Case, lead: Case) -> None:
    case.lead_case_id = lead.id
    case.is_repeat = True
    case.excluded_from_score, case.exclusion_reason = True, SCORED_ONCE


def unfollow(case: Case) -> None:
    case.lead_case_id = None
    case.is_repeat = False
    case.excluded_from_score, case.exclusion_reason = False, None


def followers(session: Session, case_id: int) -> Sequence[Case]:
    return session.scalars(select(Case).where(Case.lead_case_id == case_id).order_by(Case.id)).all()


def split(uow: UnitOfWork, case: Case, parts: list[str]) -> list[Case]:
    """The case keeps the first demand; every other becomes a case of its own, linked to it."""
    case.demand, case.demands = parts[0], []
    made = []
    for demand in parts[1:]:
        part = Case(
            **{name: getattr(case, name) for name in _COPIED},
            status=CaseStatus.PENDING_REVIEW,
            query_salt=case.query_salt,
            old_case_id=case.id,
            demand=demand,
            accepted_at=case.accepted_at,
            created_at=uow.now,
            updated_at=uow.now,
            created_by_id=uow.actor.user_id,
        )
        numbering.give_number(uow, part)
        part.search = search.document(part)
        uow.session.add(part)
        made.append(part)
    uow.session.flush()  # the event of the split names the new cases
    return made


def similar(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    """Cases that may be about the same matter, each with its reason: same caller, same place and class (§1.7)."""
    since = uow.now - SIMILAR_WINDOW
    reasons: dict[int, list[str]] = {}
    found: dict[int, Case] = {}
    for reason, condition in _likeness(case):
        rows = uow.session.scalars(
            select(Case)
            .where(
                condition,
                Case.id != case.id,
                Case.created_at > since,
                Case.status != CaseStatus.DRAFT,
                scope(uow),
            )
            .order_by(Case.id.desc())
            .limit(SIMILAR_SHOWN)
        )
        for row in rows:
            found[row.id] = row
            reasons.setdefault(row.id, []).append(reason)
    ranked = sorted(found.values(), key=lambda row: (-len(reasons[row.id]), -row.id))
    return [
        {
            "id": row.id, "case_no": row.case_no, "title": row.title, "status": row.status.value,
            "status_label": row.status.label, "created_at": row.created_at, "reasons": reasons[row.id],
            "live": row.status in LIVE,
        }
        for row in ranked[:SIMILAR_SHOWN]
    ]  # fmt: skip


def _likeness(case: Case) -> list[tuple[str, ColumnElement[bool]]]:
    pairs: list[tuple[str, ColumnElement[bool]]] = []
    for number in {case.caller_no_hash, case.contact_no_hash} - {None}:
        pairs.append(("同一诉求人", or_(Case.caller_no_hash == number, Case.contact_no_hash == number)))
    if case.area_code and case.category_code:
        place = (Case.area_code == case.area_code) & (Case.category_code == case.category_code)
        pairs.append(("同一地点同类诉求", place))
    return pairs
