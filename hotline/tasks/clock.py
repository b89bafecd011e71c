"""The clock of the house: once a second, whatever has become due."""

from hotline.core.uow import UnitOfWork
from hotline.tasks.base import uow_task
from telephony import sweep


@uow_task("clock.calls")
def calls(uow: UnitOfWork) -> None:
    sweep.run(uow)
