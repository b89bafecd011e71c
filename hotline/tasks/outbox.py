"""Delivery of outbox rows: each to its handler, in a unit of work of its own, until it succeeds.

A message per row wakes a worker at once; the sweep finds what a lost message or a dead worker left.
"""

import structlog

from hotline.core import events, jobs
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.observe import OUTBOX_FAILURES
from hotline.core.uow import UnitOfWork
from hotline.tasks.base import Handlers, HouseTask, house_task, uow_task

log = structlog.get_logger()


def deliver_row(house: House, handlers: Handlers, outbox_id: int) -> None:
    """Runs the row's handler; a failure is noted on the row, which comes again later."""
    try:
        with house.open_uow(SYSTEM) as uow:
            row = events.take(uow.session, outbox_id)
            if row is None:
                return
            handlers[row.handler](uow, row.event)
            row.done_at = uow.now
    except Exception as failure:  # an edge: whatever a handler raises must not stop the rows behind it
        log.exception("outbox.failed", outbox_id=outbox_id)
        _postpone(house, outbox_id, failure)


def _postpone(house: House, outbox_id: int, failure: Exception) -> None:
    with house.open_uow(SYSTEM) as uow:
        row = events.take(uow.session, outbox_id)
        if row is not None:
            OUTBOX_FAILURES.labels(row.handler).inc()
            events.postpone(row, f"{type(failure).__name__}: {failure}", uow.now)


@house_task("outbox.deliver")
def deliver(outbox_id: int) -> None:
    deliver_row(HouseTask.house(), HouseTask.handlers, outbox_id)


@uow_task("outbox.sweep")
def sweep(uow: UnitOfWork) -> None:
    if jobs.alone(uow.session, "outbox.sweep"):
        for outbox_id in events.due(uow.session, uow.now):
            deliver_row(HouseTask.house(), HouseTask.handlers, outbox_id)
