"""The agent's own seat: signing in, being free or busy, and the browser's sound for a call."""

from datetime import datetime

from flask import Response
from pydantic import ConfigDict, Field

from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.desk import board, drafts
from telephony import call_control, calls, desk_phones, media_servers, parties, seats
from telephony.models import Call, CallState, Seat
from telephony.seat_states import STATE_LABELS
from web.api.schemas import Choice, Choices, Outgoing, reply
from web.api.transfers import PartyOut
from web.api.wiring import resource
from web.edge import STAFF, open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("seat", "坐席")


class SeatCall(Outgoing):
    """The call that rings at or is held by the seat."""

    id: int
    state: str
    direction: str
    caller_masked: str
    rang_at: datetime
    offered_at: datetime | None
    offer_until: datetime | None
    answered_at: datetime | None = Field(description="when the conversation began")
    on_hold: bool
    muted: bool
    recording_paused: bool
    mos: float | None = Field(description="lowest estimate of the line's quality so far, 1–4.5")
    case_id: int | None = Field(description="the draft of this call")
    parties: list[PartyOut] = Field(description="who else rings for it or is in it")


class SeatGuest(Outgoing):
    """The call of another seat where this one is a guest: consulted, or listening."""

    call_id: int
    kind: str
    state: str
    mode: str
    caller_masked: str


class QueueNow(Outgoing):
    waiting: int
    longest_wait_since: datetime | None


class SeatOut(Outgoing):
    id: int
    number: str
    state: str = Field(description="signed_out, available, busy, ringing, talking, wrap_up")
    state_label: str
    state_since: datetime
    busy_reason: str | None
    wrap_up_until: datetime | None
    next_state: str | None = Field(description="asked for during a call, true after it")
    calls_taken: int
    call: SeatCall | None
    guest_in: SeatGuest | None
    queue: QueueNow


class BusyIn(Incoming):
    reason: str = Field(max_length=50)


class SignInSeat(Incoming):
    phone: str | None = Field(
        None,
        max_length=100,
        description="SIP address of a desk phone, or `account`: the one that has registered; absent: headset",
    )


class MediaIn(Incoming):
    # The blanks and line ends of an SDP belong to it.
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    call_id: Id
    sdp: str = Field(min_length=10, max_length=20_000)
    type: str = Field(pattern="^offer$")


class MediaCommand(Outgoing):
    command_id: int


class MediaReply(Outgoing):
    """`state`: waiting, answered or failed."""

    state: str
    sdp: str | None
    type: str | None
    error: str | None


class MediaServer(Outgoing):
    """As `RTCConfiguration.iceServers` wants it."""

    urls: list[str]
    username: str
    credential: str


class MediaServers(Outgoing):
    ice_servers: list[MediaServer]


class CommandPath(Incoming):
    command_id: Id


def seat_call(uow: UnitOfWork, call: Call) -> SeatCall:
    return SeatCall(
        id=call.id,
        state=call.state,
        direction=call.direction,
        caller_masked=call.number_masked,
        rang_at=call.rang_at,
        offered_at=call.offered_at,
        offer_until=call.offer_until if call.state == CallState.OFFERED else None,
        answered_at=call.talking_at,
        on_hold=call.held_at is not None,
        muted=call.muted,
        recording_paused=call.recording_paused,
        mos=call.mos,
        case_id=drafts.case_of_call(uow, call.id),
        parties=[PartyOut.model_validate(party) for party in parties.shown(uow, call.id)],
    )


def seat_guest(uow: UnitOfWork, seat: Seat) -> SeatGuest | None:
    party = parties.of_seat(uow, seat.id)
    if party is None:
        return None
    masked = uow.session.get_one(Call, party.call_id).number_masked
    return SeatGuest(
        call_id=party.call_id, kind=party.kind, state=party.state, mode=party.mode, caller_masked=masked
    )


def seat_out(uow: UnitOfWork, seat: Seat) -> SeatOut:
    call = calls.of_seat(uow, seat.id)
    waiting = board.waiting(uow)
    return SeatOut(
        id=seat.id,
        number=seat.number,
        state=seat.state,
        state_label=STATE_LABELS[seat.state],
        state_since=seat.since,
        busy_reason=seat.reason,
        wrap_up_until=seat.wrap_up_until,
        next_state=seat.next_state,
        calls_taken=seat.calls,
        call=seat_call(uow, call) if call else None,
        guest_in=seat_guest(uow, seat),
        queue=QueueNow(waiting=len(waiting), longest_wait_since=waiting[0].queued_at if waiting else None),
    )


@bp.get("/seat", responses={200: SeatOut})
@opens_to(Permission.SEAT_USE)
def own_seat() -> Response:
    with open_uow() as uow:
        return reply(seat_out(uow, seats.own(uow)))


@bp.post("/seat/sign_in", responses={200: SeatOut})
@opens_to(Permission.SEAT_USE)
def sign_in(body: SignInSeat) -> Response:
    with open_uow() as uow:
        return reply(seat_out(uow, seats.sign_in(uow, phone=desk_phones.named(uow, body.phone))))


@bp.post("/seat/sign_out", responses={200: SeatOut})
@opens_to(Permission.SEAT_USE)
def sign_out() -> Response:
    """Leave the seat, now or after the call that is being taken."""
    with open_uow() as uow:
        return reply(seat_out(uow, seats.sign_out(uow)))


@bp.post("/seat/available", responses={200: SeatOut})
@opens_to(Permission.SEAT_USE)
def available() -> Response:
    with open_uow() as uow:
        return reply(seat_out(uow, seats.available(uow)))


@bp.post("/seat/busy", responses={200: SeatOut})
@opens_to(Permission.SEAT_USE)
def busy(body: BusyIn) -> Response:
    with open_uow() as uow:
        return reply(seat_out(uow, seats.busy(uow, body.reason)))


@bp.post("/seat/wrap_up_done", responses={200: SeatOut})
@opens_to(Permission.SEAT_USE)
def wrap_up_done() -> Response:
    with open_uow() as uow:
        return reply(seat_out(uow, seats.wrap_up_done(uow)))


@bp.post("/seat/media", responses={202: MediaCommand})
@opens_to(Permission.SEAT_USE)
def offer_media(body: MediaIn) -> Response:
    """Hand the browser's SDP offer to the worker that holds the call; ask for the answer by its command id."""
    with open_uow() as uow:
        return reply(MediaCommand(command_id=call_control.media(uow, body.call_id, body.sdp)), 202)


@bp.get("/seat/media/<int:command_id>", responses={200: MediaReply})
@opens_to(Permission.SEAT_USE)
def media_reply(path: CommandPath) -> Response:
    with open_uow() as uow:
        answer = call_control.media_reply(uow, path.command_id)
    kind = "answer" if answer.sdp else None
    return reply(MediaReply(state=answer.state, sdp=answer.sdp, type=kind, error=answer.problem))


@bp.get("/seat/media_servers", responses={200: MediaServers})
@opens_to(Permission.SEAT_USE)
def servers() -> Response:
    """Where a browser outside the office network finds a way to the sound; empty inside."""
    with open_uow() as uow:
        found = media_servers.of(uow)
    return reply(MediaServers(ice_servers=[MediaServer(**vars(found))] if found else []))


@bp.get("/lookups/busy_reasons", responses={200: Choices})
@opens_to(STAFF)
def busy_reasons() -> Response:
    items = [Choice(code=code, name=name) for code, name in seats.BUSY_REASONS.items()]
    return reply(Choices(items=items))
