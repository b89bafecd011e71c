"""Tables of exports: who wants which cases out of the house and why, who let them, how often they were taken."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import Facts, Word
from dispatch.models_moves import Decision
from hotline.core.db import Base, Key


class ExportRequest(Base):
    """A work list with its filters, asked for by one person and decided on by another (DOMAIN §1.7)."""

    __tablename__ = "export_request"
    id: Mapped[Key]
    list_name: Mapped[str]
    list_label: Mapped[str]
    q: Mapped[str | None]
    filters: Mapped[Facts]
    reason: Mapped[str]
    found: Mapped[int]
    asked_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("app_user.id"), index=True)
    asked_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(Word(Decision), default=Decision.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    takes: Mapped[int] = mapped_column(default=0)
    last_taken_at: Mapped[datetime | None]
