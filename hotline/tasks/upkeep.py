"""What keeps the house in order: recordings made final, old events dropped, the audit trail sealed."""

from datetime import date, timedelta

from dispatch import calendar, calendar_days
from dispatch.events import CalendarMoving
from hotline.core import audit, events, jobs, rates
from hotline.core.clock import local_date
from hotline.core.events import EventRow
from hotline.core.identity import SYSTEM
from hotline.core.uow import UnitOfWork
from hotline.tasks.base import HouseTask, house_task, uow_task
from telephony import recordings

EVENTS_KEPT = timedelta(days=30)
BATCH = 200


def finalise_recording(uow: UnitOfWork, event: EventRow) -> None:
    recordings.finalise(uow, event.payload["recording_id"])


def move_deadlines(uow: UnitOfWork, event: EventRow) -> None:
    calendar.move_on(uow, CalendarMoving(**event.payload))


@house_task("upkeep.recordings")
def finish_recordings() -> None:
    """Recordings whose task was lost, one unit of work each; then the raw files of all that are final."""
    house = HouseTask.house()
    with house.open_uow(SYSTEM) as uow:
        waiting = recordings.raw(uow)
    for recording_id in waiting:
        with house.open_uow(SYSTEM) as uow:
            recordings.finalise(uow, recording_id)
    with house.open_uow(SYSTEM) as uow:
        recordings.sweep_spool(uow)


@house_task("upkeep.delete_old_recordings")
def delete_old_recordings() -> None:
    """Whatever is older than the retention, in batches."""
    house, deleted = HouseTask.house(), BATCH
    while deleted == BATCH:
        with house.open_uow(SYSTEM) as uow:
            deleted = recordings.delete_expired(
                uow, keep_days=house.settings.recordings_kept_days, limit=BATCH
            )


@house_task("upkeep.check_recordings")
def check_recordings() -> None:
    """Whether every recording on disk is still the one that was written."""
    house, last = HouseTask.house(), 0
    while True:
        with house.open_uow(SYSTEM) as uow:
            done = recordings.check(uow, after_id=last, limit=BATCH)
        if done is None:
            return
        last = done


@uow_task("upkeep.seal_audit")
def seal_audit(uow: UnitOfWork) -> None:
    if jobs.alone(uow.session, "upkeep.seal_audit"):
        audit.seal(uow.session, uow.vault, uow.now)


@uow_task("upkeep.prune_events")
def prune_events(uow: UnitOfWork) -> None:
    events.prune(uow.session, uow.now - EVENTS_KEPT)
    rates.forget(uow.session, before=uow.now)


@house_task("upkeep.sync_calendar")
def sync_calendar() -> None:
    """A new release of the packages may know more of the next year."""
    house = HouseTask.house()
    year = local_date(house.clock.now()).year
    first, last = date(year, 1, 1), date(year + 1, 12, 31)
    with house.open_uow(SYSTEM) as uow:
        changed = calendar_days.sync(uow, first, last)
    if changed:
        for _ in calendar.recompute(house.open_uow, first, last, cause="节假日数据更新"):
            pass
