"""A caller and an agent: who hears what, and what the recording holds."""

from telephony import call_control, recording_files, recordings
from telephony.models import CallState, EndedBy, Outcome, Recording, RecordingState
from tests.sip.conftest import GREETING_HERTZ, Exchange
from tests.sip.line import eventually, strength, strongest

CALLER_HERTZ, AGENT_HERTZ = 600.0, 1_000.0


def test_call_when_answered_in_browser_then_both_hear_each_other_and_are_recorded_apart(exchange: Exchange):
    address = exchange.start_worker()
    agent = exchange.signed_in("1001")
    telephone = exchange.ring(address, hertz=CALLER_HERTZ)

    call_id = exchange.offered_to(agent)
    eventually(lambda: strength(telephone.heard()[:16_000], GREETING_HERTZ) > 0.2)
    headset = exchange.headset(agent, call_id, AGENT_HERTZ)
    exchange.does(agent, call_control.answer, call_id)
    eventually(lambda: strength(headset.heard(0.5), CALLER_HERTZ) > 0.8)
    eventually(lambda: strength(telephone.heard()[-8_000:], AGENT_HERTZ) > 0.8)
    exchange.does(agent, call_control.hang_up, call_id)

    assert "通话结束" in telephone.ends()
    call = exchange.in_state(call_id, CallState.ENDED)
    assert (call.outcome, call.ended_by) == (Outcome.ANSWERED, EndedBy.AGENT)
    recording = eventually(lambda: _raw_recording(exchange, call_id))
    exchange.does(agent, recordings.finalise, recording.id)
    _, ogg = exchange.does(agent, recordings.play, recording.id)
    sound = recording_files.expand(ogg)
    left, right = sound[:, 0], sound[:, 1]
    assert strongest(left, CALLER_HERTZ) > 0.8
    assert strongest(right, AGENT_HERTZ) > 0.8
    assert strongest(right, GREETING_HERTZ) > 0.8
    assert strongest(left, AGENT_HERTZ) < 0.05
    assert strongest(right, CALLER_HERTZ) < 0.05


def _raw_recording(exchange: Exchange, call_id: int) -> Recording | None:
    with exchange.house.open_uow(exchange.agents["1001"]) as uow:
        found = recordings.of_call(uow, exchange.call(call_id))
        return found[0] if found and found[0].state == RecordingState.RAW else None

