from datetime import datetime
from enum import StrEnum
from typing import Literal

import pytest
from pydantic import AwareDatetime, Field, ValidationError

from hotline.core.reasons import REASONS, problems
from web.validation import Incoming


class Colour(StrEnum):
    RED = "red"


class Sample(Incoming):
    text: str = Field("", max_length=3, min_length=0, pattern="^[a-z]*$")
    number: int = Field(1, ge=1, le=5)
    share: float = 0.5
    flag: bool = False
    colour: Colour = Colour.RED
    way: Literal["a", "b"] = "a"
    at: AwareDatetime | None = None
    items: list[int] = Field(default_factory=list, max_length=2)
    naive: datetime | None = None


def reason(**values) -> str:
    with pytest.raises(ValidationError) as wrong:
        Sample.model_validate(values)
    (problem,) = problems(wrong.value)
    return problem["reason"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "abcd"}, "太长，最多 3 个字"),
        ({"text": 5}, "应为文字"),
        ({"text": "A"}, "格式不正确"),
        ({"number": 0}, "应不小于 1"),
        ({"number": 6}, "应不大于 5"),
        ({"number": "x"}, "应为整数"),
        ({"number": 1.5}, "应为整数"),
        ({"share": "x"}, "应为数字"),
        ({"share": float("nan")}, "应为有限的数字"),
        ({"flag": "maybe"}, "应为“是”或“否”"),
        ({"colour": "blue"}, "只能是其中之一：red"),
        ({"way": "c"}, "只能是其中之一：a、b"),
        ({"at": "2026-09-18T16:00:00"}, "时间必须带时区，例如 2026-09-18T16:00:00+08:00"),
        ({"at": "soon"}, "应为带时区的时间，例如 2026-09-18T16:00:00+08:00"),
        ({"items": [1, 2, 3]}, "最多 2 项"),
        ({"items": 1}, "应为列表"),
        ({"other": 1}, "没有这个栏目"),
    ],
)
def test_every_kind_of_mistake_is_told_in_chinese(values, words: str):
    assert reason(**values) == words


def test_the_field_inside_a_list_is_named():
    with pytest.raises(ValidationError) as wrong:
        Sample.model_validate({"items": [1, "x"]})
    assert problems(wrong.value) == [{"field": "items.1", "reason": "应为整数"}]


def test_emoji_and_rare_characters_are_ordinary_text():
    class Note(Incoming):
        text: str

    assert Note.model_validate({"text": " 𠮷野家门口😀㙍 "}).text == "𠮷野家门口😀㙍"


def test_no_reason_is_in_english():
    assert not any(word.isascii() for word in REASONS.values() if word != "{error}")
