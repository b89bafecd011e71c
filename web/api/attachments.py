"""Files of a case: sent, judged by content, stored under a name of ours, read back with the reading noted."""

from flask import Response
from flask_openapi3.models.file import FileStorage
from pydantic import Field

from dispatch import access, attachments
from web import uploads
from web.api.case_schemas import AttachmentOut, AttachmentPath, CasePath
from web.api.schemas import reply
from web.api.wiring import resource
from web.edge import STAFF, open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("attachments", "附件")
BYTES = {
    "description": "the file",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


class UploadForm(Incoming):
    file: FileStorage
    kind: str = Field("document", max_length=40)
    assignment_id: Id | None = None


@bp.post("/cases/<int:case_id>/attachments", responses={201: AttachmentOut})
@opens_to(STAFF)
def add_attachment(path: CasePath, form: UploadForm) -> Response:
    with open_uow() as uow:
        # The door first: nobody fills the disk through a case that is not theirs.
        access.case_for(uow, path.case_id)
        stored = uploads.store(uow, uploads.read(form.file))
        row = attachments.add(uow, path.case_id, stored, kind=form.kind, assignment_id=form.assignment_id)
        return reply(AttachmentOut.model_validate(row), 201)


@bp.get("/attachments/<int:attachment_id>", responses={200: BYTES})
@opens_to(STAFF)
def download(path: AttachmentPath) -> Response:
    with open_uow() as uow:
        row = attachments.read(uow, path.attachment_id)
    return uploads.serve(row.storage_key, row.name, row.media_type)
