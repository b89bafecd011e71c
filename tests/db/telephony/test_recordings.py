"""A recording from its raw files to a logged playback, and to its end."""

import io

import av
import numpy as np
import pytest
from sqlalchemy import select

from hotline.core.audit import AuditEntry
from hotline.core.errors import PermissionMissing
from hotline.core.identity import SYSTEM, Role
from telephony import call_control, calls, downloads, recordings, scenes, transfers
from telephony import recording_files as files
from telephony.errors import (
    DownloadDecided,
    DownloadNotAllowed,
    DownloadNotFound,
    OwnDownload,
    RecordingDamaged,
    RecordingNotFound,
    RecordingNotReady,
    RecordingUnusable,
)
from telephony.models import EndedBy, Recording, RecordingState
from tests.db.telephony.conftest import Floor


def recorded(floor: Floor, seconds: float = 1.5):
    """An agent and the id of a raw recording of a call of his."""
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    with floor.uow(agent) as uow:
        (recording,) = recordings.of_call(uow, floor.call(call_id))
        for side in files.SIDES:
            files.write_wav(
                files.raw(uow.settings, recording.name, side), np.full(int(16_000 * seconds), 900.0)
            )
    floor.do(agent, call_control.hang_up, call_id)
    floor.do(SYSTEM, calls.leg_ended, call_id, EndedBy.AGENT)
    return agent, recording.id


def test_finalise_when_raw_then_compressed_with_duration_and_checksum(floor: Floor):
    _, recording_id = recorded(floor)
    assert floor.do(SYSTEM, recordings.raw) == [recording_id]
    recording = floor.do(SYSTEM, recordings.finalise, recording_id)
    assert (recording.state, recording.duration_s, len(recording.sha256)) == (RecordingState.FINAL, 1.5, 64)
    assert floor.do(SYSTEM, recordings.raw) == []
    assert floor.do(SYSTEM, recordings.intact, recording)


def test_finalise_when_run_twice_then_the_second_does_nothing(floor: Floor):
    _, recording_id = recorded(floor)
    floor.do(SYSTEM, recordings.finalise, recording_id)
    assert floor.do(SYSTEM, recordings.finalise, recording_id) is None


def test_finalise_when_the_disk_has_nothing_then_unusable_and_said_so(floor: Floor):
    agent, recording_id = recorded(floor)
    with floor.uow() as uow:
        files.drop_raw(uow.settings, uow.session.get_one(Recording, recording_id).name)
    assert floor.do(SYSTEM, recordings.finalise, recording_id).state == RecordingState.UNUSABLE
    with pytest.raises(RecordingUnusable):
        floor.do(agent, recordings.play, recording_id)


def test_sweep_spool_when_final_then_raw_files_go_and_others_stay(floor: Floor):
    _, recording_id = recorded(floor)
    with floor.uow() as uow:
        spool = files.spool(uow.settings)
    assert floor.do(SYSTEM, recordings.sweep_spool) == 0
    assert len(list(spool.iterdir())) == 2
    floor.do(SYSTEM, recordings.finalise, recording_id)
    assert floor.do(SYSTEM, recordings.sweep_spool) == 1
    assert list(spool.iterdir()) == []


def test_play_when_heard_then_in_the_calls_audit_trail(floor: Floor):
    agent, recording_id = recorded(floor)
    floor.do(SYSTEM, recordings.finalise, recording_id)
    recording, ogg = floor.do(agent, recordings.play, recording_id)
    assert ogg[:4] == b"OggS"
    with floor.uow() as uow:
        entry = uow.session.scalars(select(AuditEntry).where(AuditEntry.action == "play_recording")).one()
    assert (entry.subject, entry.actor_id) == (f"call:{recording.call_id}", agent.user_id)


def test_play_when_not_finalised_then_told_to_wait(floor: Floor):
    agent, recording_id = recorded(floor)
    with pytest.raises(RecordingNotReady):
        floor.do(agent, recordings.play, recording_id)


def test_play_when_it_is_another_agents_call_then_not_found_but_leaders_hear_it(floor: Floor):
    _, recording_id = recorded(floor)
    floor.do(SYSTEM, recordings.finalise, recording_id)
    with pytest.raises(RecordingNotFound):
        floor.do(floor.person("1002"), recordings.play, recording_id)
    assert floor.do(floor.person("leader", Role.SHIFT_LEADER), recordings.play, recording_id)


def test_intact_when_the_file_was_exchanged_then_noticed(floor: Floor):
    _, recording_id = recorded(floor)
    recording = floor.do(SYSTEM, recordings.finalise, recording_id)
    with floor.uow() as uow:
        files.store(uow.settings, uow.vault, recording.name, b"OggS something else")
        assert not recordings.intact(uow, recording)
        files.delete(uow.settings, recording.name)
        assert not recordings.intact(uow, recording)


