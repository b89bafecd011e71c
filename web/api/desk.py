"""What the agent and the shift leader see at a glance: the caller's card, the live board."""

from datetime import datetime

from flask import Response

from hotline.core.identity import Permission
from hotline.desk import board
from telephony.seat_states import STATE_LABELS
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to

bp = resource("desk", "接听工作台与看板")


class WaitingOut(Outgoing):
    call_id: int
    caller_masked: str
    queued_at: datetime


class SeatRow(Outgoing):
    seat_id: int
    number: str
    user_name: str
    state: str
    state_label: str
    reason: str | None
    since: datetime
    call_id: int | None
    call_masked: str | None


class TodayOut(Outgoing):
    offered: int
    answered: int
    missed: int
    in_service_level: int
    answer_rate: float | None
    service_level: float | None


class BoardOut(Outgoing):
    at: datetime
    waiting: list[WaitingOut]
    seats: list[SeatRow]
    seats_by_state: dict[str, int]
    today: TodayOut
    open_call_backs: int
    overdue_call_backs: int


@bp.get("/desk/board", responses={200: BoardOut})
@opens_to(Permission.BOARD_SEE)
def live_board() -> Response:
    with open_uow() as uow:
        now = board.now(uow)
    by_state: dict[str, int] = {}
    for seat in now.seats:
        by_state[seat.state] = by_state.get(seat.state, 0) + 1
    return reply(
        BoardOut(
            at=now.at,
            waiting=[WaitingOut.model_validate(row) for row in now.waiting],
            seats=[SeatRow(**vars(seat), state_label=STATE_LABELS[seat.state]) for seat in now.seats],
            seats_by_state=by_state,
            today=TodayOut.model_validate(now.today),
            open_call_backs=now.open_call_backs,
            overdue_call_backs=now.overdue_call_backs,
        )
    )
