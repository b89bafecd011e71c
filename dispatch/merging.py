"""并案 and splitting: several cases about one event follow a lead case; one case with several demands becomes several.

A follower's citizen gets the lead's reply and own evaluation; the unit is scored once (DOMAIN §1.7).
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.models_case import Case
from dispatch.status import CaseStatus
from hotline.core import numbers
from hotline.core.clock import local_date
from hotline.core.uow import UnitOfWork

SCORED_ONCE = "并案从单，不重复计分"
_COPIED = (
    "channel", "access_number", "branch", "call_id", "agent_id", "identity_cipher", "identity_masked", "name_hash",
    "caller_no_hash", "contact_no_hash", "id_no_hash", "sex", "caller_kind", "company", "company_code",
    "home_area_code", "labels", "anonymous", "secrecy", "secrecy_asked", "contact_times", "case_type",
    "category_code", "title", "facts", "event_at", "area_code", "address", "longitude", "latitude", "grid_code",
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
    day = local_date(uow.now)
    for demand in parts[1:]:
        sequence = numbers.next_in_day(uow.session, "case", day)
        part = Case(
            **{name: getattr(case, name) for name in _COPIED},
            status=CaseStatus.PENDING_REVIEW,
            case_no=numbers.case_no(uow.settings.number_prefix, day, sequence),
            query_code=case.query_code,
            old_case_id=case.id,
            demand=demand,
            accepted_at=case.accepted_at,
            created_at=uow.now,
            updated_at=uow.now,
            created_by_id=uow.actor.user_id,
        )
        uow.session.add(part)
        made.append(part)
    uow.session.flush()  # the event of the split names the new cases
    return made
