"""What gunicorn loads before it forks the web processes: they share the memory of it, and a new one starts at once."""

import gc
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from hotline import opening
from hotline.core.identity import SYSTEM
from hotline.core.settings import Settings
from hotline.desk import brain
from hotline.trouble import Trouble
from web import app  # noqa: F401 - with all that it stands on

log = structlog.get_logger()


def on_starting(_server: Any) -> None:
    """gunicorn's hook. Each process opens connections of its own; the one opened here is closed again."""
    try:
        with opening.open_house(Settings()) as house, house.open_uow(SYSTEM) as uow:
            brain.classifier(uow)
    except (OperationalError, Trouble) as away:
        log.warning("classifier.not_shared", reason=str(away))
    gc.collect()
    gc.freeze()
