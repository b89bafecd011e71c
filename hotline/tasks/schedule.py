"""Everything that happens by the clock, on one page. Times of day are local (Asia/Shanghai)."""

TASK_MODULES = ("hotline.tasks.outbox",)

# A tick that waited longer than `expires` is dropped: the next one does its work.
BEAT = {
    "outbox.sweep": {"task": "outbox.sweep", "schedule": 10.0, "options": {"expires": 10}},
}
