"""A call's rows as the picture that its worker follows."""

from hotline.accounts.models import User
from hotline.core.uow import UnitOfWork
from telephony import dialplan, offers, parties, seat_states
from telephony.bridge import Mode, Scene, Voice, party_voice, seat_voice
from telephony.models import SEAT_HOLDING_STATES, Call, CallState, Direction
from telephony.party_models import CallParty, PartyKind, PartyState


def of(uow: UnitOfWork, call: Call) -> Scene:
    voices: list[Voice] = []
    ringing = (
        [offer.seat_id for offer in offers.ringing(uow, call)] if call.state == CallState.OFFERED else []
    )
    for seat_id in ringing:
        if phone := seat_states.phone_of(uow, seat_id):
            voices.append(Voice(name=seat_voice(seat_id), address=phone))
    if call.seat_id is not None and call.state in (CallState.TALKING, CallState.DIALLING):
        phone = seat_states.phone_of(uow, call.seat_id)
        voices.append(Voice(name=seat_voice(call.seat_id), muted=call.muted, address=phone))
    if call.state in (CallState.TALKING, CallState.DIALLING):
        voices += [_voice(uow, party) for party in parties.here(uow, call.id) if _is_heard(party)]
    return Scene(
        call_id=call.id,
        state=CallState(call.state),
        outcome=call.outcome,
        seat_id=call.seat_id if call.state in SEAT_HOLDING_STATES else None,
        voices=tuple(voices),
        ringing=tuple(ringing),
        held=call.held_at is not None,
        recording_paused=call.recording_paused,
        work_no=_work_no(uow, call),
        announce_every_s=call.queue.announce_every_s if call.queue else 0,
    )


def _work_no(uow: UnitOfWork, call: Call) -> str | None:
    """Told to citizens who have called, not to those whom we call."""
    if call.state != CallState.TALKING or call.direction != Direction.INBOUND or call.user_id is None:
        return None
    return uow.session.get_one(User, call.user_id).work_no


def _is_heard(party: CallParty) -> bool:
    """An outside telephone is dialled by its voice; a seat that is still rung has none."""
    return party.kind == PartyKind.OUTSIDE or party.state == PartyState.JOINED


def _voice(uow: UnitOfWork, party: CallParty) -> Voice:
    if party.seat_id is not None:
        return Voice(name=seat_voice(party.seat_id), mode=Mode(party.mode))
    number = uow.vault.decrypt(party.number_cipher or b"")
    return Voice(
        name=party_voice(party.id), mode=Mode(party.mode), address=dialplan.address(uow.settings, number)
    )
