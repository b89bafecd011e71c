"""Passes for the TURN server (coturn, `use-auth-secret`): good for one shift, in the name of one agent."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

VALID = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class MediaServer:
    urls: list[str]
    username: str
    credential: str


def of(uow: UnitOfWork) -> MediaServer | None:
    """None where the settings name no server."""
    require(uow.actor, Permission.SEAT_USE)
    settings = uow.settings
    if not settings.turn_urls or settings.turn_secret is None:
        return None
    username = f"{int((uow.now + VALID).timestamp())}:{uow.actor.user_id}"
    secret = settings.turn_secret.get_secret_value().encode()
    # What coturn computes itself: HMAC-SHA1 of the name under the shared secret.
    digest = hmac.digest(secret, username.encode(), hashlib.sha1)
    return MediaServer(
        urls=list(settings.turn_urls), username=username, credential=base64.b64encode(digest).decode()
    )
