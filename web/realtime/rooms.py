"""Which rooms a person hears: by what they are (`user:`, `role:`, `unit:`, `seat:`, boards), or by asking for a case."""

import re

from dispatch import access
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from telephony import seats

CASE_ROOM = re.compile(r"case:([1-9]\d{0,17})")
BOARDS = {"board:calls": Permission.BOARD_SEE}


def standing(uow: UnitOfWork) -> list[str]:
    """Rooms that a socket enters by itself; a seat is made here, so that its first call already pops up."""
    actor = uow.actor
    rooms = [f"user:{actor.user_id}"]
    rooms += [f"role:{role}" for role in sorted(actor.roles)]
    rooms += [f"unit:{unit_id}" for unit_id in sorted(actor.unit_ids)]
    rooms += [board for board, permission in BOARDS.items() if actor.may(permission)]
    if actor.may(Permission.SEAT_USE):
        rooms.append(f"seat:{seats.own(uow).id}")
    return rooms


def is_case_room(room: object) -> bool:
    return isinstance(room, str) and CASE_ROOM.fullmatch(room) is not None


def admit(uow: UnitOfWork, room: str) -> None:
    """Raise unless the actor may see the case whose room this is."""
    access.case_for(uow, int(room.removeprefix("case:")), want="see")
