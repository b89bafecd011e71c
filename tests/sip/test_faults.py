"""Workers that die, databases that go away, orderly ends: what callers and agents get."""

import signal
import time

from sqlalchemy import select, text

from hotline.core.identity import SYSTEM
from telephony import call_control, recording_files, recordings, seats
from telephony.models import (
    Call,
    CallBackRequest,
    CallBackState,
    CallState,
    EndedBy,
    Outcome,
    Recording,
    RecordingState,
    SeatState,
    SipWorker,
    WorkerState,
)
from tests.sip.conftest import Exchange
from tests.sip.line import eventually, strength, strongest


def test_worker_when_killed_then_its_calls_are_lost_and_called_back_and_its_sound_is_kept(
    exchange: Exchange, monkeypatch
):
    doomed, other = exchange.start_worker(), exchange.start_worker()
    time.sleep(max(0.0, 5.5 - _database_age_s(exchange)))  # a database that has just started buries nobody
    agent, second = exchange.signed_in("1001"), exchange.signed_in("1002")
    exchange.ring(doomed, number="13800138001", hertz=600.0)
    lost = exchange.offered_to(agent)
    headset = exchange.headset(agent, lost, 1_000.0)
    exchange.does(agent, call_control.answer, lost)
    bystander = exchange.ring(other, number="13800138002", hertz=700.0)
    kept = exchange.offered_to(second)
    exchange.headset(second, kept, 1_200.0)
    exchange.does(second, call_control.answer, kept)
    eventually(lambda: strength(headset.heard(0.3), 600.0) > 0.8)
    eventually(lambda: strength(bystander.heard()[-5_000:], 1_200.0) > 0.8)
    time.sleep(1.0)

    killed_at = time.monotonic()
    exchange.processes[0].kill()
    call = exchange.in_state(lost, CallState.ENDED, within_s=3)
    talked_s = time.monotonic() - killed_at + 1.0
    assert (call.outcome, call.ended_by) == (Outcome.LOST, EndedBy.SYSTEM)
    request = exchange.look(select(CallBackRequest).where(CallBackRequest.id == call.call_back_id))
    assert (request.state, request.number_masked) == (CallBackState.OPEN, "138****8001")
    assert exchange.does(agent, seats.own).state == SeatState.WRAP_UP
    exchange.does(agent, seats.wrap_up_done)

    recording = exchange.look(select(Recording).where(Recording.call_id == lost))
    final = exchange.does(SYSTEM, recordings.finalise, recording.id)
    assert final.duration_s > talked_s - 1.0
    sound = recording_files.expand(
        recording_files.load(exchange.house.settings, exchange.house.vault, final.name)
    )
    assert strongest(sound[:, 0], 600.0) > 0.8
    assert strongest(sound[:, 1], 1_000.0) > 0.8

    assert exchange.call(kept).state == CallState.TALKING
    assert strength(bystander.heard()[-5_000:], 1_200.0) > 0.8
    exchange.ring(other, number="13800138003")
    assert exchange.offered_to(agent)


def test_database_when_its_connections_break_then_the_talk_goes_on_and_the_record_is_whole(
    exchange: Exchange,
):
    address = exchange.start_worker()
    agent = exchange.signed_in("1001")
    telephone = exchange.ring(address, hertz=600.0)
    call_id = exchange.offered_to(agent)
    headset = exchange.headset(agent, call_id, 1_000.0)
    exchange.does(agent, call_control.answer, call_id)
    eventually(lambda: strength(headset.heard(0.3), 600.0) > 0.8)
    exchange.house.engine.dispose()
    with exchange.house.open_uow(SYSTEM) as uow:
        uow.session.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
            )
        )
    eventually(lambda: exchange.does(agent, call_control.hold, call_id).held_at)
    eventually(lambda: strength(telephone.heard()[-5_000:], 350.0) > 0.8)
    exchange.does(agent, call_control.resume, call_id)
    telephone.hang_up()
    assert exchange.in_state(call_id, CallState.ENDED).outcome == Outcome.ANSWERED
    with exchange.house.open_uow(SYSTEM) as uow:
        assert len(list(uow.session.scalars(select(SipWorker.id)))) == 1


