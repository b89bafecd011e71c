"""Limits are read as people write them, and a rework gets half."""

import pytest

from dispatch.limit_rules import category_line
from dispatch.limits import Limit, LimitUnit, LimitUnreadable, parse


@pytest.mark.parametrize(
    ("text", "amount", "unit", "label"),
    [
        ("15min", 15, LimitUnit.MINUTE, "15分钟"),
        ("4wh", 4, LimitUnit.WORKING_HOUR, "4工作小时"),
        ("24h", 24, LimitUnit.HOUR, "24小时"),
        ("5wd", 5, LimitUnit.WORKING_DAY, "5个工作日"),
        ("7d", 7, LimitUnit.DAY, "7个自然日"),
        (" 180d ", 180, LimitUnit.DAY, "180个自然日"),
    ],
)
def test_limit_when_written_rightly_is_read(text: str, amount: int, unit: LimitUnit, label: str) -> None:
    limit = parse(text)
    assert limit == Limit(amount, unit)
    assert limit.label == label
    assert str(limit) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0wd", "-1wd", "5 wd", "1.5wd", "5WD", "5wd5wd", "99999d", "5天"]
)
def test_limit_when_written_wrongly_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(LimitUnreadable, match="15min、4wh、24h、5wd 或 7d"):
        parse(text)


@pytest.mark.parametrize(
    ("original", "half"),
    [
        ("10wd", "5wd"),
        ("5wd", "3wd"),
        ("1wd", "1wd"),
        ("7d", "4d"),
        ("24h", "1wd"),
        ("2h", "1wd"),
        ("15min", "1wd"),
    ],
)
def test_rework_limit_is_half_and_never_less_than_a_working_day(original: str, half: str) -> None:
    assert parse(original).half() == parse(half)


def test_category_line_goes_from_the_leaf_to_the_top() -> None:
    assert category_line("A0102") == ("A0102", "A01", "A")
    assert category_line(None) == ()
