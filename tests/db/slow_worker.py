"""A Celery worker like the house's, with one more handler: `probe.note` says that it began and waits for `go`.

Run as `celery -A tests.db.slow_worker worker`; PROBE_DIR names the directory of its marks.
"""

import os
import time
from pathlib import Path

from hotline import tables  # noqa: F401
from hotline.celery_app import app  # noqa: F401
from hotline.tasks.base import HouseTask

MARKS = Path(os.environ["PROBE_DIR"])


def note(uow, event):
    uow.audit("probe:1", "began", event_id=event.id)
    (MARKS / f"began-{os.getpid()}").touch()
    while not (MARKS / "go").exists():
        time.sleep(0.02)


HouseTask.handlers = {"probe.note": note}
