"""How a resource of the API is made: a blueprint with its tag, and the refusals that every route can answer."""

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ResponseDict

from web.api.schemas import Problem

REFUSALS: ResponseDict = {
    status: Problem for status in (400, 401, 403, 404, 405, 409, 413, 415, 422, 423, 429, 500, 503)
}


def resource(name: str, label: str) -> APIBlueprint:
    return APIBlueprint(
        name,
        f"web.api.{name}",
        abp_tags=[Tag(name=name, description=label)],
        abp_security=[{"session": []}],
        abp_responses=dict(REFUSALS),
    )
