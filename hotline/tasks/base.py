"""What every task shares: one unit of work as SYSTEM around its body. `hotline.celery_app` injects the house."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from celery import Task, shared_task

from hotline.core.events import EventRow
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.uow import UnitOfWork

Handlers = Mapping[str, Callable[[UnitOfWork, EventRow], Any]]


class HouseTask(Task):  # type: ignore[misc]
    """A task that opens its units of work itself: many of them, or none."""

    abstract = True
    acks_late = True
    ignore_result = True
    house: ClassVar[Callable[[], House]]
    handlers: ClassVar[Handlers]


class UowTask(HouseTask):
    """Runs the body inside one unit of work."""

    abstract = True
    typing = False  # `.delay()` is called without the unit of work that the body receives

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with HouseTask.house().open_uow(SYSTEM) as uow:
            return self.run(uow, *args, **kwargs)


Decorator = Callable[[Callable[..., Any]], Any]


def house_task(name: str) -> Decorator:
    return cast(Decorator, shared_task(base=HouseTask, name=name))


def uow_task(name: str) -> Decorator:
    return cast(Decorator, shared_task(base=UowTask, name=name))
