"""Case numbers and query codes.

A case number is prefix + local date + daily sequence (5 digits) + check digit (DOMAIN §2); the check digit is
ISO 7064 MOD 11,10, so that a digit misheard on the phone is noticed before a wrong case is opened.
"""

import re
import secrets
from datetime import date

from sqlalchemy import BigInteger, Date, Text, bindparam
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


def case_no(prefix: str, day: date, sequence: int) -> str:
    digits = f"{day:%Y%m%d}{sequence:05d}"
    return prefix + digits + str(mod_11_10.calc_check_digit(digits))


def is_case_no(text: str) -> bool:
    """Whether the form and the check digit are right; says nothing about whether the case exists."""
    return re.fullmatch(r"[A-Z]{2}\d{14,}", text) is not None and bool(mod_11_10.is_valid(text[2:]))


def query_code() -> str:
    """Six random digits that the citizen needs beside the case number."""
    return f"{secrets.randbelow(1_000_000):06d}"
