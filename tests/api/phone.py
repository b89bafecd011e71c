"""Callers for tests of the web: a call as the SIP worker would report it."""

from itertools import count

from hotline.core.house import House
from hotline.core.identity import SYSTEM
from telephony import calls, workers
from telephony.models import EndedBy

_numbers = count(1)


def ring(house: House, number: str | None = "13800138000") -> int:
    """A caller who has heard the greeting and now waits for a person; the id of the call."""
    with house.open_uow(SYSTEM) as uow:
        worker = workers.register(uow, name="w", sip_address="127.0.0.1:5060", capacity=4, pid=1)
        arrival = calls.Arrival(
            worker_id=worker.id,
            sip_call_id=f"call-{next(_numbers)}",
            number=number,
            called="12345",
            rang_at=uow.now,
            answered_at=uow.now,
            recording=f"recording-{next(_numbers)}",
        )
        call = calls.arrive(uow, arrival)
        calls.enqueue(uow, call.id)
        return call.id


def give_up(house: House, call_id: int) -> None:
    with house.open_uow(SYSTEM) as uow:
        calls.leg_ended(uow, call_id, EndedBy.CALLER)
