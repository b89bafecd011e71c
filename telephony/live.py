"""A call on the line as its worker keeps it, and what the worker needs of the browsers' side."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from telephony.bridge import Scene
from telephony.line_watch import Pulse, Tape
from telephony.models import EndedBy
from telephony.sip.port import Edge, Node, PcmStream


class Headsets(Protocol):
    """The browser side, `webrtc.BrowserLegs` or a test's."""

    def open(
        self,
        node: int,
        sdp: str,
        stream: PcmStream,
        *,
        answered: Callable[[str | None], None],
        lost: Callable[[], None],
    ) -> None: ...
    def close(self, node: int) -> None: ...


@dataclass
class Asking:
    """Words are being said, or have been, and keys are awaited until `until`."""

    digits: int
    fields: int
    wait_s: int
    keys: str = ""
    until: float | None = None

    def press(self, key: str, now: float) -> bool:
        """Whether that was the last key."""
        self.keys, self.until = self.keys + key, now + self.wait_s
        return self.keys.count("#") >= self.fields or len(self.keys) >= self.digits


@dataclass
class LiveCall:
    """A caller on the line. `nodes` are the ends of sound by the names that `bridge` uses."""

    token: str
    leg: Node
    nodes: dict[str, Node]
    scene: Scene | None = None
    edges: set[Edge] = field(default_factory=set)
    greeted: bool = False
    dialled: bool = False  # by us
    opened_at: float = 0.0
    confirmed: bool = False  # the other side has acknowledged that the call is answered
    call_back_offered: bool = False
    cut: EndedBy | None = None  # we have hung up, on behalf of
    announce_at: float | None = None
    grade: str | None = None
    tape: Tape = field(default_factory=Tape)
    pulse: Pulse = field(default_factory=Pulse)
    asking: Asking | None = None
    work_no_said: str | None = None
    called_up: set[str] = field(default_factory=set)  # guests dialled once, not again

    def name_of(self, node: Node) -> str:
        return next(name for name, one in self.nodes.items() if one == node)
