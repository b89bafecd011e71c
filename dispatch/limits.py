"""Limits as people write them: `15min`, `4wh` (working hours), `24h`, `5wd` (working days), `7d` (natural days).

Pure. Minutes and hours run 24×7; working hours and working days follow the calendar (`workdays`).
"""

import re
from dataclasses import dataclass

from dispatch.status import Labelled
from hotline.core.errors import Invalid


class LimitUnit(Labelled):
    MINUTE = "min", "分钟"
    HOUR = "h", "小时"
    WORKING_HOUR = "wh", "工作小时"
    WORKING_DAY = "wd", "个工作日"
    DAY = "d", "个自然日"


class LimitUnreadable(Invalid):
    code, text = "limit.unreadable", "“{limit}”不是时限：请写成 15min、4wh、24h、5wd 或 7d"


@dataclass(frozen=True)
class Limit:
    amount: int
    unit: LimitUnit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.value}"

    @property
    def label(self) -> str:
        return f"{self.amount}{self.unit.label}"

    def half(self) -> "Limit":
        """Limit of a rework: half, rounded up, and never less than one working day (DOMAIN §1.6)."""
        if self.unit in (LimitUnit.WORKING_DAY, LimitUnit.DAY):
            return Limit(max(1, -(-self.amount // 2)), self.unit)
        return Limit(1, LimitUnit.WORKING_DAY)


_FORM = re.compile(r"([1-9]\d{0,3})(min|wh|wd|h|d)")


def parse(text: str) -> Limit:
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise LimitUnreadable(limit=text)
    return Limit(int(match[1]), LimitUnit(match[2]))
