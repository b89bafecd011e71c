"""Order packages as files: a zip of `package.json` and the case's files, out to a unit's own system and back.

On the way back an answer names its files by their place in the zip (`"files": ["files/现场.jpg"]`); each is judged and
stored like any upload, and its id joins `attachment_ids` of the answer's payload. A plain .json is taken as well.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import FileStorage

from dispatch import attachments, units, views
from dispatch.models_case import Attachment, Case
from hotline.adapters.storage import Storage
from hotline.core.errors import Invalid
from hotline.core.uow import UnitOfWork
from hotline.desk import reply_checks
from web import uploads

DOCUMENT = "package.json"
MAX_BYTES = 100 << 20
MAX_FILES = 50


class PackageBroken(Invalid):
    code = "package.broken"


def write(uow: UnitOfWork, case: Case) -> io.BytesIO:
    package = units.export_package(uow, case.id)
    storage = Storage(uow.settings.data_dir)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        package["files"] = []
        for row in views.attachments_of(uow, case):
            place = f"files/{row.id}-{row.name}"
            package["files"].append({"path": place, "kind": row.kind, "sha256": row.sha256})
            archive.write(storage.path(row.storage_key), place)
        text = json.dumps(package, ensure_ascii=False, indent=1, default=_plain)
        archive.writestr(DOCUMENT, text)
    content.seek(0)
    return content


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read(uow: UnitOfWork, file: FileStorage) -> Case:
    """Store the files that the answers name, then let the unit's verbs judge every answer."""
    if not isinstance(file, FileStorage):
        raise _broken("应上传工单包")
    data = file.stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _broken(f"工单包不超过 {MAX_BYTES >> 20} MB")
    if not zipfile.is_zipfile(io.BytesIO(data)):
        package = _document(data)
        return units.import_package(uow, _with_files(uow, package, {}))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            package = _document(archive.read(_member(archive, DOCUMENT)))
            found = {name: archive.read(_member(archive, name)) for name in set(_named(package))}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as wrong:
        raise _broken("压缩包已损坏或加密，无法打开") from wrong
    return units.import_package(uow, _with_files(uow, package, found))


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    try:
        member = archive.getinfo(name)
    except KeyError as missing:
        raise _broken(f"包内没有“{name}”") from missing
    if member.file_size > uploads.MAX_BYTES:
        raise _broken(f"“{name}”太大，单个文件不超过 {uploads.MAX_BYTES >> 20} MB")
    return member


def _document(data: bytes) -> dict[str, Any]:
    try:
        package = json.loads(data)
    except (ValueError, RecursionError) as wrong:
        raise _broken(f"{DOCUMENT} 不是有效的 JSON") from wrong
    if not isinstance(package, dict) or not isinstance(package.get("answers"), list):
        raise _broken("须有 answers 列表")
    if not isinstance(package.get("case"), dict) or not isinstance(package["case"].get("id"), int):
        raise _broken("须有工单 id（case.id）")
    if not isinstance(package.get("assignment_id"), int | None):
        raise _broken("assignment_id 应为整数")
    return package


def _named(package: dict[str, Any]) -> Iterator[str]:
    names = [
        name
        for answer in package["answers"]
        if isinstance(answer, dict)
        for name in answer.get("files") or ()
    ]
    if len(names) > MAX_FILES or not all(isinstance(name, str) for name in names):
        raise _broken(f"files 应为文件名，最多 {MAX_FILES} 个")
    yield from names


def _with_files(uow: UnitOfWork, package: dict[str, Any], found: dict[str, bytes]) -> dict[str, Any]:
    """The package with the ids of its files in the payloads."""
    case_id: int = package["case"]["id"]
    answers = []
    for answer in package["answers"]:
        if not isinstance(answer, dict) or not isinstance(answer.get("payload", {}), dict):
            raise _broken("answers 的每一项应为 {action, payload}")
        given, ids = answer.get("payload") or {}, list[int]()
        payload = reply_checks.with_findings(uow, case_id, str(answer.get("action")), dict(given))
        for name in answer.get("files") or ():
            if name not in found:
                raise _broken(f"包内没有“{name}”")
            ids.append(_keep(uow, case_id, name, found[name]).id)
        if ids:
            payload["attachment_ids"] = [*(payload.get("attachment_ids") or ()), *ids]
        answers.append({"action": answer.get("action"), "payload": payload})
    return package | {"answers": answers}


def _keep(uow: UnitOfWork, case_id: int, name: str, data: bytes) -> Attachment:
    upload = uploads.read(FileStorage(io.BytesIO(data), filename=name))
    return attachments.add(uow, case_id, uploads.store(uow, upload), kind="evidence")


def _broken(reason: str) -> PackageBroken:
    return PackageBroken([{"field": "file", "reason": reason}])
