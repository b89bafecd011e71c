"""The classifier's models over HTTP: cards with pictures, what people made of the suggestions, bringing a model back."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from hotline.core.identity import Permission
from hotline.desk import model_board
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Incoming

bp = resource("models", "智能建议模型")
MANAGE = Permission.MODEL_MANAGE
SVG = {
    "description": "SVG 图",
    "content": {"image/svg+xml": {"schema": {"type": "string", "format": "binary"}}},
}


class ModelPath(Incoming):
    name: str = Field(pattern=r"^[0-9A-Za-z-]{1,40}$")


class PicturePath(ModelPath):
    picture: str = Field(pattern=r"^[a-z]{1,20}$")


class BoardQuery(Incoming):
    days: int = Field(30, ge=1, le=366)


class UseIn(Incoming):
    reason: str = Field(min_length=1, max_length=500)


class FieldFigures(Outgoing):
    """Of the cases that the model was not shown; `ece`: mean gap between stated and right."""

    count: int
    accuracy: float
    top3: float
    silent: float
    ece: float


class ModelRow(Outgoing):
    name: str
    in_use: bool
    why: str | None
    examples: int | None
    tested: int | None
    figures: dict[str, FieldFigures]


class Attempt(Outgoing):
    """One training; `champion` and `challenger`: mean share of right classes and units of the `compared` cases."""

    name: str
    promoted: bool
    why: str
    examples: int
    compared: int
    champion: float | None
    challenger: float | None


class ModelList(Outgoing):
    source: str
    current: str | None
    items: list[ModelRow]
    attempts: list[Attempt]


class ClassFigures(Outgoing):
    code: str
    name: str
    precision: float
    recall: float
    f1: float
    support: int


class DataFacts(Outgoing):
    examples: int
    cases: int
    hard_won: int
    leaves_taught: int
    leaves: int
    units_taught: int


class CardOut(Outgoing):
    """`pictures` are the names under which the pictures are served."""

    name: str
    trained_at: datetime
    split: str
    tested: int
    data: DataFacts
    figures: dict[str, FieldFigures]
    tops: list[ClassFigures]
    classes: list[ClassFigures]
    pictures: list[str]


class AgreementRow(Outgoing):
    field: str
    key: str
    label: str
    proposed: int
    first: int
    among: int


class ReturnedRow(Outgoing):
    reason_class: str
    label: str
    count: int
    errors: int


class BranchRow(Outgoing):
    code: str
    name: str
    taught: float
    seen: float


class BoardOfModels(Outgoing):
    since: datetime
    fields: list[AgreementRow]
    units: list[AgreementRow]
    grounds: list[AgreementRow]
    weeks: list[AgreementRow]
    returns: list[ReturnedRow]
    drift: float | None
    drift_label: str
    branches: list[BranchRow]


@bp.get("/models", responses={200: ModelList})
@opens_to(MANAGE)
def models() -> Response:
    """The saved models, the newest first, and what became of the last trainings."""
    with open_uow() as uow:
        return reply(ModelList.model_validate(model_board.models(uow)))


@bp.get("/models/board", responses={200: BoardOfModels})
@opens_to(MANAGE, Permission.ROUTING_EDIT)
def board(query: BoardQuery) -> Response:
    """How far people followed the suggestions, per field, unit, reason and week; drift of the cases."""
    with open_uow() as uow:
        return reply(BoardOfModels.model_validate(model_board.board(uow, query.days)))


@bp.get("/models/<name>", responses={200: CardOut})
@opens_to(MANAGE)
def card(path: ModelPath) -> Response:
    with open_uow() as uow:
        found: dict[str, Any] = model_board.card(uow, path.name)
    return reply(CardOut.model_validate(found | {"name": path.name, "pictures": list(found["pictures"])}))


@bp.get("/models/<name>/pictures/<picture>", responses={200: SVG})
@opens_to(MANAGE)
def picture(path: PicturePath) -> Response:
    with open_uow() as uow:
        drawn = model_board.picture(uow, path.name, path.picture)
    return Response(
        drawn,
        mimetype="image/svg+xml",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


@bp.post("/models/<name>/use", responses={200: Done})
@opens_to(MANAGE)
def use(path: ModelPath, body: UseIn) -> Response:
    """Bring a saved model back; every process takes it up within a minute."""
    with open_uow() as uow:
        model_board.use(uow, path.name, body.reason)
    return reply(Done())
