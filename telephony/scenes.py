"""A call's row as the picture that its worker follows."""

from telephony.bridge import Scene, Voice, seat_voice
from telephony.models import Call, CallState


def of(call: Call) -> Scene:
    voices: tuple[Voice, ...] = ()
    if call.seat_id is not None and call.state == CallState.TALKING:
        voices = (Voice(name=seat_voice(call.seat_id), muted=call.muted),)
    return Scene(
        call_id=call.id,
        state=CallState(call.state),
        outcome=call.outcome,
        seat_id=call.seat_id,
        voices=voices,
        held=call.held_at is not None,
        announce_every_s=call.queue.announce_every_s if call.queue else 0,
    )
