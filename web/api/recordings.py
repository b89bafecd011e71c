"""Recordings beyond playback: legal hold, and files that leave the house by permit."""

from datetime import datetime

from flask import Response
from pydantic import Field

from hotline.core.identity import Permission
from telephony import downloads, recordings
from telephony.downloads import RecordingDownload
from web.api.calls import SOUND, RecordingOut, RecordingPath
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("recordings", "录音留存与下载审批")

PLAY, ALLOW = Permission.RECORDING_PLAY, Permission.RECORDING_DOWNLOAD


class HoldIn(Incoming):
    on: bool = Field(description="true: kept whatever the retention says")


class AskIn(Incoming):
    reason: str = Field(min_length=2, max_length=300)


class DecideIn(Incoming):
    allow: bool


class DownloadPath(Incoming):
    download_id: Id


class DownloadOut(Outgoing):
    id: int
    recording_id: int
    asked_by_id: int
    asked_at: datetime
    reason: str
    decided_by_id: int | None
    decided_at: datetime | None
    allowed: bool | None
    valid_until: datetime | None


class DownloadList(Outgoing):
    items: list[DownloadOut]


def download_out(row: RecordingDownload) -> DownloadOut:
    return DownloadOut.model_validate(row)


@bp.post("/recordings/<int:recording_id>/hold", responses={200: RecordingOut})
@opens_to(ALLOW)
def hold(path: RecordingPath, body: HoldIn) -> Response:
    """Legal hold on or off."""
    with open_uow() as uow:
        return reply(RecordingOut.model_validate(recordings.hold(uow, path.recording_id, on=body.on)))


@bp.post("/recordings/<int:recording_id>/downloads", responses={201: DownloadOut})
@opens_to(PLAY)
def ask(path: RecordingPath, body: AskIn) -> Response:
    """Ask for the file, with a reason; somebody else decides."""
    with open_uow() as uow:
        return reply(download_out(downloads.ask(uow, path.recording_id, body.reason)), 201)


@bp.get("/recording_downloads", responses={200: DownloadList})
@opens_to(PLAY)
def listing() -> Response:
    """What waits for a decision, for whoever decides; one's own requests otherwise."""
    with open_uow() as uow:
        return reply(DownloadList(items=[download_out(row) for row in downloads.waiting(uow)]))


@bp.post("/recording_downloads/<int:download_id>/decide", responses={200: DownloadOut})
@opens_to(ALLOW)
def decide(path: DownloadPath, body: DecideIn) -> Response:
    with open_uow() as uow:
        return reply(download_out(downloads.decide(uow, path.download_id, allow=body.allow)))


@bp.get("/recording_downloads/<int:download_id>/file", responses={200: SOUND})
@opens_to(PLAY)
def fetch(path: DownloadPath) -> Response:
    """Ogg/Opus with the taker's name in it; every fetch is in the audit trail."""
    with open_uow() as uow:
        sound = downloads.fetch(uow, path.download_id)
    response = Response(sound, mimetype=recordings.MIME_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="recording-{path.download_id}.ogg"'
    return response
