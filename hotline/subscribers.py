"""Who reacts to what: one table of events and their durable handlers.

A handler runs in a Celery worker in its own unit of work, at least once per event; it must be idempotent.
Socket fan-out needs no row here: it follows the event log.
"""

from collections.abc import Callable
from typing import Any

from dispatch.events import CalendarMoving, CardIssued, CaseMoved, OrderIssued, PhoneCodeAsked
from hotline.core.events import Event, EventRow
from hotline.core.uow import UnitOfWork
from hotline.tasks import notices, unit_notices, upkeep
from telephony.events import RecordingRaw

Handler = Callable[[UnitOfWork, EventRow], Any]

SUBSCRIBERS: dict[type[Event], tuple[Handler, ...]] = {
    CaseMoved: (notices.tell_citizen,),
    CardIssued: (unit_notices.tell_card,),
    OrderIssued: (unit_notices.tell_order,),
    PhoneCodeAsked: (notices.send_code,),
    RecordingRaw: (upkeep.finalise_recording,),
    CalendarMoving: (upkeep.move_deadlines,),
}


def name_of(handler: Handler) -> str:
    """`notices.tell_citizen`: stable in outbox rows across releases."""
    return f"{handler.__module__.rpartition('.')[2]}.{handler.__name__}"


ROUTES = {
    event.name: tuple(name_of(handler) for handler in handlers) for event, handlers in SUBSCRIBERS.items()
}
HANDLERS = {name_of(handler): handler for handlers in SUBSCRIBERS.values() for handler in handlers}
