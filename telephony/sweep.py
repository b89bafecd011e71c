"""What must happen though nobody does anything: offers and wrap-ups run out, dead workers are buried.

Run four times a second by one of the SIP workers, and by the house's clock; only one of them at a time works.
"""

from sqlalchemy import exists, select

from hotline.core import jobs
from hotline.core.uow import UnitOfWork
from telephony import calls, distribution, seats, workers
from telephony.models import Call, CallState, Seat, SeatState

JOB = "telephony.sweep"


def run(uow: UnitOfWork) -> bool:
    """Whether there was something to do and this was the one sweep that did it."""
    if not _anything_due(uow) or not jobs.alone(uow.session, JOB):
        return False
    calls.bury_dead_workers(uow)
    distribution.expire_offers(uow)
    seats.end_due_wrap_ups(uow)
    calls.close_unstaffed(uow)
    distribution.distribute(uow)
    return True


def _anything_due(uow: UnitOfWork) -> bool:
    """One look at four small indexes, because nearly always there is nothing."""
    looks = (
        exists().where(Call.state == CallState.WAITING),
        exists().where(Call.state == CallState.OFFERED, Call.offer_until <= uow.now),
        exists().where(Seat.state == SeatState.WRAP_UP, Seat.wrap_up_until <= uow.now),
        exists().where(workers.is_dead()),
    )
    return any(uow.session.execute(select(*looks)).one())
