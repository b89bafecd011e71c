"""Everybody in a call beside the caller and the seat that holds it: consulted, brought in, listening."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base, Key


class PartyKind(StrEnum):
    SEAT = "seat"  # another agent, asked for advice or to take over
    OUTSIDE = "outside"  # a department, 110, any telephone
    LEADER = "leader"  # a shift leader who listens


class PartyState(StrEnum):
    RINGING = "ringing"
    JOINED = "joined"
    LEFT = "left"
    FAILED = "failed"  # busy, no answer, declined


class CallParty(Base):
    __tablename__ = "call_party"
    id: Mapped[Key]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=PartyState.RINGING)
    mode: Mapped[str]  # bridge.Mode
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    invited_by_id: Mapped[int] = mapped_column(BigInteger)
    number_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    label: Mapped[str]  # what the console shows: a masked number, a unit, an agent
    asked_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    __table_args__ = (
        # A seat is in one conversation at a time, whatever its part in it.
        Index("uq_call_party_seat_id_here", "seat_id", unique=True, postgresql_where=text("left_at is null")),
        Index("ix_call_party_here", "call_id", postgresql_where=text("left_at is null")),
    )
