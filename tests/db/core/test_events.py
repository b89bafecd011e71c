"""Events and outbox: one transaction with the change, nobody misses a commit, durable work is retried."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest

from hotline.core import bus, events
from hotline.core.house import build
from hotline.core.identity import SYSTEM


@dataclass(frozen=True, kw_only=True)
class LampLit(events.Event):
    name: ClassVar[str] = "lamp.lit"
    lamp_id: int

    def rooms(self):
        return (f"lamp:{self.lamp_id}",)


def test_event_without_a_dotted_name_is_refused():
    with pytest.raises(TypeError, match="dotted name"):
        type("Bad", (events.Event,), {"name": "bad"})


def test_record_in_a_unit_of_work_that_fails_leaves_nothing(house):
    def fail_halfway():
        with house.open_uow(SYSTEM) as uow:
            uow.record(LampLit(lamp_id=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with house.sessions() as session:
        assert session.query(events.EventRow).count() == 0


def test_record_of_a_routed_event_makes_one_outbox_row_a_handler_and_wakes_after_commit(house):
    woken = []
    routed = type(house)(
        **{**house.__dict__, "routes": {"lamp.lit": ("a.one", "b.two")}, "wake": woken.extend}
    )
    with routed.open_uow(SYSTEM) as uow:
        uow.record(LampLit(lamp_id=1))
        assert woken == []
    with house.sessions() as session:
        rows = session.query(events.OutboxRow).all()
        assert sorted(row.handler for row in rows) == ["a.one", "b.two"]
        assert sorted(woken) == sorted(row.id for row in rows)


def test_take_while_another_worker_holds_the_row_gives_nothing(house):
    routed = type(house)(**{**house.__dict__, "routes": {"lamp.lit": ("a.one",)}})
    with routed.open_uow(SYSTEM) as uow:
        uow.record(LampLit(lamp_id=1))
    with house.sessions() as first, house.sessions() as second:
        (row_id,) = events.due(first, house.clock.now())
        assert events.take(first, row_id) is not None
        assert events.take(second, row_id) is None


def test_postpone_waits_longer_each_time_and_gives_up_for_a_person_to_look(uow):
    row = events.OutboxRow(handler="a.one", due_at=uow.now, attempts=0)
    events.postpone(row, "boom", uow.now)
    assert row.due_at == uow.now + timedelta(seconds=5)
    events.postpone(row, "boom", uow.now)
    assert row.due_at == uow.now + timedelta(seconds=30)
    for _ in range(events.GIVE_UP_AFTER - 2):
        events.postpone(row, "boom", uow.now)
    assert row.given_up_at == uow.now


def test_since_finds_an_event_that_commits_after_a_later_id(house):
    with house.sessions() as slow, house.sessions() as reader:
        cursor = bus.horizon(reader)
        reader.commit()
        events.append(slow, LampLit(lamp_id=1), routes={}, actor_id=None, now=house.clock.now())
        slow.flush()
        with house.open_uow(SYSTEM) as quick:
            quick.record(LampLit(lamp_id=2))
        seen, cursor = events.since(reader, cursor)
        reader.commit()
        assert [row.payload["lamp_id"] for row in seen] == [2]
        slow.commit()
        late, _ = events.since(reader, cursor)
        assert 1 in [row.payload["lamp_id"] for row in late]


def test_follow_hears_each_event_once_over_a_lost_connection(house):
    stop, heard = threading.Event(), []

    def listen():
        for rows, _ in bus.follow(house, stop, idle_s=0.05):
            heard.extend(row.payload["lamp_id"] for row in rows)
            ready.set()

    ready = threading.Event()
    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert ready.wait(10)
        for lamp_id in range(20):
            with house.open_uow(SYSTEM) as uow:
                uow.record(LampLit(lamp_id=lamp_id))
            if lamp_id == 10:
                _cut_listeners(house)
        for _ in range(200):
            if len(heard) >= 20:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        listener.join(10)
    assert heard == list(range(20))


def test_house_wakes_its_followers_after_the_commit_and_not_within_it(house):
    """Neither waits for the look that followers take by themselves, nor holds up the commits of others."""
    built = build(house.settings, routes={})
    stop, ready, heard = threading.Event(), threading.Event(), threading.Event()

    def listen():
        for rows, _ in bus.follow(house, stop, idle_s=30):
            ready.set()
            if rows:
                heard.set()
                return

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert ready.wait(10)
        with built.open_uow(SYSTEM) as uow:
            uow.record(LampLit(lamp_id=1))
            uow.session.flush()
            assert not heard.wait(0.05)
        assert heard.wait(10)
    finally:
        stop.set()
        built.engine.dispose()
        listener.join(40)


def _cut_listeners(house):
    from sqlalchemy import text

    with house.engine.begin() as connection:
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'")
        )
