"""The department's own desk: signing many at once, its figures, its reply templates, its order packages."""

from datetime import datetime, timedelta

from flask import Response, send_file
from flask_openapi3.models.file import FileStorage
from pydantic import AwareDatetime, Field

from dispatch import access, units
from hotline.core.identity import Permission
from web import packages
from web.api.case_schemas import CaseOut, CasePath
from web.api.case_view import case_out
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("units", "承办单位工作台")
UNIT = Permission.UNIT_DESK
PACKAGE = {
    "description": "工单包（zip：package.json 与 files/）",
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}


class SignMany(Incoming):
    assignment_ids: list[Id] = Field(min_length=1, max_length=units.BATCH_LIMIT)


class SignedOut(Outgoing):
    """Each part answers for itself."""

    assignment_id: int
    signed: bool
    code: str | None
    reason: str | None


class SignedMany(Outgoing):
    items: list[SignedOut]


class StatisticsQuery(Incoming):
    since: AwareDatetime | None = Field(None, description="absent: 30 days before `until`")
    until: AwareDatetime | None = None


class UnitFigures(Outgoing):
    unit: str
    dispatched: int
    replied: int
    signed_late: int
    reworked: int


class CategoryFigures(Outgoing):
    category: str
    dispatched: int
    rated: int
    dissatisfied: int


class StatisticsOut(Outgoing):
    """Counts of the own unit and those below it; a rate stands beside the counts that it is made of."""

    since: datetime
    until: datetime
    dispatched: int
    signed_late: int
    replied: int
    in_hand: int
    reworked: int
    extended: int
    due: int
    on_time: int
    late: int
    on_time_rate: float | None
    returns: int
    returns_refused: int
    yellow_cards: int
    red_cards: int
    by_unit: list[UnitFigures]
    by_category: list[CategoryFigures] = Field(description="the ten most frequent classes")


class TemplateIn(Incoming):
    title: str = Field(min_length=1, max_length=100)
    body: str = Field(min_length=1, max_length=5000)


class TemplatePath(Incoming):
    template_id: Id


class TemplateOut(Outgoing):
    id: int
    title: str
    body: str
    updated_at: datetime


class Templates(Outgoing):
    items: list[TemplateOut]


class PackageForm(Incoming):
    file: FileStorage


@bp.post("/units/sign_many", responses={200: SignedMany})
@opens_to(UNIT)
def sign_many(body: SignMany) -> Response:
    """Sign many parts; one that cannot be signed stops no other and says why."""
    with open_uow() as uow:
        return reply(SignedMany.model_validate({"items": units.sign_many(uow, body.assignment_ids)}))


@bp.get("/units/statistics", responses={200: StatisticsOut})
@opens_to(UNIT)
def statistics(query: StatisticsQuery) -> Response:
    with open_uow() as uow:
        until = query.until or uow.now
        since = query.since or until - timedelta(days=30)
        figures = units.statistics(uow, since, until)
    return reply(StatisticsOut(since=since, until=until, **figures))


@bp.get("/units/templates", responses={200: Templates})
@opens_to(UNIT)
def templates() -> Response:
    """Texts that replies may start from."""
    with open_uow() as uow:
        return reply(Templates.model_validate({"items": units.templates(uow)}))


@bp.post("/units/templates", responses={201: TemplateOut})
@opens_to(UNIT)
def add_template(body: TemplateIn) -> Response:
    with open_uow() as uow:
        row = units.save_template(uow, title=body.title, body=body.body)
        return reply(TemplateOut.model_validate(row), 201)


@bp.patch("/units/templates/<int:template_id>", responses={200: TemplateOut})
@opens_to(UNIT)
def change_template(path: TemplatePath, body: TemplateIn) -> Response:
    with open_uow() as uow:
        row = units.save_template(uow, title=body.title, body=body.body, template_id=path.template_id)
        return reply(TemplateOut.model_validate(row))


@bp.delete("/units/templates/<int:template_id>", responses={200: Done})
@opens_to(UNIT)
def drop_template(path: TemplatePath) -> Response:
    with open_uow() as uow:
        units.drop_template(uow, path.template_id)
    return reply(Done())


@bp.get("/cases/<int:case_id>/package", responses={200: PACKAGE})
@opens_to(UNIT)
def take_package(path: CasePath) -> Response:
    """The case as the unit may see it, with its files, for the unit's own system; taking it is noted."""
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        content = packages.write(uow, case)
        name = f"{case.case_no}.zip"
    return send_file(content, mimetype="application/zip", as_attachment=True, download_name=name)


@bp.post("/units/packages", responses={200: CaseOut})
@opens_to(UNIT)
def bring_package(form: PackageForm) -> Response:
    """The answers of the unit's own system: all of a package are taken, or none."""
    with open_uow() as uow:
        return reply(case_out(uow, packages.read(uow, form.file)))
