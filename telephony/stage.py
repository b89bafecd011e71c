"""The sound of the calls on the line: which ends of sound each has, and who is connected with whom.

Used by the worker, on its polling thread. Knows scenes and nodes; neither news nor the database.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from telephony import bridge
from telephony.bridge import CALLER, LEFT, MUSIC, PROMPT, RIGHT, Scene
from telephony.live import Headsets, LiveCall
from telephony.sip.port import SILENCE, LegQuality, Node, PcmStream, SipPort

SEAT, GUEST = "seat:", "party:"


class Stage:
    """`call_of`: whose end of sound a node is; `called`: the number that telephones see which we ring."""

    def __init__(
        self, sip: SipPort, headsets: Headsets, *, music: Sequence[Path], spool: Path, called: str
    ) -> None:
        self._sip, self._headsets, self._spool, self._called = sip, headsets, spool, called
        self._music = sip.play(music, loop=True)
        self.call_of: dict[Node, LiveCall] = {}

    def open(self, token: str, leg: Node, *, now: float) -> LiveCall:
        """A line in use; both sides are recorded from here on."""
        nodes = {CALLER: leg, MUSIC: self._music, bridge.SILENCE: SILENCE}
        for side in (LEFT, RIGHT):
            nodes[side] = self._sip.record(self._tape(token, side))
        call = LiveCall(token=token, leg=leg, nodes=nodes, opened_at=now)
        self.call_of[leg] = call
        return call

    def dial(self, address: str) -> Node:
        return self._sip.dial(address, caller_id=self._called)

    def close(self, call: LiveCall) -> None:
        for name in list(call.nodes):
            self.forget(call, name)
        del self.call_of[call.leg]

    def speak(self, call: LiveCall, files: Sequence[Path]) -> None:
        """Words to the caller, in place of those that he hears now."""
        self.hush(call)
        node = self._sip.play(files)
        call.nodes[PROMPT] = node
        self.call_of[node] = call
        self.connect(call)

    def hush(self, call: LiveCall) -> None:
        if PROMPT in call.nodes:
            self.forget(call, PROMPT)

    def follow(self, call: LiveCall, scene: Scene) -> None:
        """Who has left goes, who is asked for is rung, everybody hears whom he should."""
        for name in [name for name in call.nodes if ":" in name and name not in scene.names]:
            self.forget(call, name)
        call.called_up -= {
            name for name in call.called_up if name.startswith(SEAT) and name not in scene.names
        }
        for voice in scene.voices:
            if voice.address is not None and voice.name not in call.called_up:
                call.called_up.add(voice.name)
                leg = self.dial(voice.address)
                call.nodes[voice.name] = leg
                self.call_of[leg] = call
        self.connect(call)

    def open_headset(
        self,
        call: LiveCall,
        voice: str,
        sdp: str,
        *,
        answered: Callable[[str | None], None],
        lost: Callable[[], None],
    ) -> None:
        """A new connection of a browser; the one it had before, if any, is replaced."""
        if voice in call.nodes:
            self.forget(call, voice)
        stream = PcmStream()
        node = self._sip.open_stream(stream)
        call.nodes[voice] = node
        self._headsets.open(node, sdp, stream, answered=answered, lost=lost)
        self.connect(call)

    def send_digits(self, call: LiveCall, digits: str) -> None:
        """To the outside telephones in the call, otherwise to the caller."""
        guests = [node for name, node in call.nodes.items() if name.startswith(GUEST)]
        for leg in guests or [call.leg]:
            self._sip.send_digits(leg, digits)

    def connect(self, call: LiveCall) -> None:
        """Make the edges that exist equal to those that the scene wants."""
        prompt = PROMPT in call.nodes
        if call.scene is None:
            wanted = bridge.before_the_first_scene(prompt=prompt)
        else:
            wanted = bridge.edges(call.scene, prompt=prompt)
        nodes = call.nodes
        edges = {(nodes[one], nodes[other]) for one, other in wanted if one in nodes and other in nodes}
        for edge in call.edges - edges:
            self._sip.disconnect(edge)
        for edge in edges - call.edges:
            self._sip.connect(edge)
        call.edges = edges

    def forget(self, call: LiveCall, name: str) -> None:
        node = call.nodes.pop(name)
        gone = {edge for edge in call.edges if node in edge}
        for edge in gone:
            self._sip.disconnect(edge)
        call.edges -= gone
        if name in (CALLER, MUSIC, bridge.SILENCE):
            return
        self.call_of.pop(node, None)
        if name in call.called_up:
            self._sip.hang_up(node)
            return
        if name.startswith(SEAT):
            self._headsets.close(node)
        self._sip.close(node)

    def line(self, call: LiveCall) -> LegQuality | None:
        """How the caller's line sounds; None while it is on hold or has no sound."""
        held = call.scene is not None and call.scene.held
        return None if held else self._sip.quality(call.leg)

    def tape_bytes(self, call: LiveCall) -> int:
        tape = self._tape(call.token, LEFT)
        return tape.stat().st_size if tape.exists() else 0

    def _tape(self, token: str, side: str) -> Path:
        return self._spool / f"{token}-{side}.wav"
