"""Live suggestions for what is being typed, each with its reasons."""

from flask import Response
from pydantic import Field

from dispatch.status import CaseType
from hotline.core.identity import Permission
from hotline.desk import suggestions
from web.api.case_lines import SimilarCase
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("suggestions", "智能建议")


class Asked(Incoming):
    title: str = Field("", max_length=200)
    facts: str = Field("", max_length=20_000)
    demand: str = Field("", max_length=20_000)
    place: str | None = Field(None, max_length=200, description="address as typed")
    area_code: str | None = Field(None, max_length=20)
    case_type: CaseType | None = None
    case_id: Id | None = Field(None, description="the draft; the proposal is kept with it")


class SuggestionItem(Outgoing):
    value: str
    label: str
    confidence: float
    is_confident: bool = Field(description="above the bar; otherwise a person should look twice")
    reasons: list[str]


class FillOut(Outgoing):
    """What the text says for a field of the form; [start, end) are characters of the field `source`."""

    field: str
    label: str
    value: str
    source: str
    start: int
    end: int
    confidence: float


class SuggestionOut(Outgoing):
    """Per field the proposals, the best first; `source`: catalogue (the city's lists) or model."""

    source: str
    case_type: list[SuggestionItem]
    category: list[SuggestionItem]
    urgency: list[SuggestionItem]
    place: list[SuggestionItem]
    unit: list[SuggestionItem]
    similar: list[SimilarCase]
    risk_words: list[str]
    fills: list[FillOut]


@bp.post("/suggestions", responses={200: SuggestionOut})
@opens_to(Permission.SUGGESTION_ASK)
def suggest(body: Asked) -> Response:
    asked = suggestions.Question(
        title=body.title,
        facts=body.facts,
        demand=body.demand,
        address=body.place or "",
        area_code=body.area_code,
        case_type=body.case_type,
    )
    with open_uow() as uow:
        return reply(SuggestionOut.model_validate(suggestions.suggest(uow, asked, body.case_id)))
