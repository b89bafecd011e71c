"""Seats: who is there to take calls, and in which state. Called by web edges, distribution and call control.

During a call an agent may ask to be busy or signed out next; that becomes true when the wrap-up ends.
"""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hotline.accounts.models import User
from hotline.core.errors import Invalid
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import distribution
from telephony.errors import SeatInCall, SeatNotSignedIn, UnknownBusyReason
from telephony.models import Seat, SeatState
from telephony.seat_states import AUTO_BUSY, change, locked

BUSY_REASONS: dict[str, str] = {
    "rest": "小休",
    "meal": "用餐",
    "paperwork": "整理工单",
    "training": "培训",
    "meeting": "会议",
    "equipment": "设备故障",
}
REASON_LABELS = BUSY_REASONS | {AUTO_BUSY: "连续未接，自动示忙", "supervising": "班长监听"}
IN_CALL = (SeatState.RINGING, SeatState.TALKING)


def own(uow: UnitOfWork, *, lock: bool = False) -> Seat:
    """The seat of the acting person."""
    require(uow.actor, Permission.SEAT_USE)
    return of_person(uow, uow.actor.user_id, lock=lock)


def of_person(uow: UnitOfWork, user_id: int | None, *, lock: bool = False) -> Seat:
    """Made, signed out, at first sight."""
    query = select(Seat).where(Seat.user_id == user_id)
    if lock:
        query = query.with_for_update(key_share=True)
    seat = uow.session.scalar(query)
    if seat is not None:
        return seat
    user = uow.session.get_one(User, user_id)
    # A console's page and its socket ask at the same moment; the second one finds the first one's seat.
    first_sight = insert(Seat).values(
        user_id=user.id,
        number=user.work_no or user.username,
        state=SeatState.SIGNED_OUT,
        since=uow.now,
        misses=0,
        calls=0,
        talk_s=0,
        skills={},
        tiers={},
    )
    uow.session.execute(first_sight.on_conflict_do_nothing(index_elements=["user_id"]))
    return uow.session.scalars(query).one()


def at_work(uow: UnitOfWork, user_ids: set[int]) -> set[int]:
    """Those of the people whose seat is signed in."""
    signed_in = select(Seat.user_id).where(Seat.user_id.in_(user_ids), Seat.state != SeatState.SIGNED_OUT)
    return set(uow.session.scalars(signed_in))


def sign_in(uow: UnitOfWork, *, phone: str | None = None) -> Seat:
    """Take the seat and the next caller; signing in twice changes nothing."""
    seat = own(uow, lock=True)
    if seat.state != SeatState.SIGNED_OUT:
        return seat
    seat.phone, seat.signed_in_at = phone, uow.now
    seat.calls = seat.talk_s = seat.misses = 0
    make_available(uow, seat)
    return seat


def sign_out(uow: UnitOfWork) -> Seat:
    """Leave now, or after the call that is being taken."""
    seat = own(uow, lock=True)
    if seat.state in IN_CALL:
        seat.next_state, seat.next_reason = SeatState.SIGNED_OUT, None
    elif seat.state != SeatState.SIGNED_OUT:
        change(uow, seat, SeatState.SIGNED_OUT)
    return seat


def available(uow: UnitOfWork) -> Seat:
    seat = _signed_in(uow)
    if seat.state in IN_CALL:
        seat.next_state = seat.next_reason = None
        return seat
    make_available(uow, seat)
    return seat


def busy(uow: UnitOfWork, reason: str) -> Seat:
    """Take no more calls; in a call this comes true after it."""
    if reason not in BUSY_REASONS:
        raise UnknownBusyReason([{"field": "reason", "reason": "请从列表中选择"}])
    seat = _signed_in(uow)
    if seat.state in IN_CALL:
        seat.next_state, seat.next_reason = SeatState.BUSY, reason
    else:
        change(uow, seat, SeatState.BUSY, reason=reason)
    return seat


def wrap_up_done(uow: UnitOfWork) -> Seat:
    seat = _signed_in(uow)
    if seat.state in IN_CALL:
        raise SeatInCall
    if seat.state == SeatState.WRAP_UP:
        end_wrap_up(uow, seat)
    return seat


def end_wrap_up(uow: UnitOfWork, seat: Seat) -> None:
    """Into the state that was asked for meanwhile, otherwise free for the next caller."""
    wanted, reason = seat.next_state, seat.next_reason
    if wanted is None:
        make_available(uow, seat)
    else:
        change(uow, seat, SeatState(wanted), reason=reason)


def make_available(uow: UnitOfWork, seat: Seat) -> None:
    if seat.state != SeatState.AVAILABLE:
        seat.misses, seat.idle_since = 0, uow.now
        change(uow, seat, SeatState.AVAILABLE)
    distribution.distribute(uow)


def qualify(uow: UnitOfWork, seat_id: int, *, skills: dict[str, int], tiers: dict[str, int]) -> Seat:
    """What an agent can do (skill → level 1–5) and whose calls he takes (queue code → tier; empty: every queue)."""
    require(uow.actor, Permission.SEAT_FORCE)
    wrong = [name for name, level in (*skills.items(), *tiers.items()) if not 1 <= level <= 5]
    if wrong:
        raise Invalid([{"field": name, "reason": "级别应为 1 至 5"} for name in wrong])
    seat = locked(uow, seat_id)
    seat.skills, seat.tiers = skills, tiers
    uow.audit(f"seat:{seat.id}", "qualify", skills=skills, tiers=tiers)
    distribution.distribute(uow)
    return seat


def end_due_wrap_ups(uow: UnitOfWork) -> int:
    """Agents who have used up their wrap-up are free again; run by the sweep."""
    due = uow.session.scalars(
        select(Seat)
        .where(Seat.state == SeatState.WRAP_UP, Seat.wrap_up_until <= uow.now)
        .with_for_update(skip_locked=True, key_share=True)
        .limit(200)
    ).all()
    for seat in due:
        end_wrap_up(uow, seat)
    return len(due)


def _signed_in(uow: UnitOfWork) -> Seat:
    seat = own(uow, lock=True)
    if seat.state == SeatState.SIGNED_OUT:
        raise SeatNotSignedIn
    return seat
