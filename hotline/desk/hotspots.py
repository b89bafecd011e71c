"""Hot-spot alarms as supervisors see them: open ones first, each with its cases; taking note of one is on record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from dispatch import access
from dispatch.models import Case
from hotline.accounts.models import User
from hotline.core.errors import NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.desk.events import HotspotSeen
from hotline.desk.models import HotspotAlarm

SHOWN_FOR = timedelta(days=7)
PAGE = 50
CASES_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    id: int
    case_no: str
    title: str
    status_label: str
    merged: bool


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`count` is the number of cases; `cases` are the latest of those that the asker may see."""

    id: int
    level: str
    level_label: str
    reason: str
    raised_at: datetime
    changed_at: datetime
    count: int
    cases: list[CaseLine]
    seen_at: datetime | None
    seen_by: str | None
    seen_note: str | None


def alarms(uow: UnitOfWork, *, only_open: bool = False) -> list[Alarm]:
    """Alarms of the last week: those that nobody has taken note of first, then the latest."""
    require(uow.actor, Permission.HOTSPOT_SEE)
    wanted = select(HotspotAlarm, User.name).outerjoin(User, User.id == HotspotAlarm.seen_by_id)
    wanted = wanted.where(HotspotAlarm.changed_at > uow.now - SHOWN_FOR)
    if only_open:
        wanted = wanted.where(HotspotAlarm.seen_at.is_(None))
    order = (HotspotAlarm.seen_at.is_not(None), HotspotAlarm.changed_at.desc(), HotspotAlarm.id.desc())
    rows = uow.session.execute(wanted.order_by(*order).limit(PAGE)).all()
    lines = _lines(uow, {case_id for alarm, _ in rows for case_id in alarm.case_ids[-CASES_SHOWN:]})
    return [
        Alarm(
            id=alarm.id,
            level=alarm.level.value,
            level_label=alarm.level.label,
            reason=alarm.reason,
            raised_at=alarm.raised_at,
            changed_at=alarm.changed_at,
            count=len(alarm.case_ids),
            cases=[lines[case_id] for case_id in alarm.case_ids[-CASES_SHOWN:] if case_id in lines],
            seen_at=alarm.seen_at,
            seen_by=name,
            seen_note=alarm.seen_note,
        )
        for alarm, name in rows
    ]


def _lines(uow: UnitOfWork, case_ids: set[int]) -> dict[int, CaseLine]:
    rows = uow.session.execute(
        select(Case.id, Case.case_no, Case.title, Case.status, Case.lead_case_id).where(
            Case.id.in_(case_ids), access.scope(uow)
        )
    )
    return {
        row.id: CaseLine(
            id=row.id,
            case_no=row.case_no,
            title=row.title,
            status_label=row.status.label,
            merged=row.lead_case_id is not None,
        )
        for row in rows
    }


def take_note(uow: UnitOfWork, alarm_id: int, note: str) -> None:
    """A person has seen it and says what follows; a higher level opens it again."""
    require(uow.actor, Permission.HOTSPOT_SEE)
    alarm = uow.session.get(HotspotAlarm, alarm_id, with_for_update=True)
    if alarm is None:
        raise NotFound(alarm_id=alarm_id)
    alarm.seen_at, alarm.seen_by_id, alarm.seen_note = uow.now, uow.actor.user_id, note
    uow.audit(f"hotspot:{alarm.id}", "take_note", level=alarm.level.value, note=note)
    uow.record(HotspotSeen(alarm_id=alarm.id))
