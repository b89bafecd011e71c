"""What the house remembers of texts beside the cases: sketches for near duplicates, events, hot-spot alarms.

Written by `hotline.desk.intake_watch` only. A sketch is hashed words: no text and no person can be read from it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import Ids, Word
from dispatch.status import Labelled
from hotline.core.db import Base, Key


class HotspotLevel(Labelled):
    """DOMAIN §1.7: three callers a day at one place and class, ten of them, one sensitive word."""

    WATCH = "watch", "关注"
    REPORT = "report", "热点专报"
    FLASH = "flash", "快报"


class CaseSketch(Base):
    """One case as it came in; `id` is the order of taking in, `event_key` the first case of its event."""

    __tablename__ = "case_sketch"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), unique=True)
    accepted_at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    event_key: Mapped[int] = mapped_column(BigInteger, index=True)
    risks: Mapped[list[Any]] = mapped_column(JSONB, default=list)


class HotspotAlarm(Base):
    """One alarm of §1.7; `key` is stable: the same place and class, or the same event, stays one alarm for a day."""

    __tablename__ = "hotspot_alarm"
    id: Mapped[Key]
    key: Mapped[str]
    level: Mapped[HotspotLevel] = mapped_column(Word(HotspotLevel))
    reason: Mapped[str]
    case_ids: Mapped[Ids]
    raised_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(BigInteger)
    seen_note: Mapped[str | None]

    __table_args__ = (
        Index("ix_hotspot_alarm_key", "key", "raised_at"),
        Index("ix_hotspot_alarm_open", "raised_at", postgresql_where=text("seen_at is null")),
    )
