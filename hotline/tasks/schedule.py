"""Everything that happens by the clock, on one page. Times of day are local (Asia/Shanghai)."""

from typing import Any

from celery.schedules import crontab

TASK_MODULES = (
    "hotline.tasks.outbox",
    "hotline.tasks.clock",
    "hotline.tasks.cases",
    "hotline.tasks.learning",
    "hotline.tasks.upkeep",
)


def _every(seconds: float, task: str) -> dict[str, Any]:
    """A tick that waited longer than its period is dropped: the next one does its work."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5)}}


BEAT: dict[str, dict[str, Any]] = {
    "case clocks": _every(1, "clock.tick"),
    "calls": _every(1, "clock.calls"),
    "outbox": _every(1, "outbox.sweep"),
    "recordings": _every(60, "upkeep.recordings"),
    "new cases": _every(5, "cases.take_in"),
    "duplicates": _every(900, "cases.fold_duplicates"),
    "buck passing": {"task": "cases.find_buck_passing", "schedule": crontab(hour=5, minute=30)},
    "calendar": {"task": "upkeep.sync_calendar", "schedule": crontab(hour=3, minute=20)},
    "prune events": {"task": "upkeep.prune_events", "schedule": crontab(hour=2, minute=10)},
    "old recordings": {"task": "upkeep.delete_old_recordings", "schedule": crontab(hour=2, minute=40)},
    "check recordings": {"task": "upkeep.check_recordings", "schedule": crontab(hour=3, minute=40)},
    "retrain": {"task": "learning.retrain", "schedule": crontab(hour=4, minute=10)},
    "seal audit": {"task": "upkeep.seal_audit", "schedule": crontab(hour=0, minute=5)},
}
