"""The classifier kept ready beside the requests of a web process: an agent's first letters wait for no model."""

from threading import Event

import structlog

from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.desk import brain

log = structlog.get_logger()


def keep_classifier(house: House, stop: Event) -> None:
    while True:
        try:
            with house.open_uow(SYSTEM) as uow:
                brain.look(uow)
        except Exception:
            # An edge: a database that is away is looked for again; meanwhile requests load what they need.
            log.exception("classifier.fault")
        if stop.wait(brain.LOOK_AGAIN.total_seconds() / 2):
            return
