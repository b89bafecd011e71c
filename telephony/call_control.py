"""What an agent does with a call: answer, decline, hold, mute, hang up, and the browser's sound for it.

Web edges call these; each changes the call's row and wakes the worker, which makes line and sound follow the row.
"""

from dataclasses import dataclass

from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import call_backs, calls, distribution, flows, offers, parties, seat_states, seats, workers
from telephony.errors import BadMediaOffer, CallGone, CallNotFound, CallNotTalking, NotYourCall
from telephony.events import CallAnswered, CallChanged
from telephony.models import (
    Call,
    CallState,
    Direction,
    EndedBy,
    OfferResult,
    Outcome,
    Seat,
    SeatState,
    WorkerCommand,
)

MEDIA, DIGITS = "media", "digits"


@dataclass(frozen=True, kw_only=True)
class MediaReply:
    """`state`: waiting, answered or failed."""

    state: str
    sdp: str | None = None
    problem: str | None = None


def answer(uow: UnitOfWork, call_id: int) -> Call:
    """Take the call that rings at one's seat; the browser's sound may already be there or come later."""
    require(uow.actor, Permission.CALL_ANSWER)
    call, seat = _at_my_seat(uow, call_id, CallGone)
    if call.state != CallState.OFFERED:
        raise CallGone
    connect(uow, call, seat)
    return call


def connect(uow: UnitOfWork, call: Call, seat: Seat) -> None:
    """The call that rings at the seat is taken there."""
    rang_elsewhere = offers.answered(uow, call, seat)
    call.state, call.talking_at, call.user_id = CallState.TALKING, uow.now, seat.user_id
    call.offer_until, seat.misses = None, 0
    seat_states.change(uow, seat, SeatState.TALKING)
    call_backs.called_again(uow, call)
    uow.record(CallAnswered(call_id=call.id, seat_id=seat.id, user_id=seat.user_id))
    workers.wake(uow, call)
    if rang_elsewhere:
        distribution.distribute(uow)


def decline(uow: UnitOfWork, call_id: int) -> Call:
    """Let the next seat have it; the caller keeps the place, the decliner has a moment for himself."""
    call, seat = _at_my_seat(uow, call_id, CallGone)
    if call.state != CallState.OFFERED:
        raise CallGone
    offers.let_pass(uow, call, seat.id, OfferResult.DECLINED)
    distribution.distribute(uow)
    return call


def hold(uow: UnitOfWork, call_id: int) -> Call:
    call = talking(uow, call_id)
    if call.held_at is None:
        call.held_at = uow.now
        _changed(uow, call)
    return call


def resume(uow: UnitOfWork, call_id: int) -> Call:
    call = talking(uow, call_id)
    if call.held_at is not None:
        off_hold(uow, call)
        _changed(uow, call)
    return call


def off_hold(uow: UnitOfWork, call: Call) -> None:
    """Count the time on hold, if there was one."""
    if call.held_at is not None:
        call.hold_s += max(0, round((uow.now - call.held_at).total_seconds()))
        call.held_at = None


def mute(uow: UnitOfWork, call_id: int) -> Call:
    return _set_muted(uow, call_id, muted=True)


def unmute(uow: UnitOfWork, call_id: int) -> Call:
    return _set_muted(uow, call_id, muted=False)


def pause_recording(uow: UnitOfWork, call_id: int) -> Call:
    """While the caller tells what must not be kept (cards, health); how long and by whom is in the audit trail."""
    return _set_paused(uow, call_id, paused=True)


def resume_recording(uow: UnitOfWork, call_id: int) -> Call:
    return _set_paused(uow, call_id, paused=False)


def hang_up(uow: UnitOfWork, call_id: int) -> Call:
    """End the conversation; the worker cuts the line when it sees the row."""
    call = talking(uow, call_id, also=(CallState.DIALLING,))
    finish(uow, call)
    return call


