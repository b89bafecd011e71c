"""Who hears whom: a call as a picture (`Scene`), and the edges of sound that follow from it. Pure.

The worker compares these edges with the ones that exist and makes the difference. Hold, mute, consult, three-way,
listen, whisper and barge are nothing but different edges.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

from telephony.models import CallState

CALLER, MUSIC, PROMPT, LEFT, RIGHT, SILENCE = "caller", "music", "prompt", "left", "right", "silence"
NamedEdge = tuple[str, str]


class Mode(StrEnum):
    TALK = "talk"
    LISTEN = "listen"
    WHISPER = "whisper"  # heard by the agent only


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Somebody beside the caller; `name` names the node, `seat:3` or `party:7`. `address`: to be dialled."""

    name: str
    mode: Mode = Mode.TALK
    muted: bool = False
    address: str | None = None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a worker must know of a call. `agent` is the voice that holds it; `voices` has all but the caller.

    `ringing`: seats where it rings, whose browsers connect before they answer.
    """

    call_id: int
    state: CallState
    outcome: str | None = None
    seat_id: int | None = None
    voices: tuple[Voice, ...] = ()
    ringing: tuple[int, ...] = ()
    held: bool = False
    recording_paused: bool = False
    announce_every_s: int = 0
    work_no: str | None = None

    @property
    def agent(self) -> str | None:
        return None if self.seat_id is None else seat_voice(self.seat_id)

    @property
    def names(self) -> frozenset[str]:
        """Nodes that belong to this call now; a seat that is only rung may already have its headset connected."""
        seats = {seat_voice(seat_id) for seat_id in self.ringing} | ({self.agent} if self.agent else set())
        return frozenset(seats | {voice.name for voice in self.voices})


def seat_voice(seat_id: int) -> str:
    return f"seat:{seat_id}"


def party_voice(party_id: int) -> str:
    return f"party:{party_id}"


def edges(scene: Scene, *, prompt: bool) -> frozenset[NamedEdge]:
    """`prompt`: whether words are being played to the caller, which go before everything else but a conversation."""
    heard: set[NamedEdge] = {(SILENCE, LEFT), (SILENCE, RIGHT)}
    speaking = {voice.name for voice in scene.voices if voice.mode is Mode.TALK}
    talking = scene.state is CallState.TALKING
    if talking and not scene.held:
        speaking.add(CALLER)
    if talking:
        muted = {voice.name for voice in scene.voices if voice.muted}
        heard |= {(one, other) for one, other in permutations(speaking, 2) if one not in muted}
        heard |= _silent_guests(scene, speaking)
        heard |= {(one, RIGHT) for one, other in heard if other == CALLER}
    if scene.state is CallState.DIALLING and scene.agent:
        heard.add((CALLER, scene.agent))  # the ringing tone, or what the network says
    if prompt:
        heard |= {(PROMPT, CALLER), (PROMPT, RIGHT)}
    elif (talking and scene.held) or scene.state in (CallState.WAITING, CallState.OFFERED):
        heard.add((MUSIC, CALLER))
    heard.add((CALLER, LEFT))
    if scene.recording_paused:
        heard = {(one, other) for one, other in heard if other not in (LEFT, RIGHT) or one == SILENCE}
    return frozenset(heard)


def _silent_guests(scene: Scene, speaking: set[str]) -> set[NamedEdge]:
    """Those who only hear the conversation, or speak into the agent's ear alone."""
    heard = set()
    for voice in scene.voices:
        if voice.mode is not Mode.TALK:
            heard |= {(one, voice.name) for one in speaking}
        if voice.mode is Mode.WHISPER and scene.agent and not voice.muted:
            heard.add((voice.name, scene.agent))
    return heard


def before_the_first_scene(*, prompt: bool) -> frozenset[NamedEdge]:
    """The caller hears the greeting while the database learns of the call."""
    greeting = Scene(call_id=0, state=CallState.GREETING)
    return edges(greeting, prompt=prompt)
