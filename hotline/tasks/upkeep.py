"""What keeps the house in order: recordings made final, old events dropped, the audit trail sealed."""

from datetime import timedelta

from dispatch import calendar_days
from hotline.core import audit, events, jobs
from hotline.core.clock import local_date
from hotline.core.events import EventRow
from hotline.core.identity import SYSTEM
from hotline.core.uow import UnitOfWork
from hotline.tasks.base import HouseTask, house_task, uow_task
from telephony import recordings

EVENTS_KEPT = timedelta(days=30)


def finalise_recording(uow: UnitOfWork, event: EventRow) -> None:
    recordings.finalise(uow, event.payload["recording_id"])


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


@uow_task("upkeep.seal_audit")
def seal_audit(uow: UnitOfWork) -> None:
    if jobs.alone(uow.session, "upkeep.seal_audit"):
        audit.seal(uow.session, uow.vault, uow.now)


@uow_task("upkeep.prune_events")
def prune_events(uow: UnitOfWork) -> None:
    events.prune(uow.session, uow.now - EVENTS_KEPT)


@uow_task("upkeep.sync_calendar")
def sync_calendar(uow: UnitOfWork) -> None:
    year = local_date(uow.now).year
    calendar_days.sync(uow, year, year + 1)
    calendar_days.give_more_time(uow)
