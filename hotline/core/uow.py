"""The unit of work: one transaction with its audit entries and its outbox messages.

Edges open one (`House.open_uow`); domain verbs receive it first and never commit, roll back or open another.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline.core import audit, events
from hotline.core.identity import Actor
from hotline.core.privacy import Vault
from hotline.core.settings import Settings


class UnitOfWork:
    """`now` is one instant for the whole operation, so that all its rows agree."""

    def __init__(
        self,
        *,
        session: Session,
        actor: Actor,
        now: datetime,
        settings: Settings,
        vault: Vault,
        routes: events.Routes,
    ) -> None:
        self.session, self.actor, self.now = session, actor, now
        self.settings, self.vault = settings, vault
        self._routes = routes
        self._work: list[events.OutboxRow] = []
        self.has_news = False
        self.notices: dict[tuple[str, str], None] = {}  # (channel, payload), each once

    def record(self, event: events.Event) -> None:
        """Note that something happened; consoles and durable handlers hear of it if this unit of work commits."""
        _, work = events.append(
            self.session, event, routes=self._routes, actor_id=self.actor.user_id, now=self.now
        )
        self._work += work
        self.has_news = True

    def notify(self, channel: str, payload: str) -> None:
        """Wake the listeners of a database channel when, and only if, this unit of work commits."""
        self.notices[channel, payload] = None

    def audit(self, subject: str, action: str, **details: Any) -> None:
        """Append to the audit chain of `subject` (`case:12`, `call:5`, `user:3`) with the next flush."""
        audit.write(
            self.session,
            self.vault,
            actor=self.actor,
            now=self.now,
            subject=subject,
            action=action,
            details=details,
        )

    def born(self, subject: str) -> None:
        """Say before its first audit entry that the subject comes into being here: its chain need not be looked for."""
        audit.born(self.session, subject)

    @property
    def outbox_ids(self) -> list[int]:
        return [row.id for row in self._work]
