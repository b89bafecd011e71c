"""What comes in: base models of bodies and queries; what does not fit them is refused field by field."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hotline.core import reasons
from hotline.core.errors import Invalid

MAX_ID = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_DEPTH = 12


def unstorable(value: Any, depth: int = 0) -> bool:
    """Whether a JSON value holds characters that no database text can hold, or is nested beyond reason."""
    if isinstance(value, str):
        return UNSTORABLE.search(value) is not None
    if depth > MAX_DEPTH:
        return True
    if isinstance(value, Mapping):
        return any(unstorable(key, depth) or unstorable(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return any(unstorable(item, depth + 1) for item in value)
    return False


class Incoming(BaseModel):
    """Base of every body, query and path: no unknown fields, no characters that cannot be stored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        """An absent body is an empty one, so that each missing field is named."""
        if data is None:
            return {}
        if isinstance(data, Mapping):
            for name, value in data.items():
                if unstorable(name) or unstorable(value):
                    raise PydanticCustomError(
                        "unstorable", "“{name}”含有无法保存的字符", {"name": clean(name)}
                    )
        return data

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With a request flask-openapi3 asks for the plain schema, whose making would cost more than the answer."""
        return super().model_json_schema(*args, **kwargs) if args or kwargs else _plain_schema(cls)


@cache
def _plain_schema(model: type[Incoming]) -> dict[str, Any]:
    return super(Incoming, model).model_json_schema()


def clean(name: Any) -> str:
    return UNSTORABLE.sub("?", str(name))[:80]


def refuse(failure: ValidationError) -> Any:
    """What flask-openapi3 calls for a request that does not fit its model."""
    raise Invalid(reasons.problems(failure)) from failure