def test_worker_when_told_to_drain_then_it_finishes_its_call_and_takes_no_new_one(exchange: Exchange):
    address = exchange.start_worker()
    agent = exchange.signed_in("1001")
    telephone = exchange.ring(address)
    call_id = exchange.offered_to(agent)
    exchange.does(agent, call_control.answer, call_id)
    exchange.processes[0].send_signal(signal.SIGUSR1)
    time.sleep(0.3)
    assert "486" in exchange.ring(address, number="13900139000").ends()
    assert exchange.call(call_id).state == CallState.TALKING
    telephone.hang_up()
    assert exchange.processes[0].wait(10) == 0
    assert exchange.call(call_id).outcome == Outcome.ANSWERED
    assert exchange.look(select(SipWorker.state)) == WorkerState.GONE


def test_worker_when_told_to_stop_then_callers_get_a_bye_and_a_call_back(exchange: Exchange):
    address = exchange.start_worker()
    agent = exchange.signed_in("1001")
    exchange.does(agent, seats.busy, "meal")
    telephone = exchange.ring(address)
    eventually(lambda: exchange.look(select(Call).where(Call.state == CallState.WAITING)))
    exchange.processes[0].send_signal(signal.SIGTERM)
    assert "通话结束" in telephone.ends()
    assert exchange.processes[0].wait(10) == 0
    call = exchange.look(select(Call))
    assert (call.state, call.outcome, call.ended_by) == (CallState.ENDED, Outcome.ABANDONED, EndedBy.SYSTEM)
    assert call.call_back_id is not None


def test_worker_when_it_stands_still_then_it_ends_itself_and_its_caller_is_rung_back(exchange: Exchange):
    still, other = exchange.start_worker(fault="hang", worker_hang_s=1), exchange.start_worker()
    time.sleep(max(0.0, 5.5 - _database_age_s(exchange)))
    agent = exchange.signed_in("1001")
    exchange.ring(still, number="13800138001")
    assert exchange.processes[0].wait(10) == 1
    assert "Timeout" in (exchange.folder / "worker-0.log").read_text()
    call = eventually(lambda: exchange.look(select(Call).where(Call.state == CallState.ENDED)))
    assert (call.outcome, call.ended_by) == (Outcome.LOST, EndedBy.SYSTEM)
    assert call.call_back_id is not None
    exchange.ring(other, number="13800138002")
    assert exchange.offered_to(agent) != call.id


def test_disk_when_it_is_full_then_the_talk_goes_on_and_what_is_missing_is_said(exchange: Exchange):
    address = exchange.start_worker(fault="full")
    agent = exchange.signed_in("1001")
    telephone = exchange.ring(address, hertz=600.0)
    call_id = exchange.offered_to(agent)
    headset = exchange.headset(agent, call_id, 1_000.0)
    exchange.does(agent, call_control.answer, call_id)
    recording = select(Recording).where(Recording.call_id == call_id)
    eventually(lambda: exchange.look(recording).trouble == recordings.DISK_FULL, within_s=15)
    assert strength(headset.heard(0.3), 600.0) > 0.8
    assert strength(telephone.heard()[-5_000:], 1_000.0) > 0.8
    exchange.does(agent, call_control.hang_up, call_id)
    eventually(lambda: exchange.look(recording).state == RecordingState.RAW)
    final = exchange.does(SYSTEM, recordings.finalise, exchange.look(recording).id)
    assert final.trouble == recordings.DISK_FULL
    assert 2 < final.duration_s < 4  # 100 kB: what there was room for


def _database_age_s(exchange: Exchange) -> float:
    with exchange.house.open_uow(SYSTEM) as uow:
        age = text("select extract(epoch from clock_timestamp() - pg_postmaster_start_time())")
        return float(uow.session.scalar(age))
