"""Housekeeping: what is old goes, what is not delivered stays, the audit trail is sealed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispatch.models_clock import CalendarDay
from hotline.core import events
from hotline.core.audit import AuditSeal
from hotline.core.events import EventRow, OutboxRow
from hotline.core.identity import SYSTEM
from hotline.tasks import upkeep
from hotline.tasks.base import HouseTask
from telephony import recording_files
from telephony.models import Call, Recording, RecordingState


class Struck(events.Event):
    name = "clock.struck"


@pytest.fixture
def house(quiet_house, monkeypatch):
    monkeypatch.setattr(HouseTask, "house", staticmethod(lambda: quiet_house), raising=False)
    return quiet_house


@pytest.fixture
def make_recording(house):
    def make(name, state, seconds=1.0, started_at=None):
        with house.open_uow(SYSTEM) as uow:
            call = Call(state="ended", sip_call_id=name, called="12345", rang_at=uow.now)
            uow.session.add(call)
            uow.session.flush()
            row = Recording(call_id=call.id, name=name, state=state, started_at=started_at or uow.now)
            uow.session.add(row)
            uow.session.flush()
            return row.id

    return make


def count(house, model):
    with house.sessions() as session:
        return session.scalar(select(func.count()).select_from(model))


def record(house, done):
    with house.open_uow(SYSTEM) as uow:
        _, (work,) = events.append(
            uow.session, Struck(), routes={"clock.struck": ("x.y",)}, actor_id=None, now=uow.now
        )
        work.done_at = uow.now if done else None


def test_prune_events_when_delivered_and_old_then_gone(house):
    record(house, done=True)
    house.clock.move(days=31)
    upkeep.prune_events()
    assert (count(house, EventRow), count(house, OutboxRow)) == (0, 0)


@pytest.mark.parametrize(("done", "days"), [(False, 31), (True, 29)], ids=["undelivered", "young"])
def test_prune_events_when_needed_then_kept(house, done, days):
    record(house, done=done)
    house.clock.move(days=days)
    upkeep.prune_events()
    assert count(house, EventRow) == 1


def test_seal_audit_when_run_then_one_seal(house):
    with house.open_uow(SYSTEM) as uow:
        uow.audit("case:1", "open")
    upkeep.seal_audit()
    assert count(house, AuditSeal) == 1


def test_finish_recordings_when_a_task_was_lost_then_made_final_and_raw_files_removed(house, make_recording):
    recording_id = make_recording("ab12", RecordingState.RAW)
    for side in recording_files.SIDES:
        samples = b"\x00\x10" * 16_000
        recording_files.raw(house.settings, "ab12", side).write_bytes(b"\0" * 44 + samples)
    upkeep.finish_recordings()
    with house.sessions() as session:
        row = session.get_one(Recording, recording_id)
    assert (row.state, row.duration_s) == (RecordingState.FINAL, 1.0)
    assert list(recording_files.spool(house.settings).glob("*.wav")) == []


def test_delete_old_recordings_when_past_the_retention_then_only_those(house, make_recording):
    now = house.clock.now()
    old = make_recording("old1", RecordingState.FINAL, started_at=now - timedelta(days=1096))
    young = make_recording("new1", RecordingState.FINAL, started_at=now - timedelta(days=1094))
    upkeep.delete_old_recordings()
    with house.sessions() as session:
        assert session.get_one(Recording, old).deleted_at == now
        assert session.get_one(Recording, young).deleted_at is None


def test_sync_calendar_when_run_then_this_and_the_next_year_are_there(house):
    upkeep.sync_calendar()
    assert count(house, CalendarDay) == 730
