"""A SIP engine without a network, for tests of everything above the door: same promises, nothing sounds.

A test plays the telephone: `invite`, `press`, `bye`, `finish_playing`; and looks at `edges`, `answered`, `cut`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from telephony.sip.port import (
    DigitPressed,
    Edge,
    InviteArrived,
    LegAnswered,
    LegEnded,
    LegQuality,
    Node,
    PcmStream,
    PlaybackEnded,
    SipEvent,
)


@dataclass
class FakeSip:
    """`playing`: files by player; `cut`: the code that a leg was ended with; `line`: what its packets say."""

    events: list[SipEvent] = field(default_factory=list)
    edges: set[Edge] = field(default_factory=set)
    answered: set[Node] = field(default_factory=set)
    cut: dict[Node, int] = field(default_factory=dict)
    playing: dict[Node, list[str]] = field(default_factory=dict)
    recording: dict[Node, Path] = field(default_factory=dict)
    streams: dict[Node, PcmStream] = field(default_factory=dict)
    dialled: dict[Node, str] = field(default_factory=dict)
    digits: dict[Node, str] = field(default_factory=dict)
    line: dict[Node, LegQuality | None] = field(default_factory=dict)
    confirms: bool = True  # callers acknowledge the answer
    _nodes: "count[int]" = field(default_factory=lambda: count(1))

    # -- the telephone -----------------------------------------------------------------------------------------

    def invite(self, number: str | None = "13800138000", called: str = "12345") -> Node:
        leg = next(self._nodes)
        self.events.append(
            InviteArrived(
                leg=leg, sip_call_id=f"fake-{leg}", number=number, called=called, source="192.0.2.1"
            )
        )
        return leg

    def press(self, leg: Node, digit: str) -> None:
        self.events.append(DigitPressed(leg=leg, digit=digit))

    def bye(self, leg: Node, sip_code: int = 200) -> None:
        self.events.append(LegEnded(leg=leg, sip_code=sip_code))

    def pick_up(self, leg: Node) -> None:
        self.events.append(LegAnswered(leg=leg))

    def finish_playing(self, leg: Node) -> None:
        """The words that this leg hears come to their end."""
        for source, target in sorted(self.edges):
            if target == leg and source in self.playing and "music" not in self.playing[source]:
                self.events.append(PlaybackEnded(node=source))

    def hears(self, leg: Node) -> list[str]:
        """Names of the prompts that reach the leg."""
        return [
            name for source, target in self.edges if target == leg for name in self.playing.get(source, [])
        ]

    # -- SipPort -----------------------------------------------------------------------------------------------

    def poll(self, wait_ms: int) -> list[SipEvent]:
        events, self.events = self.events, []
        return events

    def wake(self) -> None:
        """Nobody waits here."""

    def answer(self, leg: Node) -> None:
        self.answered.add(leg)
        if self.confirms:
            self.events.append(LegAnswered(leg=leg))

    def hang_up(self, leg: Node, sip_code: int = 0) -> None:
        self.cut[leg] = sip_code
        self.bye(leg, sip_code or 200)

    def dial(self, address: str, *, caller_id: str, headers: dict[str, str] | None = None) -> Node:
        leg = next(self._nodes)
        self.dialled[leg] = address
        return leg

    def send_digits(self, leg: Node, digits: str) -> None:
        self.digits[leg] = self.digits.get(leg, "") + digits

    def play(self, files: Sequence[Path], *, loop: bool = False) -> Node:
        node = next(self._nodes)
        self.playing[node] = [file.stem for file in files]
        return node

    def record(self, file: Path) -> Node:
        node = next(self._nodes)
        self.recording[node] = file
        return node

    def open_stream(self, stream: PcmStream) -> Node:
        node = next(self._nodes)
        self.streams[node] = stream
        return node

    def close(self, node: Node) -> None:
        self.edges = {edge for edge in self.edges if node not in edge}
        for kind in (self.playing, self.recording, self.streams):
            kind.pop(node, None)

    def connect(self, edge: Edge) -> None:
        self.edges.add(edge)

    def disconnect(self, edge: Edge) -> None:
        self.edges.discard(edge)

    def quality(self, leg: Node) -> LegQuality | None:
        return self.line.get(leg)

    def shut_down(self) -> None:
        self.edges.clear()
