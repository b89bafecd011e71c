"""The Celery worker's application (`celery -A hotline.celery_app worker`) and the wake-up that others send to it.

The house is built by the first task of a process, so after any fork.
"""

import warnings
from functools import cache

import structlog
from celery.platforms import SecurityWarning
from celery.signals import setup_logging
from kombu.exceptions import OperationalError

from hotline import broker, subscribers
from hotline.core import house, observe
from hotline.core.settings import Settings
from hotline.tasks.base import HouseTask
from hotline.tasks.schedule import TASK_MODULES

# Celery fears pickled messages under root; ours are JSON, and a trial in a container runs as root.
warnings.filterwarnings("ignore", category=SecurityWarning)
log = structlog.get_logger()
settings = Settings()
app = broker.make_app("hotline", settings, TASK_MODULES)


@cache
def the_house() -> house.House:
    """The house of this process."""
    return house.build(settings, routes=subscribers.ROUTES, wake=wake, pool_size=broker.WORKER_THREADS + 2)


HouseTask.house = staticmethod(the_house)
HouseTask.handlers = subscribers.HANDLERS


def wake(outbox_ids: list[int]) -> None:
    """Tell a worker of new outbox rows. A broker that is down costs time only: the sweep finds the rows."""
    try:
        for outbox_id in outbox_ids:
            app.send_task("outbox.deliver", (outbox_id,), retry=False)
    except OperationalError as lost:
        log.warning("broker.unreachable", error=str(lost))


def _configure_logging(**_: object) -> None:
    observe.configure("worker")
    broker.quieten()


setup_logging.connect(_configure_logging, weak=False)
