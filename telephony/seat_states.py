"""The one writer of a seat's state, below the verbs of `seats` and the moves that calls make."""

from datetime import datetime, timedelta

from sqlalchemy import update

from hotline.core.uow import UnitOfWork
from telephony import pace
from telephony.errors import SeatNotFound
from telephony.events import SeatChanged
from telephony.models import Call, Queue, Seat, SeatSpan, SeatState

AUTO_BUSY = "missed_offers"
WRAP_UP_S = 20
STATE_LABELS: dict[str, str] = {
    SeatState.SIGNED_OUT: "已签出",
    SeatState.AVAILABLE: "空闲",
    SeatState.BUSY: "示忙",
    SeatState.RINGING: "振铃",
    SeatState.TALKING: "通话中",
    SeatState.WRAP_UP: "话后处理",
}


def locked(uow: UnitOfWork, seat_id: int) -> Seat:
    """Calls are locked before seats, everywhere."""
    seat = uow.session.get(Seat, seat_id, with_for_update={"key_share": True}, populate_existing=True)
    if seat is None:
        raise SeatNotFound
    return seat


def change(
    uow: UnitOfWork, seat: Seat, state: SeatState, *, reason: str | None = None, until: datetime | None = None
) -> None:
    """Closes one span, opens the next, tells the consoles."""
    if seat.state == SeatState.WRAP_UP:
        _note_wrap_up(uow, seat)
    if state in (SeatState.AVAILABLE, SeatState.BUSY, SeatState.SIGNED_OUT):
        seat.next_state = seat.next_reason = None
    seat.state, seat.reason, seat.since, seat.wrap_up_until = state, reason, uow.now, until
    uow.session.execute(
        update(SeatSpan)
        .where(SeatSpan.seat_id == seat.id, SeatSpan.ended_at.is_(None))
        .values(ended_at=uow.now)
    )
    if state != SeatState.SIGNED_OUT:
        uow.session.add(
            SeatSpan(seat_id=seat.id, user_id=seat.user_id, state=state, reason=reason, started_at=uow.now)
        )
    uow.record(SeatChanged(seat_id=seat.id, user_id=seat.user_id, state=state))


def start_wrap_up(uow: UnitOfWork, seat: Seat, queue: Queue | None) -> None:
    """After every conversation the agent has the queue's time to finish the case."""
    wrap_up_s = queue.wrap_up_s if queue else WRAP_UP_S
    until = uow.now + timedelta(seconds=pace.seconds(uow.settings, wrap_up_s))
    change(uow, seat, SeatState.WRAP_UP, until=until)


def _note_wrap_up(uow: UnitOfWork, seat: Seat) -> None:
    """Into the record of the call whose end began the wrap-up, at the same instant."""
    spent_s = round((uow.now - seat.since).total_seconds())
    uow.session.execute(
        update(Call).where(Call.seat_id == seat.id, Call.ended_at == seat.since).values(wrap_up_s=spent_s)
    )


def phone_of(uow: UnitOfWork, seat_id: int) -> str | None:
    return uow.session.get_one(Seat, seat_id).phone


def user_of(uow: UnitOfWork, seat_id: int) -> int:
    return uow.session.get_one(Seat, seat_id).user_id
