"""The caller's card: who rings, what they asked before, what is still open, what else happened at the same place.

Read-only. Names and numbers are masked; strictly secret cases show only that they exist to their own agent's eyes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from dispatch import deadlines, timeline
from dispatch.models import Case, Category
from dispatch.status import LIVE, CaseStatus, Secrecy
from hotline.accounts.models import Area
from hotline.core.clock import local_date, local_instant
from hotline.core.identity import Permission, require
from hotline.core.privacy import mask_phone
from hotline.core.uow import UnitOfWork
from telephony import calls
from telephony.models import Call

HISTORY = 10
SAME_PLACE_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One case in one line; `expected` says who answers until when."""

    id: int
    case_no: str
    title: str
    status: str
    status_label: str
    category: str | None
    created_at: datetime
    holder: str
    expected: str | None
    light: str
    rating: str | None


@dataclass(frozen=True, kw_only=True)
class Card:
    call_id: int | None
    number_masked: str
    name: str | None
    home_area: str | None
    labels: list[str]
    anonymous_before: bool
    calls_today: int
    last_call_at: datetime | None
    last_rating: str | None
    open_cases: list[CaseLine]
    history: list[CaseLine]
    same_place: list[CaseLine]


def card_of_call(uow: UnitOfWork, call_id: int) -> Card:
    """The card of a call that the actor may see."""
    require(uow.actor, Permission.CALLER_CARD_SEE)
    call = calls.visible(uow, call_id)
    return _card(uow, call.number_hash, call.number_masked, call)


def card_of_number(uow: UnitOfWork, number: str) -> Card:
    """The card of a number that the agent types; the look is written down."""
    require(uow.actor, Permission.CALLER_CARD_SEE)
    uow.audit(f"user:{uow.actor.user_id}", "look_up_number", number=mask_phone(number))
    return _card(uow, uow.vault.search_hash(number), mask_phone(number), None)


def _card(uow: UnitOfWork, number_hash: bytes | None, masked: str, call: Call | None) -> Card:
    known = _cases_of(uow, number_hash)
    named = next((case for case in known if not case.anonymous and case.identity_masked.get("name")), None)
    home = next((case.home_area_code for case in known if case.home_area_code), None)
    ratings = (_rating(case) for case in known)
    labels = [label for case in known for label in case.labels]
    return Card(
        call_id=call.id if call else None,
        number_masked=masked,
        name=named.identity_masked["name"] if named else None,
        home_area=_area_name(uow, home),
        labels=list(dict.fromkeys(labels)),
        anonymous_before=any(case.anonymous for case in known),
        calls_today=_calls_today(uow, number_hash),
        last_call_at=_last_call(uow, number_hash, call),
        last_rating=next((rating for rating in ratings if rating), None),
        open_cases=[line(uow, case) for case in known if case.status in LIVE],
        history=[line(uow, case) for case in known if case.status not in LIVE][:HISTORY],
        same_place=[line(uow, case) for case in _same_place(uow, known)],
    )


def _cases_of(uow: UnitOfWork, number_hash: bytes | None) -> Sequence[Case]:
    """Newest first, drafts left out; strictly secret ones only for the agent who took them."""
    if number_hash is None:
        return []
    query = (
        select(Case)
        .where(
            or_(Case.caller_no_hash == number_hash, Case.contact_no_hash == number_hash),
            Case.status != CaseStatus.DRAFT,
            or_(Case.secrecy != Secrecy.STRICT, Case.agent_id == uow.actor.user_id),
        )
        .order_by(Case.id.desc())
        .limit(30)
    )
    return uow.session.scalars(query).all()


def _same_place(uow: UnitOfWork, known: Sequence[Case]) -> Sequence[Case]:
    """What others reported lately where this caller's latest case happened."""
    latest = next((case for case in known if case.area_code and case.address), None)
    if latest is None:
        return []
    query = (
        select(Case)
        .where(
            Case.area_code == latest.area_code,
            Case.address == latest.address,
            Case.id.not_in([case.id for case in known]),
            Case.status != CaseStatus.DRAFT,
            Case.secrecy == Secrecy.OPEN,
            Case.created_at > uow.now - timedelta(days=SAME_PLACE_DAYS),
        )
        .order_by(Case.id.desc())
        .limit(5)
    )
    return uow.session.scalars(query).all()


def line(uow: UnitOfWork, case: Case) -> CaseLine:
    category = uow.session.get(Category, case.category_code) if case.category_code else None
    return CaseLine(
        id=case.id,
        case_no=case.case_no,
        title=case.title,
        status=case.status.value,
        status_label=case.status.label,
        category=category.name if category else None,
        created_at=case.created_at,
        holder=timeline.holder(uow.session, case),
        expected=timeline.expected(uow.session, case),
        light=_light(uow, case),
        rating=_rating(case),
    )


def _rating(case: Case) -> str | None:
    """The final rating, or the first where there was no other."""
    given = case.final_satisfaction or case.first_satisfaction
    return given.label if given else None


def _light(uow: UnitOfWork, case: Case) -> str:
    """The worst light of the clocks that run; grey once nobody owes anything, though the archive still waits."""
    if case.status not in LIVE:
        return "grey"
    found = {deadlines.light(row, uow.now) for row in deadlines.open_deadlines(uow.session, case.id)}
    return next((light for light in ("red", "amber", "green") if light in found), "grey")


def _calls_today(uow: UnitOfWork, number_hash: bytes | None) -> int:
    if number_hash is None:
        return 0
    midnight = local_instant(local_date(uow.now))
    query = select(func.count()).where(Call.number_hash == number_hash, Call.rang_at >= midnight)
    return uow.session.scalar(query) or 0


def _last_call(uow: UnitOfWork, number_hash: bytes | None, call: Call | None) -> datetime | None:
    if number_hash is None:
        return None
    query = select(func.max(Call.rang_at)).where(Call.number_hash == number_hash)
    return uow.session.scalar(query.where(Call.id != call.id) if call else query)


def _area_name(uow: UnitOfWork, code: str | None) -> str | None:
    area = uow.session.get(Area, code) if code else None
    return area.name if area else None