def test_delete_expired_when_old_then_the_sound_goes_unless_held(floor: Floor):
    agent, recording_id = recorded(floor)
    floor.do(SYSTEM, recordings.finalise, recording_id)
    head = floor.person("head", Role.CENTRE_HEAD)
    floor.later(86_400 * 400)
    floor.do(head, recordings.hold, recording_id, on=True)
    assert floor.do(SYSTEM, recordings.delete_expired, keep_days=365) == 0
    floor.do(head, recordings.hold, recording_id, on=False)
    assert floor.do(SYSTEM, recordings.delete_expired, keep_days=365) == 1
    with pytest.raises(RecordingUnusable):
        floor.do(agent, recordings.play, recording_id)


def final(floor: Floor):
    agent, recording_id = recorded(floor)
    return agent, floor.do(SYSTEM, recordings.finalise, recording_id)


def acts(floor: Floor, recording: Recording) -> list[str]:
    with floor.uow() as uow:
        trail = select(AuditEntry.action).where(AuditEntry.subject == f"call:{recording.call_id}")
        return list(uow.session.scalars(trail.order_by(AuditEntry.id)))


def test_check_when_a_file_was_changed_or_is_gone_then_told_once_and_the_others_are_whole(floor: Floor):
    agent, recording = final(floor)
    assert floor.do(SYSTEM, recordings.check) is None
    file = files.final(floor.house.settings, recording.name)
    sound = bytearray(file.read_bytes())
    sound[-20] ^= 1
    file.write_bytes(sound)
    assert floor.do(SYSTEM, recordings.check, limit=1) == recording.id
    floor.do(SYSTEM, recordings.check)
    assert floor.events().count("recording.trouble") == 1
    assert acts(floor, recording).count("find_damage") == 1
    with pytest.raises(RecordingDamaged):
        floor.do(agent, recordings.play, recording.id)
    file.unlink()
    with pytest.raises(RecordingDamaged):
        floor.do(agent, recordings.play, recording.id)


def test_download_when_allowed_by_another_then_fetched_with_the_takers_name_and_written_down(floor: Floor):
    agent, recording = final(floor)
    head, other = floor.person("head", Role.CENTRE_HEAD), floor.agent("1002")
    request = floor.do(agent, downloads.ask, recording.id, "信访复核")
    with pytest.raises(DownloadNotAllowed):
        floor.do(agent, downloads.fetch, request.id)
    with pytest.raises(PermissionMissing):
        floor.do(agent, downloads.decide, request.id, allow=True)
    floor.do(head, downloads.decide, request.id, allow=True)
    with pytest.raises(DownloadDecided):
        floor.do(head, downloads.decide, request.id, allow=False)
    with pytest.raises(DownloadNotFound):
        floor.do(other, downloads.fetch, request.id)
    ogg = floor.do(agent, downloads.fetch, request.id)
    with av.open(io.BytesIO(ogg)) as file:
        assert f"1001 2026-09-18 16:00 #{request.id}" in file.streams.audio[0].metadata["comment"]
    assert len(files.expand(ogg)) == pytest.approx(1.5 * 16_000, abs=800)
    assert acts(floor, recording) == ["ask_download", "allow_download", "download"]
    floor.clock.move(hours=25)
    with pytest.raises(DownloadNotAllowed):
        floor.do(agent, downloads.fetch, request.id)


def test_download_when_asked_for_by_the_head_then_not_his_own_to_allow_and_refusal_holds(floor: Floor):
    _, recording = final(floor)
    head, second = floor.person("head", Role.CENTRE_HEAD), floor.person("head2", Role.CENTRE_HEAD)
    request = floor.do(head, downloads.ask, recording.id, "研判")
    with pytest.raises(OwnDownload):
        floor.do(head, downloads.decide, request.id, allow=True)
    assert [row.id for row in floor.do(second, downloads.waiting)] == [request.id]
    floor.do(second, downloads.decide, request.id, allow=False)
    with pytest.raises(DownloadNotAllowed):
        floor.do(head, downloads.fetch, request.id)


def test_recording_when_paused_then_audited_and_on_again_for_the_next_who_takes_the_caller(floor: Floor):
    agent, other = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    assert floor.do(agent, call_control.pause_recording, call_id).recording_paused
    with floor.uow() as uow:
        assert scenes.of(uow, calls.locked(uow, call_id)).recording_paused
    floor.do(agent, transfers.to_seat, call_id, floor.seat(other).id)
    assert not floor.call(call_id).recording_paused


def test_recording_when_the_disk_is_full_then_marked_and_shown_to_agent_and_board(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.do(SYSTEM, recordings.in_trouble, floor.call(call_id), recordings.DISK_FULL)
    with floor.uow() as uow:
        (recording,) = recordings.of_call(uow, floor.call(call_id))
    assert recording.trouble == "disk_full"
    assert floor.events()[-1] == "recording.trouble"
