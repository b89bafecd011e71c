"""Accounts with which desk phones register at the edge: one per seat, given and taken back on the command line.

The password is stored as ciphertext; the edge gets digests (`telephony.edge.accounts`).
"""

import secrets

from sqlalchemy import select

from hotline.accounts.models import User
from hotline.core.identity import Permission, require
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from telephony import seats
from telephony.errors import SeatNotFound
from telephony.models import Seat


def name_of(seat: Seat) -> str:
    return f"seat-{seat.id}"


def address(settings: Settings, seat: Seat) -> str:
    """Through the edge, which knows where the telephone is now."""
    return f"sip:{name_of(seat)}@{settings.sip_bind}"


def give(uow: UnitOfWork, username: str) -> tuple[str, str]:
    """Name and new password of the agent's desk phone; one that it had is void."""
    seat = _seat(uow, username)
    password = secrets.token_urlsafe(18)
    seat.phone_cipher = uow.vault.encrypt(password)
    uow.audit(f"seat:{seat.id}", "give_phone_account")
    return name_of(seat), password


def take_back(uow: UnitOfWork, username: str) -> None:
    seat = _seat(uow, username)
    seat.phone_cipher = None
    uow.audit(f"seat:{seat.id}", "take_phone_account")


def passwords(uow: UnitOfWork) -> dict[str, str]:
    """By name, of all accounts."""
    with_account = uow.session.scalars(select(Seat).where(Seat.phone_cipher.is_not(None)))
    return {name_of(seat): uow.vault.decrypt(seat.phone_cipher or b"") for seat in with_account}


def _seat(uow: UnitOfWork, username: str) -> Seat:
    require(uow.actor, Permission.USER_MANAGE)
    user_id = uow.session.scalar(select(User.id).where(User.username == username))
    if user_id is None:
        raise SeatNotFound
    return seats.of_person(uow, user_id, lock=True)
