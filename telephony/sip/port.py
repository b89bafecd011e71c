"""The one door between the telephone and the rest: events that come in, acts that go out.

A *node* is anything with sound: a SIP leg, a player, a recorder, a browser's stream. Nodes are plain numbers, sound
flows along directed edges between them. Everything here but `wake` is called on the polling thread only.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

Node = int
Edge = tuple[Node, Node]

SAMPLE_RATE = 16_000
FRAME_BYTES = SAMPLE_RATE // 50 * 2  # 20 ms, 16 bit, mono
SILENCE: Node = 0  # always there; keeps a recorder's clock running when nobody speaks


@dataclass(frozen=True, kw_only=True)
class InviteArrived:
    """`number` is None where the caller withholds it."""

    leg: Node
    sip_call_id: str
    number: str | None
    called: str
    source: str


@dataclass(frozen=True, kw_only=True)
class LegAnswered:
    leg: Node


@dataclass(frozen=True, kw_only=True)
class LegEnded:
    """`sip_code` is the status that ended the leg, 200 after a normal BYE."""

    leg: Node
    sip_code: int


@dataclass(frozen=True, kw_only=True)
class DigitPressed:
    leg: Node
    digit: str


@dataclass(frozen=True, kw_only=True)
class PlaybackEnded:
    node: Node


SipEvent = InviteArrived | LegAnswered | LegEnded | DigitPressed | PlaybackEnded


@dataclass(frozen=True, kw_only=True)
class LegQuality:
    """What RTP and RTCP say of a leg so far; percentages 0–100, times in ms.

    `received` packets of sound and `reports` of the other side about ours: as long as either grows, it is there.
    """

    received: int
    reports: int
    lost_percent: float
    jitter_ms: float
    round_trip_ms: float
    codec: str


@dataclass
class PcmStream:
    """Sound of one browser leg, 16 kHz 16 bit mono frames of 20 ms, handed between two threads.

    A deque with a bound drops the oldest frame by itself: late sound is worth less than fresh sound.
    """

    to_bridge: deque[bytes] = field(default_factory=lambda: deque(maxlen=12))
    from_bridge: deque[bytes] = field(default_factory=lambda: deque(maxlen=12))
    on_frame: Callable[[], None] = lambda: None  # called by the clock thread after each frame from the bridge


class SipPort(Protocol):
    """What a worker needs of a SIP engine."""

    def poll(self, wait_ms: int) -> list[SipEvent]: ...
    def wake(self) -> None:
        """End the wait of `poll` now; the one call that any thread may make."""
        ...

    def answer(self, leg: Node) -> None: ...
    def hang_up(self, leg: Node, sip_code: int = 0) -> None: ...
    def dial(self, address: str, *, caller_id: str, headers: dict[str, str] | None = None) -> Node: ...
    def send_digits(self, leg: Node, digits: str) -> None: ...
    def play(self, files: Sequence[Path], *, loop: bool = False) -> Node: ...
    def record(self, file: Path) -> Node: ...
    def open_stream(self, stream: PcmStream) -> Node: ...
    def close(self, node: Node) -> None: ...
    def connect(self, edge: Edge) -> None: ...
    def disconnect(self, edge: Edge) -> None: ...
    def quality(self, leg: Node) -> LegQuality | None:
        """None while the leg has no sound, or has asked for silence (hold)."""
        ...

    def shut_down(self) -> None: ...
