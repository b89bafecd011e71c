"""Tables of the citizen's own door: codes sent to a telephone number to prove that it is in the citizen's hand."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base, Key


class PhoneCode(Base):
    """One code sent by SMS. The code itself is stored nowhere: it follows from `salt` by the key of the house."""

    __tablename__ = "phone_code"
    id: Mapped[Key]
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    phone_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    ip: Mapped[str | None]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_phone_code_phone", "phone_hash", "sent_at"),
        Index("ix_phone_code_ip", "ip", "sent_at"),
    )