def finish(uow: UnitOfWork, call: Call) -> None:
    if call.state == CallState.TALKING and call.direction == Direction.INBOUND and _wants_rating(uow):
        calls.rate(uow, call)
        return
    outcome = Outcome.ANSWERED if call.state == CallState.TALKING else Outcome.NOT_REACHED
    calls.end(uow, call, EndedBy.AGENT, outcome)


def send_digits(uow: UnitOfWork, call_id: int, digits: str) -> int:
    """Keys to whom the agent speaks with: the department's voice menu, otherwise the caller; the command's id."""
    call = talking(uow, call_id)
    return workers.ask(uow, call, DIGITS, digits=digits).id


def _wants_rating(uow: UnitOfWork) -> bool:
    return flows.load(uow.settings.data_dir).ask_rating


def media(uow: UnitOfWork, call_id: int, sdp: str) -> int:
    """Hand the browser's SDP offer to the worker; the id of the command, for `media_reply`.

    Sent when the call is offered, so that answering only has to open the sound; again after a reload.
    """
    if not sdp.startswith("v=0") or "m=audio" not in sdp or len(sdp) > 20_000:
        raise BadMediaOffer([{"field": "sdp", "reason": BadMediaOffer.text}])
    call, seat = calls.locked(uow, call_id), seats.own(uow)
    guest = parties.of_seat(uow, seat.id)
    if guest is None or guest.call_id != call.id:
        call, seat = _at_my_seat(uow, call_id, CallNotTalking)
    if call.state == CallState.ENDED:
        raise CallNotTalking
    return workers.ask(uow, call, MEDIA, sdp=sdp, seat_id=seat.id).id


def media_reply(uow: UnitOfWork, command_id: int) -> MediaReply:
    command = uow.session.get(WorkerCommand, command_id, populate_existing=True)
    if command is None or command.user_id != uow.actor.user_id:
        raise CallNotFound
    if command.done_at is None:
        return MediaReply(state="waiting")
    if command.answer is None:
        return MediaReply(state="failed", problem=BadMediaOffer.text)
    return MediaReply(state="answered", sdp=command.answer["sdp"])


def current(uow: UnitOfWork) -> Call | None:
    """The call that rings at or is held by the acting agent's seat, or where he is a guest: for a reloaded console."""
    seat = seats.own(uow)
    guest = parties.of_seat(uow, seat.id)
    return calls.of_seat(uow, seat.id) or (calls.locked(uow, guest.call_id) if guest else None)


def _at_my_seat(
    uow: UnitOfWork, call_id: int, gone: type[CallGone] | type[CallNotTalking]
) -> tuple[Call, Seat]:
    call = calls.locked(uow, call_id)
    seat = seats.own(uow, lock=True)
    if call.seat_id != seat.id and not offers.rings_at(uow, call, seat.id):
        # Whoever was offered the call once may know that it has gone; to others it is not theirs.
        raise gone if calls.was_offered(uow, call, seat) else NotYourCall
    return call, seat


def talking(uow: UnitOfWork, call_id: int, also: tuple[CallState, ...] = ()) -> Call:
    """The call that my seat is in, locked."""
    call, _ = _at_my_seat(uow, call_id, CallNotTalking)
    if call.state not in (CallState.TALKING, *also):
        raise CallNotTalking
    return call


def _set_muted(uow: UnitOfWork, call_id: int, *, muted: bool) -> Call:
    call = talking(uow, call_id)
    call.muted = muted
    _changed(uow, call)
    return call


def _set_paused(uow: UnitOfWork, call_id: int, *, paused: bool) -> Call:
    call = talking(uow, call_id)
    if call.recording_paused != paused:
        call.recording_paused = paused
        uow.audit(f"call:{call.id}", "pause_recording" if paused else "resume_recording")
        _changed(uow, call)
    return call


def _changed(uow: UnitOfWork, call: Call) -> None:
    uow.record(CallChanged(call_id=call.id, seat_id=call.seat_id))
    workers.wake(uow, call)
