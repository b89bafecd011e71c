"""Who hears whom, for every situation of a call."""

import pytest

from telephony.bridge import CALLER, LEFT, MUSIC, PROMPT, RIGHT, SILENCE, Mode, Scene, Voice, edges
from telephony.models import CallState

AGENT, GUEST, LEADER = "seat:1", "party:1", "seat:9"
SPEAKERS = (CALLER, AGENT, GUEST, LEADER)


def talk(*voices: Voice, **more: object) -> frozenset[tuple[str, str]]:
    everybody = (Voice(name=AGENT), *voices)
    return edges(Scene(call_id=1, state=CallState.TALKING, seat_id=1, voices=everybody, **more), prompt=False)


def people(heard: frozenset[tuple[str, str]]) -> set[tuple[str, str]]:
    return {edge for edge in heard if edge[0] in SPEAKERS and edge[1] in SPEAKERS}


def test_edges_when_talking_then_both_hear_each_other_and_each_has_a_channel():
    heard = talk()
    assert people(heard) == {(CALLER, AGENT), (AGENT, CALLER)}
    assert {(CALLER, LEFT), (AGENT, RIGHT)} <= heard
    assert (AGENT, LEFT) not in heard
    assert (CALLER, RIGHT) not in heard


@pytest.mark.parametrize("state", [CallState.WAITING, CallState.OFFERED])
def test_edges_when_waiting_then_music_until_words_are_spoken(state):
    scene = Scene(call_id=1, state=state, seat_id=1)
    assert (MUSIC, CALLER) in edges(scene, prompt=False)
    spoken = edges(scene, prompt=True)
    assert (MUSIC, CALLER) not in spoken
    assert {(PROMPT, CALLER), (PROMPT, RIGHT)} <= spoken
    assert not people(spoken)


def test_edges_when_held_then_music_and_nobody_hears_the_caller():
    heard = talk(held=True)
    assert (MUSIC, CALLER) in heard
    assert not people(heard)


def test_edges_when_muted_then_the_caller_hears_nothing_and_the_agent_all():
    scene = Scene(call_id=1, state=CallState.TALKING, seat_id=1, voices=(Voice(name=AGENT, muted=True),))
    heard = edges(scene, prompt=False)
    assert people(heard) == {(CALLER, AGENT)}
    assert (AGENT, RIGHT) not in heard


def test_edges_when_consulting_then_agent_and_guest_speak_while_the_caller_has_music():
    heard = talk(Voice(name=GUEST), held=True)
    assert people(heard) == {(AGENT, GUEST), (GUEST, AGENT)}
    assert (MUSIC, CALLER) in heard
    assert (GUEST, RIGHT) not in heard


def test_edges_when_three_way_then_everybody_hears_everybody():
    assert len(people(talk(Voice(name=GUEST)))) == 6
    assert (GUEST, RIGHT) in talk(Voice(name=GUEST))


def test_edges_when_leader_listens_then_nobody_hears_the_leader():
    heard = people(talk(Voice(name=LEADER, mode=Mode.LISTEN)))
    assert {(CALLER, LEADER), (AGENT, LEADER)} <= heard
    assert not [edge for edge in heard if edge[0] == LEADER]


def test_edges_when_leader_whispers_then_only_the_agent_hears_it_and_no_recording():
    heard = talk(Voice(name=LEADER, mode=Mode.WHISPER))
    assert [edge for edge in heard if edge[0] == LEADER] == [(LEADER, AGENT)]


def test_edges_when_leader_barges_then_it_is_a_conversation_of_three():
    assert len(people(talk(Voice(name=LEADER, mode=Mode.TALK)))) == 6


@pytest.mark.parametrize("state", list(CallState))
def test_edges_in_every_state_keep_both_channels_of_the_recording_running(state):
    heard = edges(Scene(call_id=1, state=state), prompt=False)
    assert {(SILENCE, LEFT), (SILENCE, RIGHT), (CALLER, LEFT)} <= heard


def test_edges_when_recording_pauses_then_only_silence_is_recorded():
    heard = talk(recording_paused=True)
    assert {one for one, other in heard if other in (LEFT, RIGHT)} == {SILENCE}
    assert people(heard) == {(CALLER, AGENT), (AGENT, CALLER)}
