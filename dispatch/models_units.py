"""Tables of the units' own desk: reply templates."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base, Key


class ReplyTemplate(Base):
    """A text that a unit starts its replies from; the detector counts replies that are nothing else."""

    __tablename__ = "reply_template"
    id: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    title: Mapped[str]
    body: Mapped[str]
    updated_at: Mapped[datetime]
