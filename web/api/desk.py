"""What the agent and the shift leader see at a glance: the caller's card, the live board."""

from datetime import datetime

from flask import Response
from pydantic import Field

from hotline.core.errors import Invalid
from hotline.core.identity import Permission
from hotline.core.privacy import phone_e164
from hotline.desk import board, callers
from telephony.seat_states import STATE_LABELS
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

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


class CardQuery(Incoming):
    call_id: Id | None = None
    number: str | None = Field(None, max_length=30)


class CardCase(Outgoing):
    id: int
    case_no: str
    title: str
    status: str
    status_label: str
    category: str | None
    created_at: datetime
    holder: str
    expected: str | None
    light: str
    rating: str | None


class CallerCard(Outgoing):
    """Who rings, masked, and what they asked before."""

    call_id: int | None
    number_masked: str
    name: str | None
    home_area: str | None
    labels: list[str]
    anonymous_before: bool
    calls_today: int
    last_call_at: datetime | None
    last_rating: str | None
    open_cases: list[CardCase]
    history: list[CardCase]
    same_place: list[CardCase]


@bp.get("/desk/caller_card", responses={200: CallerCard})
@opens_to(Permission.CALLER_CARD_SEE)
def caller_card(query: CardQuery) -> Response:
    """The card of a call, or of a number that the agent types."""
    with open_uow() as uow:
        if query.call_id is not None:
            card = callers.card_of_call(uow, query.call_id)
        elif query.number and phone_e164(query.number):
            card = callers.card_of_number(uow, query.number)
        else:
            raise Invalid([{"field": "number", "reason": "请给出通话编号或有效的电话号码"}])
    return reply(CallerCard.model_validate(card))
