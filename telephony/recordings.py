"""Recordings as facts: begun with the call, raw at its end, finalised by a task, every playback in the audit trail.

The files themselves are behind `recording_files`.
"""

from datetime import timedelta

from sqlalchemy import select

from hotline.core.identity import Permission, require
from hotline.core.privacy import fingerprint
from hotline.core.uow import UnitOfWork
from telephony import recording_files as files
from telephony.errors import RecordingDamaged, RecordingNotFound, RecordingNotReady, RecordingUnusable
from telephony.events import RecordingInTrouble, RecordingRaw, RecordingReady
from telephony.models import Call, CallBackRequest, Recording, RecordingState
from telephony.sealed import Damaged
from telephony.sip.port import SAMPLE_RATE

MIME_TYPE = "audio/ogg"
DAMAGED, DISK_FULL = "damaged", "disk_full"


def start(uow: UnitOfWork, call: Call, name: str) -> Recording:
    recording = Recording(
        call_id=call.id, name=name, state=RecordingState.RUNNING, started_at=call.answered_at or uow.now
    )
    uow.session.add(recording)
    return recording


def stop(uow: UnitOfWork, call: Call) -> None:
    """The worker has closed the files of this call."""
    running = select(Recording).where(Recording.call_id == call.id, Recording.state == RecordingState.RUNNING)
    for recording in uow.session.scalars(running):
        _stop(uow, recording)


def stop_all(uow: UnitOfWork, worker_id: int) -> None:
    """What a dead worker was writing is as complete as it will ever be."""
    running = (
        select(Recording)
        .join(Call, Call.id == Recording.call_id)
        .where(Call.worker_id == worker_id, Recording.state == RecordingState.RUNNING)
    )
    for recording in uow.session.scalars(running):
        _stop(uow, recording)


def raw(uow: UnitOfWork, limit: int = 50) -> list[int]:
    """Ids of recordings still to be finalised, oldest first; what a lost task left behind is here too."""
    query = (
        select(Recording.id).where(Recording.state == RecordingState.RAW).order_by(Recording.id).limit(limit)
    )
    return list(uow.session.scalars(query))


def finalise(uow: UnitOfWork, recording_id: int) -> Recording | None:
    """Compress both sides into one stereo file; None where another task has it or has done it."""
    recording = uow.session.scalar(
        select(Recording)
        .where(Recording.id == recording_id, Recording.state == RecordingState.RAW)
        .with_for_update(skip_locked=True)
    )
    if recording is None:
        return None
    left, right = (files.read_raw(files.raw(uow.settings, recording.name, side)) for side in files.SIDES)
    if not len(left) and not len(right):
        recording.state = RecordingState.UNUSABLE
        return recording
    ogg = files.compress(left, right)
    files.store(uow.settings, uow.vault, recording.name, ogg)
    recording.state = RecordingState.FINAL
    recording.duration_s = round(max(len(left), len(right)) / SAMPLE_RATE, 2)
    recording.size_bytes, recording.sha256 = len(ogg), fingerprint(ogg)
    uow.record(RecordingReady(recording_id=recording.id, call_id=recording.call_id))
    return recording


def sweep_spool(uow: UnitOfWork) -> int:
    """Remove raw files whose compressed recording is safely committed; run after `finalise`, and by a sweep."""
    names = {file.name.rsplit("-", 1)[0] for file in files.spool(uow.settings).glob("*.wav")}
    done = uow.session.scalars(
        select(Recording.name).where(Recording.name.in_(names), Recording.state == RecordingState.FINAL)
    ).all()
    for name in done:
        files.drop_raw(uow.settings, name)
    return len(done)


def of_call(uow: UnitOfWork, call: Call) -> list[Recording]:
    """The recordings of a call that the caller of this function may see (`calls.visible`)."""
    query = select(Recording).where(Recording.call_id == call.id).order_by(Recording.id)
    return list(uow.session.scalars(query))


def play(uow: UnitOfWork, recording_id: int) -> tuple[Recording, bytes]:
    """The sound as Ogg/Opus; who listened is written into the call's audit trail first."""
    audible(uow, recording_id)
    recording, ogg = sound(uow, recording_id)
    uow.audit(f"call:{recording.call_id}", "play_recording", recording_id=recording.id)
    return recording, ogg


