"""What happens to cases in the background."""

from dispatch import buck_passing
from hotline.core.identity import SYSTEM
from hotline.tasks.base import HouseTask, house_task


@house_task("cases.find_buck_passing")
def find_buck_passing() -> None:
    """Every live case once, a batch per unit of work."""
    after: int | None = 0
    while after is not None:
        with HouseTask.house().open_uow(SYSTEM) as uow:
            after = buck_passing.sweep(uow, after)
