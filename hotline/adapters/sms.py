"""Short messages to citizens: one Protocol, the gateway that the settings name, and the record of what was sent.

`send_once` is the only way out; it is idempotent by event, template and subject. Numbers and texts (which hold query codes)
are stored encrypted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base, Key
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork


class SmsRefused(Exception):
    """The gateway will never take this message (wrong number, forbidden text): trying again is useless."""


class SmsUnavailable(Exception):
    """The gateway cannot take it now: try again later."""


class SmsGateway(Protocol):
    def send(self, to: str, text: str, reference: str) -> str:
        """Hand over one message to a number in E.164; answers the gateway's id. Equal references are one message."""
        ...


class SmsMessage(Base):
    """`subject` says what it was about (`case:12`); `refused` holds the gateway's reason."""

    __tablename__ = "sms_message"
    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(BigInteger)
    template: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    to_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    text_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    gateway_id: Mapped[str | None]
    refused: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("event_id", "template", "subject"),)


class StoredOnly:
    """The gateway of the demo house: the message is in the table and goes nowhere."""

    def send(self, to: str, text: str, reference: str) -> str:
        return reference


def gateway_for(settings: Settings) -> SmsGateway:
    """The gateway of these settings, one per process."""
    if settings.sms_url is None:
        return StoredOnly()
    token = settings.sms_token.get_secret_value() if settings.sms_token else ""
    return _gateway(settings.sms_url.get_secret_value(), token, settings.sms_from)


@cache
def _gateway(url: str, token: str, sender: str) -> SmsGateway:
    # Each gateway's library is imported only where that gateway is used.
    if urlsplit(url).scheme == "smpp":
        from hotline.adapters.smpp import SmppGateway

        return SmppGateway(url, sender)
    from hotline.adapters.sms_http import HttpGateway

    return HttpGateway(url, token, sender)


def send_once(
    uow: UnitOfWork, *, event_id: int, template: str, subject: str, to: str, text: str
) -> SmsMessage:
    """Send one message for this event, unless that has been done. `SmsUnavailable` undoes the record as well."""
    known = select(SmsMessage).where(
        SmsMessage.event_id == event_id, SmsMessage.template == template, SmsMessage.subject == subject
    )
    if (before := uow.session.scalar(known)) is not None:
        return before
    message = SmsMessage(
        event_id=event_id,
        template=template,
        subject=subject,
        to_cipher=uow.vault.encrypt(to),
        text_cipher=uow.vault.encrypt(text),
        at=uow.now,
    )
    uow.session.add(message)
    # The unique constraint must speak before the gateway does.
    uow.session.flush()
    try:
        message.gateway_id = gateway_for(uow.settings).send(to, text, f"{event_id}-{template}-{subject}")
    except SmsRefused as refused:
        message.refused = str(refused)
    return message


@dataclass(frozen=True)
class Sent:
    """A message as a person may read it, where reading is allowed (the demo house's page)."""

    at: datetime
    template: str
    subject: str
    to: str
    text: str
    refused: str | None


def latest(uow: UnitOfWork, limit: int = 50) -> Sequence[Sent]:
    """The latest messages in clear, newest first; only for the demo house, where all citizens are invented."""
    rows = uow.session.scalars(select(SmsMessage).order_by(SmsMessage.id.desc()).limit(limit))
    return [
        Sent(
            at=row.at,
            template=row.template,
            subject=row.subject,
            to=uow.vault.decrypt(row.to_cipher),
            text=uow.vault.decrypt(row.text_cipher),
            refused=row.refused,
        )
        for row in rows
    ]
