"""Recordings that leave the house: asked for with a reason, allowed by somebody else, marked with who took them.

Playback needs none of this (`recordings.play`); a downloaded file can be passed on, so it carries its taker's name.
"""

import io
from datetime import datetime, timedelta

import av
from sqlalchemy import BigInteger, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base, Key
from hotline.core.identity import Permission, require
from hotline.core.privacy import watermark
from hotline.core.uow import UnitOfWork
from telephony import recordings
from telephony.errors import DownloadDecided, DownloadNotAllowed, DownloadNotFound, OwnDownload
from telephony.models import Recording

VALID = timedelta(hours=24)


class RecordingDownload(Base):
    __tablename__ = "recording_download"
    id: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    allowed: Mapped[bool | None]
    valid_until: Mapped[datetime | None]

    __table_args__ = (Index("ix_recording_download_open", "id", postgresql_where=text("decided_at is null")),)


def ask(uow: UnitOfWork, recording_id: int, reason: str) -> RecordingDownload:
    recording = recordings.audible(uow, recording_id)
    request = RecordingDownload(
        recording_id=recording.id, asked_by_id=uow.actor.user_id, asked_at=uow.now, reason=reason
    )
    uow.session.add(request)
    uow.session.flush()  # the audit trail names it
    uow.audit(f"call:{recording.call_id}", "ask_download", recording_id=recording.id, reason=reason)
    return request


def decide(uow: UnitOfWork, request_id: int, *, allow: bool) -> RecordingDownload:
    """Four eyes: never one's own request."""
    require(uow.actor, Permission.RECORDING_DOWNLOAD)
    request = uow.session.get(RecordingDownload, request_id, with_for_update=True)
    if request is None:
        raise DownloadNotFound
    if request.decided_at is not None:
        raise DownloadDecided
    if request.asked_by_id == uow.actor.user_id:
        raise OwnDownload
    request.decided_by_id, request.decided_at, request.allowed = uow.actor.user_id, uow.now, allow
    request.valid_until = uow.now + VALID if allow else None
    call_id = uow.session.get_one(Recording, request.recording_id).call_id
    uow.audit(f"call:{call_id}", "allow_download" if allow else "refuse_download", request_id=request.id)
    return request


def fetch(uow: UnitOfWork, request_id: int) -> bytes:
    """The file, for whoever asked, while the permit is valid; every fetch is written down."""
    request = uow.session.get(RecordingDownload, request_id)
    if request is None or request.asked_by_id != uow.actor.user_id:
        raise DownloadNotFound
    if request.valid_until is None or request.valid_until < uow.now:
        raise DownloadNotAllowed
    recording, sound = recordings.sound(uow, request.recording_id)
    uow.audit(f"call:{recording.call_id}", "download", request_id=request.id)
    return marked(sound, f"{watermark(uow.actor.name, None, uow.now)} #{request.id}")


def waiting(uow: UnitOfWork) -> list[RecordingDownload]:
    """Requests that somebody has to decide, for whoever may; otherwise one's own."""
    query = select(RecordingDownload).order_by(RecordingDownload.id.desc()).limit(100)
    if uow.actor.may(Permission.RECORDING_DOWNLOAD):
        query = query.where(RecordingDownload.decided_at.is_(None))
    else:
        query = query.where(RecordingDownload.asked_by_id == uow.actor.user_id)
    return list(uow.session.scalars(query))


def marked(ogg: bytes, mark: str) -> bytes:
    """The same sound, not encoded anew, with `mark` in its comment."""
    target = io.BytesIO()
    with av.open(io.BytesIO(ogg), "r") as source, av.open(target, "w", format="ogg") as out:
        stream = out.add_stream_from_template(source.streams.audio[0])
        stream.metadata["comment"] = mark
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return target.getvalue()
