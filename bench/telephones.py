"""Telephones for benches, many in one thread: callers with sound both ways, and desk phones that answer at once.

As little SIP as it takes to be measured by: UDP, G.711 A-law, no retransmission but of what goes unanswered.
"""

import re
import selectors
import socket
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread

import av

from tests.sip.line import tone
from tests.sip.sipp import header, headers, reply

FRAME_S, FRAME_BYTES, A_LAW = 0.02, 160, 8
HERTZ = 600.0  # a whole number of waves in each frame
SO_TIMESTAMPNS = 35
AGAIN_S = 0.5
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"


def a_law_tone() -> bytes:
    """One frame, which continues itself."""
    coder = av.CodecContext.create("pcm_alaw", "w")
    coder.sample_rate, coder.layout, coder.format = 8_000, "mono", "s16"
    frame = av.AudioFrame.from_ndarray(tone(HERTZ, FRAME_S).astype("<i2").reshape(1, -1), "s16", "mono")
    frame.sample_rate = 8_000
    return b"".join(bytes(packet) for packet in [*coder.encode(frame), *coder.encode(None)])


def udp() -> socket.socket:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    line.setblocking(False)
    return line


def port_of(line: socket.socket) -> int:
    return int(line.getsockname()[1])


@dataclass
class Caller:
    """One call from its INVITE to its end. Times are of `time.monotonic`; `gaps`: between packets of sound heard."""

    number: str
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    sound: socket.socket = field(default_factory=udp)
    asked_at: float = 0
    again_at: float = float("inf")
    answered_at: float | None = None
    ended_at: float | None = None
    code: int | None = None
    left: bool = False  # by our own BYE, as soon as it is answered
    to: str = ""
    contact: str = ""
    routes: list[str] = field(default_factory=list)
    peer: tuple[str, int] | None = None
    sequence: int = 0
    heard: int = 0
    last_heard_ns: int = 0
    worst_gap_ms: float = 0


