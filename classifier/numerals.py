"""Numbers as people write and say them: 1,200、1.5万、三百二、贰万捌仟、二〇二六. Pure; any module of the package may call it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_DIGITS |= {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"〇": 0, "○": 0, "两": 2, "俩": 2, "幺": 1}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}

CHINESE = "零一二三四五六七八九壹贰叁肆伍陆柒捌玖〇○两俩幺十拾百佰千仟"


def read(text: str) -> Decimal | None:
    """The number that the whole text states, or None."""
    text = text.replace(",", "").replace("，", "").strip()
    factor = Decimal(1)
    while len(text) > 1 and text[-1] in _GROUPS | _UNITS and text[0].isdigit():
        unit, text = text[-1], text[:-1]
        factor *= _GROUPS.get(unit) or _UNITS[unit]
    if text[:1].isdigit():
        try:
            return Decimal(text) * factor
        except InvalidOperation:
            return None
    number = _chinese(text)
    return None if number is None else Decimal(number) * factor


def _chinese(text: str) -> int | None:
    if not text or any(c not in _DIGITS and c not in _UNITS and c not in _GROUPS for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    unit = 10
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
            unit = 10 if digit == 0 else unit
        elif char in _UNITS:
            unit = _UNITS[char]
            section, digit = section + max(digit, 1) * unit, 0
        else:
            unit = _GROUPS[char]
            total, section, digit = (total + section + digit) * unit, 0, 0
    # 三百二 is 320, 六千五 is 6,500, 两万三 is 23,000; after 零 the digit is a one.
    if digit and text[-1] in _DIGITS and len(text) > 1 and text[-2] not in _DIGITS and unit > 10:
        digit *= unit // 10
    return total + section + digit
