"""The live board of the hotline: who waits, who talks, how today goes. Read-only; called by the web edge.

Rates follow DOMAIN §5: offered = calls that reached the queue; abandons under 5 s are left out of both rates.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from hotline.accounts.models import User
from hotline.core.clock import local_date, local_instant
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import measures
from telephony.models import Call, CallBackRequest, CallBackState, CallState, Seat, SeatState


@dataclass(frozen=True, kw_only=True)
class SeatNow:
    """One signed-in seat; `user_name` is the person, `call_masked` the other side of its call."""

    seat_id: int
    number: str
    user_name: str
    state: str
    reason: str | None
    since: datetime
    call_id: int | None
    call_masked: str | None


@dataclass(frozen=True, kw_only=True)
class WaitingNow:
    call_id: int
    caller_masked: str
    queued_at: datetime


@dataclass(frozen=True, kw_only=True)
class Today:
    """Counts since local midnight; rates are None where nothing was offered yet."""

    offered: int
    answered: int
    missed: int
    in_service_level: int
    answer_rate: float | None
    service_level: float | None


@dataclass(frozen=True, kw_only=True)
class Board:
    at: datetime
    waiting: list[WaitingNow]
    seats: list[SeatNow]
    today: Today
    open_call_backs: int
    overdue_call_backs: int


def now(uow: UnitOfWork) -> Board:
    require(uow.actor, Permission.BOARD_SEE)
    return Board(
        at=uow.now,
        waiting=waiting(uow),
        seats=seats(uow),
        today=today(uow),
        open_call_backs=_call_backs(uow),
        overdue_call_backs=_call_backs(uow, CallBackRequest.due_at <= uow.now),
    )


def waiting(uow: UnitOfWork) -> list[WaitingNow]:
    """Callers without a person yet, longest first."""
    rows = uow.session.execute(
        select(Call.id, Call.number_masked, Call.queued_at)
        .where(Call.state.in_([CallState.WAITING, CallState.OFFERED]), Call.queued_at.is_not(None))
        .order_by(Call.queued_at)
    )
    return [WaitingNow(call_id=id_, caller_masked=masked, queued_at=at) for id_, masked, at in rows if at]


def seats(uow: UnitOfWork) -> list[SeatNow]:
    held = (CallState.OFFERED, CallState.DIALLING, CallState.TALKING)
    rows = uow.session.execute(
        select(Seat, User.name, Call.id, Call.number_masked)
        .join(User, User.id == Seat.user_id)
        .outerjoin(Call, (Call.seat_id == Seat.id) & Call.state.in_(held))
        .where(Seat.state != SeatState.SIGNED_OUT)
        .order_by(Seat.number)
    )
    return [
        SeatNow(
            seat_id=seat.id,
            number=seat.number,
            user_name=name,
            state=seat.state,
            reason=seat.reason,
            since=seat.since,
            call_id=call_id,
            call_masked=masked,
        )
        for seat, name, call_id, masked in rows
    ]


def today(uow: UnitOfWork) -> Today:
    """The default variant of the service level: who gave up within the limit is left out (DOMAIN §5)."""
    within = timedelta(seconds=measures.SERVICE_LEVEL_S)
    midnight = local_instant(local_date(uow.now))
    row = uow.session.execute(
        select(
            func.count().filter(measures.answered),
            func.count().filter(measures.abandoned | measures.turned_away),
            func.count().filter(measures.answered, measures.wait <= within),
            func.count().filter((measures.gave_up & (measures.wait > within)) | measures.turned_away),
        ).where(Call.rang_at >= midnight, Call.rang_at < midnight + timedelta(days=1), measures.reached_queue)
    ).one()
    got, lost, quick, lost_late = (int(value) for value in row)
    offered = got + lost
    return Today(
        offered=offered,
        answered=got,
        missed=lost,
        in_service_level=quick,
        answer_rate=got / offered if offered else None,
        service_level=quick / (got + lost_late) if got + lost_late else None,
    )


def _call_backs(uow: UnitOfWork, *conditions: object) -> int:
    is_open = CallBackRequest.state != CallBackState.DONE
    return uow.session.scalar(select(func.count()).where(is_open, *conditions)) or 0  # type: ignore[arg-type]
