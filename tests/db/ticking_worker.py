"""A Celery worker like the house's whose ticks work in batches of three, so that a kill finds one half done.

Run as `celery -A tests.db.ticking_worker worker`.
"""

from dispatch import timers
from hotline import tables  # noqa: F401
from hotline.celery_app import app  # noqa: F401

timers.fire_due.__kwdefaults__["batch"] = 3
