"""The guests of a call as rows: who is here, how one joins and leaves. Below `calls`, `transfers` and `supervise`."""

from sqlalchemy import select

from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from telephony import seat_states
from telephony.bridge import Mode
from telephony.models import Call, Seat, SeatState
from telephony.party_models import CallParty, PartyKind, PartyState


def here(uow: UnitOfWork, call_id: int) -> list[CallParty]:
    """Ringing and joined, in the order in which they were asked."""
    query = select(CallParty).where(CallParty.call_id == call_id, CallParty.left_at.is_(None))
    return list(uow.session.scalars(query.order_by(CallParty.id)))


def shown(uow: UnitOfWork, call_id: int) -> list[CallParty]:
    """Those of whom this actor may know: a leader who only listens is seen by leaders alone."""
    sees_all = uow.actor.may(Permission.CALL_MONITOR)
    return [party for party in here(uow, call_id) if sees_all or party.mode != Mode.LISTEN]


def of_seat(uow: UnitOfWork, seat_id: int) -> CallParty | None:
    query = select(CallParty).where(CallParty.seat_id == seat_id, CallParty.left_at.is_(None))
    return uow.session.scalar(query)


def add(
    uow: UnitOfWork,
    call: Call,
    kind: PartyKind,
    *,
    label: str,
    mode: Mode = Mode.TALK,
    seat: Seat | None = None,
    number: str | None = None,
) -> CallParty:
    party = CallParty(
        call_id=call.id,
        kind=kind,
        state=PartyState.RINGING,
        mode=mode,
        seat_id=seat.id if seat else None,
        invited_by_id=uow.actor.user_id,
        number_cipher=uow.vault.encrypt(number) if number else None,
        label=label,
        asked_at=uow.now,
    )
    uow.session.add(party)
    uow.session.flush()  # the worker names the leg after it
    return party


def join(uow: UnitOfWork, party: CallParty) -> None:
    party.state, party.joined_at = PartyState.JOINED, uow.now


def leave(uow: UnitOfWork, party: CallParty, call: Call, *, failed: bool = False) -> None:
    """Out of the call; an agent who had been talking gets a wrap-up, one who only rang is free again."""
    talked = party.state == PartyState.JOINED
    party.state = PartyState.FAILED if failed else PartyState.LEFT
    party.left_at = uow.now
    uow.session.flush()  # the seat is free for the schema before anything else takes it
    if party.kind == PartyKind.SEAT and party.seat_id is not None:
        seat = seat_states.locked(uow, party.seat_id)
        if talked:
            seat_states.start_wrap_up(uow, seat, call.queue)
        else:
            seat_states.change(uow, seat, SeatState.AVAILABLE)


def leave_all(uow: UnitOfWork, call: Call) -> None:
    for party in here(uow, call.id):
        leave(uow, party, call)
