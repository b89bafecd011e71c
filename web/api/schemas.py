"""Answers that several resources share, and how a view turns a model into a response."""

from typing import Any

from flask import Response
from pydantic import BaseModel, ConfigDict


class Outgoing(BaseModel):
    """Base of every answer; read from rows as well as from keywords."""

    model_config = ConfigDict(from_attributes=True)


class FieldProblem(Outgoing):
    field: str
    reason: str


class Problem(Outgoing):
    """Every refusal and fault."""

    code: str
    message: str
    details: list[FieldProblem] | dict[str, Any]
    trace_id: str


class Done(Outgoing):
    ok: bool = True


class Choice(Outgoing):
    code: str
    name: str


class Choices(Outgoing):
    items: list[Choice]


def reply(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status=status, mimetype="application/json")
