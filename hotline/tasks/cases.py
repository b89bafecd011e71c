"""What happens to cases in the background."""

from dispatch import buck_passing
from hotline.core.identity import SYSTEM
from hotline.desk import duplicates, intake_watch
from hotline.tasks.base import HouseTask, house_task

BATCHES = 20
"""Bounds one sweep after a rush."""


@house_task("cases.find_buck_passing")
def find_buck_passing() -> None:
    """Every live case once, a batch per unit of work."""
    after: int | None = 0
    while after is not None:
        with HouseTask.house().open_uow(SYSTEM) as uow:
            after = buck_passing.sweep(uow, after)


@house_task("cases.take_in")
def take_in() -> None:
    """New cases become findable as duplicates, are put into events, and raise alarms."""
    for _ in range(BATCHES):
        with HouseTask.house().open_uow(SYSTEM) as uow:
            if intake_watch.take_in(uow) < intake_watch.BATCH:
                return


@house_task("cases.fold_duplicates")
def fold_duplicates() -> None:
    with HouseTask.house().open_uow(SYSTEM) as uow:
        duplicates.fold(uow)
