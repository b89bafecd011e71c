"""The clock of the house: once a second, whatever has become due.

Ticks that meet share the work by locked rows; a tick that finds nothing costs one indexed look.
"""

from dispatch import timers
from hotline.core.uow import UnitOfWork
from hotline.tasks.base import HouseTask, house_task, uow_task
from telephony import sweep


@house_task("clock.tick")
def tick() -> None:
    """Clocks of cases that have run out."""
    house = HouseTask.house()
    timers.fire_due(house.open_uow, house.clock.now())


@uow_task("clock.calls")
def calls(uow: UnitOfWork) -> None:
    """Offers, wrap-ups and dead workers, should no SIP worker be alive to look after them."""
    sweep.run(uow)
