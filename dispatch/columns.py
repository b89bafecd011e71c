"""Column types that the tables of this package share: a labelled word, and short lists kept as JSON."""

from typing import Annotated, Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

from dispatch.status import Labelled


class Word(TypeDecorator[Labelled]):
    """A member of a `Labelled` enum, stored as its value; a word unknown to the program fails at reading."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[Labelled]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Labelled | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Labelled | None:
        return None if value is None else self.words(value)


Names = Annotated[list[str], mapped_column(JSONB, default=list)]
"""A short list of strings; assign a new list, in-place changes are not seen."""
Ids = Annotated[list[int], mapped_column(JSONB, default=list)]
"""A short list of row ids; assign a new list."""
Facts = Annotated[dict[str, Any], mapped_column(JSONB, default=dict)]
"""A small object; assign a new one, in-place changes are not seen."""
