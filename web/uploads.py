"""Files that people send: judged by their content, never by their name or what the browser says.

Pictures are drawn anew without their metadata (where and with which phone they were taken is nobody's business).
Called by the web edges; the result goes to the file storage and the owner of attachments.
"""

import io
import re
from dataclasses import dataclass

import filetype
from flask import Response, send_file
from PIL import Image, ImageOps
from werkzeug.datastructures import FileStorage

from dispatch.attachments import StoredFile
from hotline.adapters.storage import Storage
from hotline.core.clock import local_date
from hotline.core.errors import Invalid
from hotline.core.privacy import fingerprint
from hotline.core.uow import UnitOfWork
from web.edge import house

MAX_BYTES = 20 << 20
MAX_PIXELS = 60_000_000
MAX_SIDE = 2560
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
OTHERS = {
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "audio/mpeg",
    "audio/mp4",
    "audio/m4a",
    "audio/ogg",
    "audio/x-wav",
    "audio/amr",
    "video/mp4",
}
SHOWN_IN_PAGE = ("image/", "audio/", "video/", "application/pdf")
KINDS = "照片（jpg、png、webp）、PDF、Word、Excel、录音（mp3、m4a、wav、amr、ogg）、视频（mp4）"


class UploadRefused(Invalid):
    code = "upload.refused"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that may be stored; `suffix` is chosen by content."""

    name: str
    media_type: str
    suffix: str
    data: bytes
    sha256: str


def read(file: FileStorage, field: str = "file") -> Upload:
    """The accepted file, or the reason why not in Chinese."""
    if not isinstance(file, FileStorage):
        raise _refused(field, "应上传文件")
    name = plain_name(file.filename)
    data = file.stream.read(MAX_BYTES + 1)
    if not data:
        raise _refused(field, f"“{name}”是空文件")
    if len(data) > MAX_BYTES:
        raise _refused(field, f"“{name}”太大，单个文件不超过 {MAX_BYTES >> 20} MB")
    kind = filetype.guess(data)
    media_type = kind.mime if kind else ""
    if media_type in PICTURES:
        data = redraw(data, PICTURES[media_type], field, name)
    elif media_type not in OTHERS:
        raise _refused(field, f"“{name}”的内容不是可以上传的类型，只接收{KINDS}")
    return Upload(
        name=name,
        media_type=media_type,
        suffix="." + kind.extension,
        data=data,
        sha256=fingerprint(data),
    )


def store(uow: UnitOfWork, upload: Upload) -> StoredFile:
    """Keep the bytes under a name of ours; the row that makes them findable is the owner's business."""
    storage = Storage(uow.settings.data_dir)
    on = local_date(uow.now)
    return StoredFile(
        name=upload.name,
        media_type=upload.media_type,
        size_bytes=len(upload.data),
        sha256=upload.sha256,
        storage_key=storage.save("attachments", io.BytesIO(upload.data), on=on, suffix=upload.suffix),
    )


def serve(key: str, name: str, media_type: str) -> Response:
    """A stored file: shown in the page where a browser can, otherwise saved."""
    path = Storage(house().settings.data_dir).path(key)
    shown = media_type.startswith(SHOWN_IN_PAGE)
    return send_file(path, mimetype=media_type, as_attachment=not shown, download_name=name)


def redraw(data: bytes, form: str, field: str, name: str) -> bytes:
    """The same picture, upright, at most `MAX_SIDE` pixels wide or high, without any metadata."""
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _refused(field, f"照片“{name}”的尺寸太大")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            clean = upright.convert("RGBA" if form != "JPEG" and "A" in upright.getbands() else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as broken:
        raise _refused(field, f"照片“{name}”已损坏，无法打开") from broken
    clean.info.clear()
    target = io.BytesIO()
    clean.save(target, form, quality=85)
    return target.getvalue()


def plain_name(name: str | None) -> str:
    """The last part of the name, without characters that could mean anything to a file system or a page."""
    last = re.split(r"[\\/]", name or "")[-1]
    return re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", last)[-100:] or "附件"


def _refused(field: str, reason: str) -> UploadRefused:
    return UploadRefused([{"field": field, "reason": reason}])
