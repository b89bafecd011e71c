"""Looks at every case that came in: its sketch for near duplicates, its event, and the alarms of DOMAIN §1.7.

A sweep every few seconds takes new cases in by the order of their acceptance, one sweep at a time in the whole house;
where nothing is new it goes back into the past, little by little: after a restart, a restored backup or in an old house
without sketches nothing else is needed.
Nothing is merged here: alarms and likeness are shown, people decide. Called by `hotline.tasks.cases`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Lock

from sqlalchemy import func, select, update

from classifier import hotspots
from classifier.alarms import Alarm, assess
from classifier.hotspots import Hotspots, Report
from classifier.text import everyday
from dispatch.models import Case
from dispatch.status import CaseStatus, Secrecy
from hotline.core.clock import local_date
from hotline.core.uow import UnitOfWork
from hotline.desk import duplicates
from hotline.desk.events import HotspotRaised
from hotline.desk.models import CaseSketch, HotspotAlarm, HotspotLevel

BATCH, OLD_BATCH = 500, 400
EVENT_DAYS = timedelta(days=14)
"""Cases further apart are not put into one event; near duplicates are found without limit of time."""
LATE = timedelta(hours=1)
"""Cases may become visible so long after they were accepted: a transaction that took its time."""
LOCK = 7_206_112_345
RANK = {HotspotLevel.WATCH: 0, HotspotLevel.REPORT: 1, HotspotLevel.FLASH: 2}


@dataclass
class _Recent:
    """The events of the last days, built once a day."""

    day: date
    events: Hotspots
    last: int


_recent: dict[Path, _Recent] = {}
_lock = Lock()


def take_in(uow: UnitOfWork) -> int:
    """One batch; returns how many cases it took. Alarms are looked at anew whenever there was one."""
    if not uow.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    found = _waiting(uow)
    if not found:
        return 0
    with _lock:
        recent = _events(uow)
        for case in found:
            _take(uow, case, recent)
        uow.session.flush()
        recent.last = uow.session.scalar(select(func.max(CaseSketch.id))) or 0
    raise_alarms(uow)
    return len(found)


def _waiting(uow: UnitOfWork) -> Sequence[Case]:
    """What came in since the last look; if nothing did, some of what is older than the oldest sketch.

    Reports under strict confidentiality are never among them.
    """
    first, last = uow.session.execute(
        select(func.min(CaseSketch.accepted_at), func.max(CaseSketch.accepted_at))
    ).one()
    wanted = select(Case).where(
        Case.status != CaseStatus.DRAFT,
        Case.secrecy != Secrecy.STRICT,
        ~select(CaseSketch.id).where(CaseSketch.case_id == Case.id).exists(),
    )
    new = wanted.where(Case.accepted_at > (last - LATE if last else uow.now - hotspots.DAY))
    old = wanted.where(Case.accepted_at < (first + LATE if first else uow.now))
    return (
        uow.session.scalars(new.order_by(Case.accepted_at, Case.id).limit(BATCH)).all()
        or uow.session.scalars(old.order_by(Case.accepted_at.desc(), Case.id.desc()).limit(OLD_BATCH)).all()
    )


def _events(uow: UnitOfWork) -> _Recent:
    """What this process knows of the last days, caught up with what others took in."""
    where, today = uow.settings.data_dir, local_date(uow.now)
    recent = _recent.get(where)
    if recent is None or recent.day != today:
        recent = _recent[where] = _Recent(today, Hotspots(everyday()), 0)
    rows = uow.session.execute(
        select(CaseSketch.id, CaseSketch.case_id, CaseSketch.event_key, Case.title, Case.facts)
        .join(Case, Case.id == CaseSketch.case_id)
        .where(CaseSketch.id > recent.last, CaseSketch.accepted_at > uow.now - EVENT_DAYS)
        .order_by(CaseSketch.id)
    ).all()
    for row in rows:
        recent.events.restore(row.case_id, row.title, row.facts, row.event_key)
        recent.last = row.id
    return recent


def _take(uow: UnitOfWork, case: Case, recent: _Recent) -> None:
    words = duplicates.sketch(case.title, case.facts)
    assert case.accepted_at is not None  # noqa: S101 - `_waiting` asked for it
    key = case.id
    if case.accepted_at > uow.now - EVENT_DAYS:
        key, joined = recent.events.add(case.id, case.title, case.facts)
        if joined:
            uow.session.flush()
            uow.session.execute(
                update(CaseSketch).where(CaseSketch.event_key.in_(joined)).values(event_key=key)
            )
    risks = [alarm.to_dict() for alarm in assess(f"{case.title}\n{case.facts}").alarms]
    uow.session.add(
        CaseSketch(
            case_id=case.id,
            accepted_at=case.accepted_at,
            words=words.astype("<u4").tobytes(),
            event_key=key,
            risks=risks,
        )
    )


def raise_alarms(uow: UnitOfWork) -> list[HotspotAlarm]:
    """Alarms of the last 24 hours: new ones and those whose level rose are told, others grow quietly."""
    raised = []
    for one in hotspots.alarms(_reports(uow), uow.now):
        known = uow.session.scalar(
            select(HotspotAlarm)
            .where(HotspotAlarm.key == one.key, HotspotAlarm.changed_at > uow.now - hotspots.DAY)
            .order_by(HotspotAlarm.id.desc())
            .limit(1)
        )
        level = HotspotLevel(one.level)
        if known is None:
            known = HotspotAlarm(key=one.key, level=level, raised_at=uow.now)
            uow.session.add(known)
        elif set(known.case_ids) >= set(one.case_ids):
            continue
        elif RANK[level] > RANK[known.level]:
            known.level, known.seen_at, known.seen_by_id, known.seen_note = level, None, None, None
        else:
            _grow(uow, known, one)
            continue
        _grow(uow, known, one)
        uow.session.flush()
        uow.record(HotspotRaised(alarm_id=known.id, level=level.value, cases=len(one.case_ids)))
        raised.append(known)
    return raised


def _grow(uow: UnitOfWork, known: HotspotAlarm, found: hotspots.Hotspot) -> None:
    """Cases that a day ago were part of it stay part of it."""
    known.case_ids = sorted({*(known.case_ids or ()), *found.case_ids})
    known.reason, known.changed_at = found.reason, uow.now


def _reports(uow: UnitOfWork) -> list[Report]:
    rows = uow.session.execute(
        select(CaseSketch, Case.area_code, Case.category_code, Case.caller_no_hash)
        .join(Case, Case.id == CaseSketch.case_id)
        .where(CaseSketch.accepted_at > uow.now - hotspots.DAY, Case.status != CaseStatus.CANCELLED)
        .order_by(CaseSketch.id)
    )
    return [
        Report(
            case_id=sketch.case_id,
            group=sketch.event_key,
            area_code=area or "",
            category_code=category or "",
            at=sketch.accepted_at,
            caller=caller.hex() if caller else "",
            risks=tuple(Alarm(**{**risk, "words": tuple(risk["words"])}) for risk in sketch.risks),
        )
        for sketch, area, category, caller in rows
    ]
