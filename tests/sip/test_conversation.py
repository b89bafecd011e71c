"""A caller and an agent: who hears what, and what the recording holds."""

from hotline.core.identity import Actor
from telephony import call_control, recording_files, recordings, seats
from telephony.models import CallState, EndedBy, Outcome, Recording, RecordingState, SeatState
from tests.sip.conftest import GREETING_HERTZ, MUSIC_HERTZ, Exchange
from tests.sip.line import Headset, Telephone, eventually, loudness, strength, strongest

CALLER_HERTZ, AGENT_HERTZ = 600.0, 1_000.0


def test_call_when_answered_in_browser_then_both_hear_each_other_and_are_recorded_apart(shared: Exchange):
    address = shared.address
    agent = shared.signed_in("1001")
    telephone = shared.ring(address, hertz=CALLER_HERTZ)

    call_id = shared.offered_to(agent)
    eventually(lambda: strength(telephone.heard()[:16_000], GREETING_HERTZ) > 0.2)
    headset = shared.headset(agent, call_id, AGENT_HERTZ)
    shared.does(agent, call_control.answer, call_id)
    eventually(lambda: strength(headset.heard(0.5), CALLER_HERTZ) > 0.8)
    eventually(lambda: strength(telephone.heard()[-8_000:], AGENT_HERTZ) > 0.8)
    shared.does(agent, call_control.hang_up, call_id)

    assert "通话结束" in telephone.ends()
    call = shared.in_state(call_id, CallState.ENDED)
    assert (call.outcome, call.ended_by) == (Outcome.ANSWERED, EndedBy.AGENT)
    recording = eventually(lambda: _raw_recording(shared, call_id))
    shared.does(agent, recordings.finalise, recording.id)
    _, ogg = shared.does(agent, recordings.play, recording.id)
    sound = recording_files.expand(ogg)
    left, right = sound[:, 0], sound[:, 1]
    assert strongest(left, CALLER_HERTZ) > 0.8
    assert strongest(right, AGENT_HERTZ) > 0.8
    assert strongest(right, GREETING_HERTZ) > 0.8
    assert strongest(left, AGENT_HERTZ) < 0.05
    assert strongest(right, CALLER_HERTZ) < 0.05


def _raw_recording(shared: Exchange, call_id: int) -> Recording | None:
    with shared.house.open_uow(shared.agents["1001"]) as uow:
        found = recordings.of_call(uow, shared.call(call_id))
        return found[0] if found and found[0].state == RecordingState.RAW else None


def in_talk(shared: Exchange) -> tuple[Actor, int, Telephone, Headset]:
    """A conversation in which both have heard each other."""
    address = shared.address
    agent = shared.signed_in("1001")
    telephone = shared.ring(address, hertz=CALLER_HERTZ)
    call_id = shared.offered_to(agent)
    headset = shared.headset(agent, call_id, AGENT_HERTZ)
    shared.does(agent, call_control.answer, call_id)
    eventually(lambda: hears(headset, CALLER_HERTZ) and telephone_hears(telephone, AGENT_HERTZ))
    return agent, call_id, telephone, headset


def hears(headset: Headset, hertz: float) -> bool:
    return strength(headset.heard(0.3), hertz) > 0.8


def telephone_hears(telephone: Telephone, hertz: float) -> bool:
    return strength(telephone.heard()[-5_000:], hertz) > 0.8


def test_talk_when_held_muted_and_resumed_then_each_hears_what_belongs_to_it(shared: Exchange):
    agent, call_id, telephone, headset = in_talk(shared)
    shared.does(agent, call_control.hold, call_id)
    eventually(lambda: telephone_hears(telephone, MUSIC_HERTZ) and loudness(headset.heard(0.3)) < 50)
    shared.does(agent, call_control.resume, call_id)
    eventually(lambda: telephone_hears(telephone, AGENT_HERTZ) and hears(headset, CALLER_HERTZ))
    shared.does(agent, call_control.mute, call_id)
    eventually(lambda: loudness(telephone.heard()[-5_000:]) < 50)
    assert hears(headset, CALLER_HERTZ)
    shared.does(agent, call_control.unmute, call_id)
    eventually(lambda: telephone_hears(telephone, AGENT_HERTZ))


def test_talk_when_the_browser_reloads_then_the_call_stays_and_the_sound_comes_back(shared: Exchange):
    agent, call_id, telephone, headset = in_talk(shared)
    headset.close()
    eventually(lambda: loudness(telephone.heard()[-5_000:]) < 50)
    assert shared.does(agent, call_control.current).id == call_id
    again = shared.headset(agent, call_id, AGENT_HERTZ + 300)
    eventually(lambda: hears(again, CALLER_HERTZ) and telephone_hears(telephone, AGENT_HERTZ + 300))
    assert shared.call(call_id).state == CallState.TALKING


def test_talk_when_the_browser_offers_nonsense_then_told_so_and_the_caller_stays(shared: Exchange):
    agent, call_id, telephone, _ = in_talk(shared)
    command_id = shared.does(agent, call_control.media, call_id, "v=0\r\nm=audio nonsense\r\n")
    reply = eventually(
        lambda: (
            found
            if (found := shared.does(agent, call_control.media_reply, command_id)).state != "waiting"
            else None
        )
    )
    assert reply.state == "failed"
    assert shared.call(call_id).state == CallState.TALKING
    shared.headset(agent, call_id, AGENT_HERTZ)
    eventually(lambda: telephone_hears(telephone, AGENT_HERTZ))


def test_talk_when_the_caller_hangs_up_then_ended_by_the_caller_and_wrap_up(shared: Exchange):
    agent, call_id, telephone, _ = in_talk(shared)
    telephone.hang_up()
    call = shared.in_state(call_id, CallState.ENDED)
    assert (call.outcome, call.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    assert shared.does(agent, seats.own).state == SeatState.WRAP_UP