def audible(uow: UnitOfWork, recording_id: int) -> Recording:
    """The recording, if the actor may hear it."""
    require(uow.actor, Permission.RECORDING_PLAY)
    recording = uow.session.get(Recording, recording_id)
    if recording is None or not _may_hear(uow, recording):
        raise RecordingNotFound
    return recording


def sound(uow: UnitOfWork, recording_id: int) -> tuple[Recording, bytes]:
    """For those who have checked and written down who takes it."""
    recording = uow.session.get_one(Recording, recording_id)
    if recording.state in (RecordingState.RUNNING, RecordingState.RAW):
        raise RecordingNotReady
    if recording.state == RecordingState.UNUSABLE or recording.deleted_at is not None:
        raise RecordingUnusable
    try:
        return recording, files.load(uow.settings, uow.vault, recording.name)
    except (FileNotFoundError, Damaged) as lost:
        raise RecordingDamaged from lost


def intact(uow: UnitOfWork, recording: Recording) -> bool:
    """Whether the file on disk is still the one whose checksum was stored."""
    try:
        return fingerprint(files.load(uow.settings, uow.vault, recording.name)) == recording.sha256
    except (FileNotFoundError, Damaged):
        return False


def check(uow: UnitOfWork, *, after_id: int = 0, limit: int = 200) -> int | None:
    """Look at the next recordings on disk; the last id looked at, None when all have been. What is damaged is told."""
    query = select(Recording).where(
        Recording.id > after_id, Recording.state == RecordingState.FINAL, Recording.deleted_at.is_(None)
    )
    rows = uow.session.scalars(query.order_by(Recording.id).limit(limit)).all()
    for recording in rows:
        if not intact(uow, recording) and recording.damaged_at is None:
            recording.damaged_at = uow.now
            uow.audit(f"call:{recording.call_id}", "find_damage", recording_id=recording.id)
            uow.record(
                RecordingInTrouble(recording_id=recording.id, call_id=recording.call_id, trouble=DAMAGED)
            )
    return rows[-1].id if len(rows) == limit else None


def in_trouble(uow: UnitOfWork, call: Call, trouble: str) -> None:
    """The disk does not take the sound of a call that goes on: marked, and shown while it lasts."""
    running = select(Recording).where(Recording.call_id == call.id, Recording.state == RecordingState.RUNNING)
    for recording in uow.session.scalars(running):
        recording.trouble = trouble
        uow.record(
            RecordingInTrouble(
                recording_id=recording.id, call_id=call.id, seat_id=call.seat_id, trouble=trouble
            )
        )


def hold(uow: UnitOfWork, recording_id: int, *, on: bool) -> Recording:
    """Legal hold: kept whatever the retention says."""
    require(uow.actor, Permission.RECORDING_DOWNLOAD)
    recording = uow.session.get(Recording, recording_id)
    if recording is None:
        raise RecordingNotFound
    recording.legal_hold = on
    uow.audit(
        f"call:{recording.call_id}",
        "hold_recording" if on else "release_recording",
        recording_id=recording.id,
    )
    return recording


def delete_expired(uow: UnitOfWork, *, keep_days: int, limit: int = 200) -> int:
    """Sound older than the retention goes, its record stays."""
    expired = uow.session.scalars(
        select(Recording)
        .where(
            Recording.state == RecordingState.FINAL,
            Recording.legal_hold.is_(False),
            Recording.deleted_at.is_(None),
            Recording.started_at < uow.now - timedelta(days=keep_days),
        )
        .with_for_update(skip_locked=True)
        .limit(limit)
    ).all()
    for recording in expired:
        files.delete(uow.settings, recording.name)
        recording.deleted_at = uow.now
        uow.audit(f"call:{recording.call_id}", "delete_recording", recording_id=recording.id)
    return len(expired)


def _may_hear(uow: UnitOfWork, recording: Recording) -> bool:
    if uow.actor.may(Permission.CALL_SEE_ALL):
        return True
    call = uow.session.get_one(Call, recording.call_id)
    owner = call.user_id
    if owner is None and call.call_back_id is not None:  # a message is heard by whoever rings back
        owner = uow.session.get_one(CallBackRequest, call.call_back_id).owner_id
    return owner is not None and owner == uow.actor.user_id


def _stop(uow: UnitOfWork, recording: Recording) -> None:
    recording.state, recording.ended_at = RecordingState.RAW, uow.now
    uow.record(RecordingRaw(recording_id=recording.id))
