"""The Celery clock's application (`celery -A hotline.beat beat`).

It sends names of tasks only: without the task modules and the house it needs a third of the memory.
"""

from celery.signals import setup_logging

from hotline import broker
from hotline.core import observe
from hotline.core.settings import Settings

app = broker.make_app("hotline-beat", Settings())


def _configure_logging(**_: object) -> None:
    observe.configure("beat")
    broker.quieten()


setup_logging.connect(_configure_logging, weak=False)
