"""Delivery of outbox rows: done once, postponed after a failure, one bad row stops nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.core import events
from hotline.core.audit import AuditEntry
from hotline.core.events import GIVE_UP_AFTER, OutboxRow
from hotline.core.identity import SYSTEM
from hotline.tasks import outbox
from hotline.tasks.base import HouseTask


class Rung(events.Event):
    name = "bell.rung"


@pytest.fixture
def heard():
    return []


@pytest.fixture
def handlers(heard):
    def fail(uow, event):
        uow.audit("bell:1", "half_done")
        raise RuntimeError("the gateway is down")

    return {"bell.hear": lambda uow, event: heard.append(event.name), "bell.fail": fail}


def record(house, *names):
    with house.open_uow(SYSTEM) as uow:
        _, work = events.append(uow.session, Rung(), routes={"bell.rung": names}, actor_id=None, now=uow.now)
        uow.session.flush()
        return [row.id for row in work]


def row(house, outbox_id):
    with house.sessions() as session:
        return session.get_one(OutboxRow, outbox_id)


def test_deliver_row_when_handler_succeeds_then_done_at_the_clocks_time(quiet_house, handlers, heard):
    (outbox_id,) = record(quiet_house, "bell.hear")
    outbox.deliver_row(quiet_house, handlers, outbox_id)
    assert heard == ["bell.rung"]
    assert row(quiet_house, outbox_id).done_at == quiet_house.clock.now()


def test_deliver_row_when_done_before_then_handler_is_not_run_again(quiet_house, handlers, heard):
    (outbox_id,) = record(quiet_house, "bell.hear")
    outbox.deliver_row(quiet_house, handlers, outbox_id)
    outbox.deliver_row(quiet_house, handlers, outbox_id)
    assert heard == ["bell.rung"]


def test_deliver_row_when_handler_fails_then_its_work_is_undone_and_it_comes_again(quiet_house, handlers):
    (outbox_id,) = record(quiet_house, "bell.fail")
    outbox.deliver_row(quiet_house, handlers, outbox_id)
    failed = row(quiet_house, outbox_id)
    assert failed.attempts == 1
    assert failed.due_at == quiet_house.clock.now() + timedelta(seconds=5)
    assert failed.last_error == "RuntimeError: the gateway is down"
    with quiet_house.sessions() as session:
        assert events_about_bell(session) == []


def events_about_bell(session):
    return session.scalars(select(AuditEntry).where(AuditEntry.subject == "bell:1")).all()


def test_deliver_row_when_it_failed_too_often_then_gives_up(quiet_house, handlers):
    (outbox_id,) = record(quiet_house, "bell.fail")
    for _ in range(GIVE_UP_AFTER + 1):
        outbox.deliver_row(quiet_house, handlers, outbox_id)
    given_up = row(quiet_house, outbox_id)
    assert given_up.attempts == GIVE_UP_AFTER
    assert given_up.given_up_at == quiet_house.clock.now()


def test_deliver_row_when_handler_is_unknown_then_postponed(quiet_house):
    (outbox_id,) = record(quiet_house, "bell.of_a_later_release")
    outbox.deliver_row(quiet_house, {}, outbox_id)
    assert "bell.of_a_later_release" in row(quiet_house, outbox_id).last_error


def test_sweep_when_one_row_is_bad_then_the_others_are_delivered(quiet_house, handlers, heard, monkeypatch):
    monkeypatch.setattr(HouseTask, "house", staticmethod(lambda: quiet_house), raising=False)
    monkeypatch.setattr(HouseTask, "handlers", handlers, raising=False)
    ids = record(quiet_house, "bell.fail", "bell.hear")
    quiet_house.clock.move(seconds=1)
    outbox.sweep()
    assert heard == ["bell.rung"]
    assert [row(quiet_house, outbox_id).attempts for outbox_id in ids] == [1, 0]
