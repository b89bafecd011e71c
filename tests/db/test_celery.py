"""Real workers on the real queue: woken at once, and nothing is lost when one is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kombu import pools
from sqlalchemy import select, text

from hotline import broker
from hotline.core import events
from hotline.core.audit import AuditEntry
from hotline.core.events import OutboxRow
from hotline.core.identity import SYSTEM

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

    def start():
        environment = os.environ | {
            "HOTLINE_DATABASE_URL": house.settings.database_url,
            "HOTLINE_DATA_DIR": str(house.settings.data_dir),
            "HOTLINE_SECRET_KEY": house.settings.secret_key.get_secret_value(),
            "PROBE_DIR": str(tmp_path),
        }
        command = [sys.executable, "-m", "celery", "-q", "-A", "tests.db.slow_worker", "worker"]
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