class Callers:
    """All callers of a bench, in one thread from `start` to `stop`; `sounds`: whether they speak and listen."""

    def __init__(self, address: str, *, sounds: bool) -> None:
        host, _, port = address.rpartition(":")
        self._edge, self._sounds = (host, int(port)), sounds
        self._line, self._frame = udp(), a_law_tone()
        self._calls: dict[str, Caller] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._line, selectors.EVENT_READ, self._signal)
        self._running = True
        self._todo: list[Callable[[], None]] = []
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def ring(self, number: str) -> Caller:
        call = Caller(number=number)
        if self._sounds:
            call.sound.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._todo.append(lambda: self._invite(call))
        return call

    def leave(self, call: Caller) -> None:
        self._todo.append(lambda: self._bye(call))

    def stop(self) -> None:
        self._running = False
        self._thread.join()

    # -- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        next_frame = time.monotonic()
        while self._running:
            while self._todo:
                self._todo.pop(0)()
            for key, _ in self._selector.select(max(0.0, min(0.005, next_frame - time.monotonic()))):
                key.data()
            now = time.monotonic()
            if now >= next_frame:
                next_frame += FRAME_S
                self._each_frame(now)

    def _each_frame(self, now: float) -> None:
        for call in self._calls.values():
            if call.answered_at is None and call.code is None and now >= call.again_at:
                self._invite(call)
            if self._sounds and call.peer and call.ended_at is None:
                call.sequence += 1
                head = struct.pack(
                    "!BBHII", 0x80, A_LAW, call.sequence & 0xFFFF, call.sequence * FRAME_BYTES, 7
                )
                call.sound.sendto(head + self._frame, call.peer)

    def _signal(self) -> None:
        while True:
            try:
                message, source = self._line.recvfrom(65_535)
            except BlockingIOError:
                return
            text = message.decode(errors="replace")
            call = self._calls.get(header(text, "Call-ID"))
            if call is None:
                continue
            if text.startswith("SIP/2.0"):
                self._answer(call, text)
            elif text.startswith("BYE"):
                call.ended_at = time.monotonic()
                self._line.sendto(reply(text, "200 OK"), source)

    def _answer(self, call: Caller, text: str) -> None:
        code, method = int(text[8:11]), header(text, "CSeq").split()[1]
        if method != "INVITE":
            call.ended_at = call.ended_at or time.monotonic()
            return
        call.again_at = float("inf")
        if code < 200:
            return
        first, call.code, call.to = call.code is None, code, header(text, "To")
        if code >= 300:
            call.ended_at = time.monotonic()
            self._send(call, "ACK", 1, in_dialogue=False)
            return
        call.routes = [line.partition(":")[2].strip() for line in reversed(headers(text, "Record-Route"))]
        call.contact = re.search(r"<([^>]*)>", header(text, "Contact"))[1]
        self._send(call, "ACK", 1)
        if first:
            call.answered_at = time.monotonic()
            call.peer = (
                re.search(r"c=IN IP4 (\S+)", text)[1],
                int(re.search(r"m=audio (\d+)", text)[1]),
            )
            if self._sounds:
                self._selector.register(call.sound, selectors.EVENT_READ, lambda: self._listen(call))
            if call.left:
                self._bye(call)

    def _listen(self, call: Caller) -> None:
        """The kernel says when a packet came: we may be late ourselves."""
        while True:
            try:
                _, ancillary, _, _ = call.sound.recvmsg(2_048, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            now_ns = seconds * 1_000_000_000 + nanoseconds
            if call.last_heard_ns and call.ended_at is None:
                call.worst_gap_ms = max(call.worst_gap_ms, (now_ns - call.last_heard_ns) / 1e6)
            call.heard, call.last_heard_ns = call.heard + 1, now_ns

    def _invite(self, call: Caller) -> None:
        now = time.monotonic()
        call.asked_at, call.again_at = call.asked_at or now, now + AGAIN_S
        self._calls[call.call_id] = call
        call.to = f"<sip:12345@{self._edge[0]}:{self._edge[1]}>"
        self._send(call, "INVITE", 1, SDP.format(port=port_of(call.sound)), in_dialogue=False)

    def _bye(self, call: Caller) -> None:
        call.left = True
        if call.answered_at is not None and call.ended_at is None:
            self._send(call, "BYE", 2)

    def _send(
        self, call: Caller, method: str, number: int, body: str = "", *, in_dialogue: bool = True
    ) -> None:
        me = f"127.0.0.1:{port_of(self._line)}"
        target = call.contact if in_dialogue else f"sip:12345@{self._edge[0]}:{self._edge[1]}"
        routes = "".join(f"Route: {route}\r\n" for route in call.routes) if in_dialogue else ""
        branch = f"z9hG4bK{call.call_id}{number if in_dialogue else 0}{method if in_dialogue else ''}"
        self._line.sendto(
            (
                f"{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch={branch};rport\r\n{routes}"
                f"From: <sip:{call.number}@{me}>;tag={call.call_id[:8]}\r\nTo: {call.to}\r\n"
                f"Call-ID: {call.call_id}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:{call.number}@{me}>\r\n"
                + ("Content-Type: application/sdp\r\n" if body else "")
                + f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode(),
            self._edge,
        )


class Phones:
    """Desk phones at one address that lift the receiver at once; `rang` has, by user, when each INVITE came."""

    def __init__(self) -> None:
        self._line, self._sound = udp(), udp()
        self.address = f"127.0.0.1:{port_of(self._line)}"
        self.rang: dict[str, list[float]] = {}
        self._seen: set[str] = set()
        self._running = True
        self._line.setblocking(True)
        self._line.settimeout(0.2)
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._running = False
        self._thread.join()

    def _run(self) -> None:
        while self._running:
            try:
                message, source = self._line.recvfrom(65_535)
            except TimeoutError:
                continue
            now, text = time.time(), message.decode(errors="replace")
            if text.startswith("INVITE"):
                self._lift(text, source, now)
            elif text.startswith(("BYE", "CANCEL", "UPDATE")):
                self._line.sendto(reply(text, "200 OK"), source)

    def _lift(self, text: str, source: tuple[str, int], now: float) -> None:
        user, call_id = re.match(r"INVITE sip:([^@]+)@", text)[1], header(text, "Call-ID")
        if call_id not in self._seen:
            self._seen.add(call_id)
            self.rang.setdefault(user, []).append(now)
        more = f"Contact: <sip:{user}@{self.address}>\r\nContent-Type: application/sdp\r\n"
        body = SDP.format(port=port_of(self._sound))
        self._line.sendto(reply(text, "200 OK", more=more, body=body, tag=f";tag={call_id[:8]}"), source)
