"""Real workers on the real queue: woken at once, and nothing is lost when one is killed."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from kombu import pools
from sqlalchemy import select, text

from dispatch.models import Card, CaseEvent
from hotline import broker
from hotline.adapters.sms import SmsMessage
from hotline.core import audit, events
from hotline.core.audit import AuditEntry
from hotline.core.clock import local
from hotline.core.events import OutboxRow
from hotline.core.identity import SYSTEM
from tests.db.dispatch.conftest import City, populate

PROJECT = Path(__file__).parents[2]


class Noted(events.Event):
    name = "probe.noted"


@pytest.fixture
def queue(house):
    """The queue of the test's database, empty, and a Celery application that sends to it."""
    broker.prepare(house.engine, house.settings)
    app = broker.make_app("sender", house.settings)
    with app.connection_for_write() as connection:
        queue = app.amqp.queues[broker.QUEUE](connection.default_channel)
        queue.declare()
        queue.purge()
    yield app
    app.close()
    pools.reset()


@pytest.fixture
def start_worker(house, tmp_path):
    workers = []

    def start(application="tests.db.slow_worker", **more):
        environment = os.environ | {
            "HOTLINE_DATABASE_URL": house.settings.database_url,
            "HOTLINE_DATA_DIR": str(house.settings.data_dir),
            "HOTLINE_SECRET_KEY": house.settings.secret_key.get_secret_value(),
            "PROBE_DIR": str(tmp_path),
            **more,
        }
        command = [sys.executable, "-m", "celery", "-q", "-A", application, "worker"]
        options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        workers.append(subprocess.Popen([*command, *options], env=environment, cwd=PROJECT))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def record(house):
    """An event with one piece of durable work; answers the id of its outbox row."""
    with house.open_uow(SYSTEM) as uow:
        _, (work,) = events.append(
            uow.session, Noted(), routes={"probe.noted": ("probe.note",)}, actor_id=None, now=uow.now
        )
        uow.session.flush()
        return work.id


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def done(house, outbox_id):
    with house.sessions() as session:
        return session.scalar(select(OutboxRow.done_at).where(OutboxRow.id == outbox_id)) is not None


def noted(house):
    with house.sessions() as session:
        return session.scalars(select(AuditEntry.details).where(AuditEntry.action == "began")).all()


def test_deliver_when_woken_then_handler_ran_once_and_row_is_done(house, queue, start_worker, tmp_path):
    (tmp_path / "go").touch()
    outbox_id = record(house)
    queue.send_task("outbox.deliver", (outbox_id,))
    queue.send_task("outbox.deliver", (outbox_id,))
    start_worker()
    until(lambda: done(house, outbox_id))
    until(lambda: waiting_messages(house) == 0)
    assert len(noted(house)) == 1


def waiting_messages(house):
    with house.sessions() as session:
        return session.scalar(text(f"select count(*) from pgmq.q_{broker.QUEUE}"))


def test_worker_when_killed_in_mid_task_then_the_sweep_of_the_next_one_finishes_it(
    house, queue, start_worker, tmp_path
):
    outbox_id = record(house)
    queue.send_task("outbox.deliver", (outbox_id,))
    first = start_worker()
    until(lambda: list(tmp_path.glob("began-*")))
    first.kill()
    first.wait()
    assert not done(house, outbox_id)
    assert noted(house) == []
    (tmp_path / "go").touch()
    start_worker()
    house.clock.move(minutes=1)
    queue.send_task("outbox.sweep")
    until(lambda: done(house, outbox_id))
    assert len(noted(house)) == 1


def test_prepare_when_run_again_then_keeps_waiting_messages(house, queue):
    queue.send_task("outbox.sweep")
    broker.prepare(house.engine, house.settings)
    assert waiting_messages(house) == 1


def test_clocks_when_celery_was_dead_and_is_killed_at_its_first_tick_then_all_is_as_if_it_had_lived(
    house, clock, queue, start_worker
):
    """Units sat on their cases over a weekend, a holiday and an hour after the red cards were due."""
    city = City(house, clock)
    populate(city)
    ids = [city.dispatched() for _ in range(12)]
    late = {"application": "tests.db.ticking_worker", "HOTLINE_DRILL_CLOCK": "2026-09-28T09:30+08:00,x1"}
    first = start_worker(**late)
    queue.send_task("clock.tick")
    until(lambda: len(steps_of(house)) >= 4)
    first.kill()
    first.wait()
    fired_before = len(steps_of(house))
    start_worker(**late)
    for task in ("clock.tick", "clock.tick", "outbox.sweep"):
        queue.send_task(task)
    until(lambda: len(steps_of(house)) >= len(ids) * len(BY_THE_RULE))
    until(lambda: not undelivered(house))
    fired = steps_of(house)
    assert fired_before < len(fired)
    for case_id in ids:
        assert [step for found, *step in fired if found == case_id] == BY_THE_RULE
    with city.uow() as uow:
        told = Counter(uow.session.query(SmsMessage.subject, SmsMessage.template).all())
        assert set(told) == {(f"case:{case_id}", step) for case_id in ids for step in MESSAGES}
        assert set(told.values()) == {1}
        assert uow.session.query(Card).count() == 2 * len(ids)
        assert list(audit.verify(uow.session, uow.vault)) == []


MESSAGES = ("accept", "dispatch", "sign")
BY_THE_RULE = [
    ["sign", "09-20 11:00"], ["overdue", "09-20 17:30"], ["yellow_card", "09-23 17:30"], ["overdue", "09-24 17:30"],
    ["red_card", "09-28 08:30"], ["urge_notice", "09-28 08:30"],
]  # fmt: skip


def steps_of(house):
    """What the clocks did: case, step and the instant that the rule gives it, in the order in which it was written."""
    lines = select(CaseEvent.case_id, CaseEvent.action, CaseEvent.at).where(CaseEvent.actor_role == "system")
    with house.sessions() as session:
        rows = session.execute(lines.order_by(CaseEvent.id)).all()
    return [(row.case_id, row.action, f"{local(row.at):%m-%d %H:%M}") for row in rows]


def undelivered(house):
    with house.sessions() as session:
        return session.scalars(select(OutboxRow.id).where(OutboxRow.done_at.is_(None))).all()
