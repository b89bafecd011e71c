"""Files of a case: their rows. The bytes are checked and stored by the edge (`hotline.adapters.storage`)."""

from dataclasses import dataclass

from dispatch.access import case_for, own_parts
from dispatch.models_case import Attachment, Case
from dispatch.views import may_see_attachment
from hotline.core.errors import Invalid, NotFound
from hotline.core.uow import UnitOfWork

KINDS = ("citizen", "evidence", "photo", "document", "recording", "minutes", "letter")


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """What the edge knows of a file that it has checked and stored."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    storage_key: str


def add(
    uow: UnitOfWork,
    case_id: int,
    file: StoredFile,
    *,
    kind: str = "document",
    assignment_id: int | None = None,
) -> Attachment:
    """Attach a stored file to a case that the actor may see; a unit's file belongs to its part."""
    case = case_for(uow, case_id)
    if kind not in KINDS:
        raise Invalid(fields=[{"field": "kind", "reason": f"可选值：{'、'.join(KINDS)}"}])
    mine = own_parts(uow.actor, case)
    if uow.actor.unit_ids and mine:
        assignment_id = next((part.id for part in mine if part.id == assignment_id), mine[-1].id)
    elif assignment_id is not None and all(part.id != assignment_id for part in case.assignments):
        raise Invalid(fields=[{"field": "assignment_id", "reason": "不属于本工单"}])
    return add_to(uow, case, file, kind=kind, assignment_id=assignment_id)


def add_to(
    uow: UnitOfWork, case: Case, file: StoredFile, *, kind: str, assignment_id: int | None = None
) -> Attachment:
    """The row itself, on a case that the caller may touch (the citizen's edge found it by number and code)."""
    row = Attachment(
        case_id=case.id,
        assignment_id=assignment_id,
        kind=kind,
        name=file.name[:200],
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        storage_key=file.storage_key,
        citizen_may_see=kind == "citizen",
        added_by_id=uow.actor.user_id,
        added_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # the form that follows names the file by its id
    uow.session.expire(case, ["attachments"])
    uow.audit(f"case:{case.id}", "attach", attachment_id=row.id, name=row.name, sha256=row.sha256)
    return row


def read(uow: UnitOfWork, attachment_id: int) -> Attachment:
    """The row of a file that the actor may read; reading is noted."""
    row = uow.session.get(Attachment, attachment_id)
    if row is None:
        raise NotFound()
    case = case_for(uow, row.case_id)
    if not may_see_attachment(uow, case, row):
        raise NotFound()
    uow.audit(f"case:{case.id}", "download", attachment_id=row.id)
    return row
