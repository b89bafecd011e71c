"""How often somebody did something lately: counts that end by themselves, shared by all processes of the house.

The web counts requests here against its limits (`web.rates`). A count is its own transaction: a refused request counts.
"""

from datetime import datetime, timedelta

from sqlalchemy import Integer, Text, bindparam, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.db import Base, UtcDateTime


class RateCount(Base):
    __tablename__ = "rate_count"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    hits: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime]


_over = RateCount.until <= bindparam("now", type_=UtcDateTime)
_new = insert(RateCount)
_COUNT = _new.on_conflict_do_update(
    index_elements=["key"],
    set_={
        "hits": case((_over, _new.excluded.hits), else_=RateCount.hits + _new.excluded.hits),
        "until": case((_over, _new.excluded.until), else_=RateCount.until),
    },
).returning(RateCount.hits)


def count(session: Session, key: str, now: datetime, lasts: timedelta, amount: int = 1) -> int:
    """Count `amount` more; the number so far within the span that the first of them began."""
    row = {"key": key, "hits": amount, "until": now + lasts}
    return int(session.execute(_COUNT, {**row, "now": now}).scalar_one())


def so_far(session: Session, key: str, now: datetime) -> tuple[int, datetime]:
    """How many, and until when they count."""
    found = session.execute(
        select(RateCount.hits, RateCount.until).where(RateCount.key == key, RateCount.until > now)
    ).first()
    return (found.hits, found.until) if found else (0, now)


def forget(session: Session, key: str | None = None, *, before: datetime | None = None) -> int:
    """Drop one count, those that ended before an instant, or all."""
    dropping = delete(RateCount)
    if key is not None:
        dropping = dropping.where(RateCount.key == key)
    if before is not None:
        dropping = dropping.where(RateCount.until < before)
    return int(session.execute(dropping).rowcount)  # type: ignore[attr-defined]
