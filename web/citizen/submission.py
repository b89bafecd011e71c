"""A case from the web page: files judged first, class proposed from the text, all in one unit of work."""

from collections.abc import Iterable

from werkzeug.datastructures import FileStorage

from dispatch import attachments, citizen
from dispatch.models import Case
from hotline.core.errors import Invalid
from hotline.core.uow import UnitOfWork
from hotline.desk import classing
from hotline.desk.suggestions import Question
from web import uploads
from web.citizen.forms import SubmitForm
from web.uploads import Upload

MOST_FILES = 5


def read_files(files: Iterable[FileStorage]) -> list[Upload]:
    """Every file that was chosen, or the first reason why one cannot be taken."""
    chosen = [file for file in files if file.filename]
    if len(chosen) > MOST_FILES:
        raise Invalid([{"field": "files", "reason": f"一次最多 {MOST_FILES} 个文件"}])
    return [uploads.read(file, "files") for file in chosen]


def submit(uow: UnitOfWork, form: SubmitForm, files: Iterable[Upload]) -> Case:
    data = form.fields()
    asked = Question(title=str(data["title"]), facts=form.facts, demand=form.demand)
    category, proposed = classing.classify(uow, asked)
    case = citizen.submit(uow, data | {"category_code": category}, proposed)
    for upload in files:
        attachments.add_to(uow, case, uploads.store(uow, upload), kind="citizen")
    return case
