"""The beat table names tasks that exist, at times that are meant."""

import os
import subprocess
import sys
from pathlib import Path

from celery.schedules import crontab

from hotline.tasks.schedule import BEAT

PROJECT = Path(__file__).parents[3]
LIST_TASKS = (
    "from hotline.celery_app import app; app.loader.import_default_modules(); print(*app.tasks, sep='\\n')"
)


def test_beat_when_read_then_every_task_exists(database_url):
    environment = os.environ | {"HOTLINE_DATABASE_URL": database_url}
    listed = subprocess.run(
        [sys.executable, "-c", LIST_TASKS],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {entry["task"] for entry in BEAT.values()} <= set(listed)


def test_beat_when_ticking_each_second_then_a_late_tick_is_dropped():
    ticks = [entry for entry in BEAT.values() if entry["schedule"] == 1]
    assert ticks
    assert all(entry["options"]["expires"] <= 5 for entry in ticks)


def test_beat_when_nightly_then_times_are_local():
    nightly = [entry["schedule"] for entry in BEAT.values() if not isinstance(entry["schedule"], float | int)]
    assert nightly
    assert all(isinstance(when, crontab) and when.hour <= {0, 1, 2, 3, 4, 5} for when in nightly)
