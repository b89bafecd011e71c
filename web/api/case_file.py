"""The file of a case over HTTP, and who looked at it: names and labels added to what `dispatch` tells."""

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from flask import Response
from pydantic import BaseModel, Field

from dispatch import access, case_file, forms, sights
from dispatch.models_case import Case
from hotline.core.identity import ROLE_LABELS, Permission, Role
from hotline.core.uow import UnitOfWork
from web.api import names
from web.api.case_schemas import CasePath
from web.api.file_schemas import CaseFile, Sight, Sights
from web.api.schemas import reply
from web.api.wiring import resource
from web.edge import STAFF, open_uow, opens_to
from web.validation import Incoming

bp = resource("case_file", "工单卷宗")


def choices(form: type[BaseModel], field: str) -> dict[str, str]:
    """Value → label, as the form of the move shows them."""
    info = form.model_fields[field]
    labels: Any = (info.json_schema_extra or {})["x-labels"]  # type: ignore[index]
    return dict(zip(get_args(info.annotation), labels, strict=True))


WORDS = {
    "reason_class": choices(forms.ReturnForm, "reason_class"),
    "how": choices(forms.ContactForm, "how"),
    "slot": choices(forms.OpinionForm, "slot"),
    "via": choices(forms.CloseForm, "via"),
}


@bp.get("/cases/<int:case_id>/file", responses={200: CaseFile})
@opens_to(STAFF)
def show(path: CasePath) -> Response:
    """Returns, extensions, disputes, contacts, cards, follow-ups: what concerns this person."""
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        told = case_file.file_of(uow, case)
        _name(uow, case, told)
    return reply(CaseFile.model_validate(told))


def _name(uow: UnitOfWork, case: Case, told: dict[str, Any]) -> None:
    rows = [row for row in _rows(told) if isinstance(row, dict)]
    units = names.units(uow, _ids(rows, "unit_id", "unit_ids"))
    people = names.people(uow, _ids(rows, "by_id", "actor_id"))
    part_units = {part.id: part.unit_id for part in case.assignments}
    units |= names.units(uow, part_units.values())
    for row in rows:
        row["unit"] = units.get(row.get("unit_id") or part_units.get(row.get("assignment_id") or 0))
        for name in [name for name in row if name.endswith("by_id")]:
            row[name.removesuffix("_id")] = people.get(row[name])
        for name in ("suggested_unit", "designated_unit"):
            row[name] = units.get(row.get(f"{name}_id"))
        row["units"] = [units[unit_id] for unit_id in row.get("unit_ids", ())]
        row["by"] = people.get(row.get("actor_id"))
        for name, words in WORDS.items():
            if name in row:
                row[f"{name}_label"] = words.get(row[name], row[name])


def _rows(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for rows in told.values():
        for row in rows if isinstance(rows, list) else ():
            yield row
            yield from row.get("opinions", ())


def _ids(rows: Iterable[dict[str, Any]], one: str, many: str) -> Iterator[int | None]:
    for row in rows:
        for name, value in row.items():
            if name.endswith(one) or name == many:
                yield from value if isinstance(value, list) else (value,)


# -- who saw what


class SightQuery(Incoming):
    case_no: str | None = Field(None, max_length=40)
    person: str | None = Field(None, max_length=100, description="account or work number")


@bp.get("/sights", responses={200: Sights})
@opens_to(Permission.AUDIT_SEE)
def who_saw_what(query: SightQuery) -> Response:
    """Who looked at a case or took something out of it, or what a person looked at; the latest first."""
    with open_uow() as uow:
        rows = sights.find(uow, case_no=query.case_no, person=query.person)
        units = names.units(uow, (row["unit_id"] for row in rows))
        items = [
            Sight(
                **{name: value for name, value in row.items() if name not in ("unit_id", "roles")},
                roles="、".join(ROLE_LABELS[Role(role)] for role in row["roles"].split(",") if role),
                unit=units.get(row["unit_id"]),
            )
            for row in rows
        ]
    return reply(Sights(items=items))
