"""What must happen though nobody does anything: offers and wrap-ups run out, dead workers are buried.

Run by every SIP worker's writer four times a second and by the house's clock; only one of them at a time works.
"""

from hotline.core import jobs
from hotline.core.uow import UnitOfWork
from telephony import calls, distribution, seats

JOB = "telephony.sweep"


def run(uow: UnitOfWork) -> bool:
    """Whether this was the one sweep that ran."""
    if not jobs.alone(uow.session, JOB):
        return False
    calls.bury_dead_workers(uow)
    distribution.expire_offers(uow)
    seats.end_due_wrap_ups(uow)
    calls.close_unstaffed(uow)
    distribution.distribute(uow)
    return True
