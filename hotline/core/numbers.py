"""Case numbers.

A case number is prefix + local date + daily sequence (5 digits) + check digit (DOMAIN §2); the check digit is
ISO 7064 MOD 11,10, so that a digit misheard on the phone is noticed before a wrong case is opened.
"""

import re
from datetime import date

from sqlalchemy import BigInteger, Date, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from stdnum.iso7064 import mod_11_10

from hotline.core.db import Base


class DailyCounter(Base):
    """Last number given out per series and local date; the row lock makes the numbers gapless."""

    __tablename__ = "daily_counter"
    series: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


_BUMP = (
    insert(DailyCounter)
    .values(series=bindparam("series"), day=bindparam("day"), value=1)
    .on_conflict_do_update(index_elements=["series", "day"], set_={"value": DailyCounter.value + 1})
    .returning(DailyCounter.value)
)


def next_in_day(session: Session, series: str, day: date) -> int:
    """The next number of a series, from 1. Take it late in the unit of work: others wait for its commit."""
    return int(session.execute(_BUMP, {"series": series, "day": day}).scalar_one())


class DayStart(Base):
    """The key before the first one of a table that was drawn on a local date."""

    __tablename__ = "day_start"
    series: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    before: Mapped[int] = mapped_column(BigInteger)


_starts = DayStart.__table__.c
_DRAW = select(
    func.nextval(bindparam("sequence")),
    select(_starts.before)
    .where(_starts.series == bindparam("series"), _starts.day == bindparam("day"))
    .scalar_subquery(),
)
_BEGIN_DAY = (
    insert(DayStart)
    .values(series=bindparam("series"), day=bindparam("day"), before=bindparam("before"))
    .on_conflict_do_nothing()
    .returning(DayStart.before)
)


def draw(session: Session, table: str, day: date) -> tuple[int, int]:
    """A key for a new row of the table, and its number within the day, from 1.

    Nobody waits for anybody; the number of a row that is rolled back stays out, as that of a draft nobody wanted.
    """
    wanted = {"sequence": f"{table}_id_seq", "series": table, "day": day}
    while True:
        key, before = session.execute(_DRAW, wanted).one()
        if before is None:  # the first of the day; of several at once one wins, and the others look again
            before = session.scalar(_BEGIN_DAY, {"series": table, "day": day, "before": key - 1})
        if before is not None and key > before:
            return key, key - before


def case_no(prefix: str, day: date, sequence: int) -> str:
    digits = f"{day:%Y%m%d}{sequence:05d}"
    return prefix + digits + str(mod_11_10.calc_check_digit(digits))


def is_case_no(text: str) -> bool:
    """Whether the form and the check digit are right; says nothing about whether the case exists."""
    return re.fullmatch(r"[A-Z]{2}\d{14,}", text) is not None and bool(mod_11_10.is_valid(text[2:]))
