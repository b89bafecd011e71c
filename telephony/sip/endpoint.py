"""The SIP engine: pjsua2 behind `SipPort`.

Every pjsua2 object is created, used and dropped on the one thread that calls `poll`; callbacks run inside `poll`,
put a message away and return. Objects stay referenced in `_calls` and `_media` until their end has been handled; the
end of a file alone is told by a thread of the library. What the bridge may still touch outlives it: `_spare`, `_resting`.
"""

import ctypes
import gc
import logging
import os
import re
import socket
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pjsua2 as pj
from pjsua2 import _pjsua2

from telephony.sip.media import Player, Recorder, StreamPort, silent_wav
from telephony.sip.port import (
    SILENCE,
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

log = logging.getLogger(__name__)

CALLS_OF_THE_WHEEL = 4  # PJSUA_MAX_CALLS, fixed when the library was built
PLAYERS_OF_THE_WHEEL = 32  # PJSUA_MAX_PLAYERS
# Trunks speak G.711, good desk phones G.722; the wheel would put speex first.
CODECS = {"PCMA/8000": 200, "PCMU/8000": 199, "G722/16000": 198}
_USER = re.compile(r"(?:sips?|tel):([^@;>\s]*)", re.I)
_IDENTITY = re.compile(r"[\w.+*#-]{1,32}", re.A)
# Between 8 and 16 kHz: of the library's 1–10 the last step with a short filter, which costs half of the default's and
# is more than a telephone line carries.
RESAMPLING = 4
KEEP_ALIVE = b"\r\n\r\n"  # RFC 5626 §3.5.1: a datagram that says nothing
REST_S = 0.2  # ten turns of the bridge, in which the end of a file may still be told
_WITHHELD = {"anonymous", "unavailable", "unknown", "restricted", "private"}


@dataclass(frozen=True, kw_only=True)
class SipConfig:
    host: str
    port: int
    rtp_port: int
    calls: int
    user: str = "12345"
    log_level: int = 1


class _Account(pj.Account):
    def __init__(self, engine: "PjsuaEndpoint") -> None:
        super().__init__()
        self._engine = engine

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._engine.invite_arrived(prm.callId, prm.rdata.srcAddress)


class _Call(pj.Call):
    """A leg; `node` is its number above the door."""

    def __init__(self, engine: "PjsuaEndpoint", account: pj.Account, node: Node, call_id: int) -> None:
        super().__init__(account, call_id)
        self._engine, self.node = engine, node
        self.sound: pj.AudioMedia | None = None
        self.holds = False  # the other side has put us on hold

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        self._engine.state_changed(self)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        self._engine.media_changed(self)

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        self._engine.note(DigitPressed(leg=self.node, digit=prm.digit))


class PjsuaEndpoint:
    """One SIP user agent with its conference bridge. There can be one in a process."""

    def __init__(self, config: SipConfig) -> None:
        self._config = config
        self._events: deque[SipEvent] = deque()  # other threads append to it
        self._calls: dict[Node, _Call] = {}
        self._gone: list[_Call] = []
        self._media: dict[Node, pj.AudioMedia] = {}
        self._spare: list[StreamPort] = []
        self._resting: deque[tuple[float, Player]] = deque(maxlen=PLAYERS_OF_THE_WHEEL // 2)
        self._edges: set[Edge] = set()
        self._last_node = SILENCE
        self._endpoint = _start_library(config)
        self._bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._account = self._open_account(config)
        with tempfile.TemporaryDirectory() as folder:
            self._media[SILENCE] = Player(
                [silent_wav(Path(folder) / "silence.wav")], loop=True, ended=_nothing
            )

    def _open_account(self, config: SipConfig) -> _Account:
        settings = pj.AccountConfig()
        settings.idUri = f"sip:{config.user}@{config.host}:{config.port}"
        settings.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        settings.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
        media = settings.mediaConfig.transportConfig  # part of `settings`, which outlives it
        media.port, media.portRange, media.boundAddress = config.rtp_port, 200, config.host
        account = _Account(self)
        account.create(settings)
        return account

    # -- callbacks, inside poll ---------------------------------------------------------------------------------

    def note(self, event: SipEvent) -> None:
        self._events.append(event)

    def invite_arrived(self, call_id: int, source: str) -> None:
        call = _Call(self, self._account, self._new_node(), call_id)
        info = call.getInfo()
        self._calls[call.node] = call
        self.note(
            InviteArrived(
                leg=call.node,
                sip_call_id=info.callIdString,
                number=caller_identity(info.remoteUri),
                called=caller_identity(info.localUri) or self._config.user,
                source=source.rpartition(":")[0],
            )
        )

    def state_changed(self, call: _Call) -> None:
        info = call.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.note(LegAnswered(leg=call.node))
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED and self._calls.pop(call.node, None):
            self._gone.append(call)  # dropped after this callback has returned
            self._edges = {edge for edge in self._edges if call.node not in edge}
            self.note(LegEnded(leg=call.node, sip_code=info.lastStatusCode))

    def media_changed(self, call: _Call) -> None:
        """A new or changed stream has lost its connections: make them again."""
        call.sound = None
        info = call.getInfo()  # its parts live only as long as it is held
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in (
                pj.PJSUA_CALL_MEDIA_ACTIVE,
                pj.PJSUA_CALL_MEDIA_REMOTE_HOLD,
            ):
                call.sound = call.getAudioMedia(index)
                call.holds = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
                break
        if call.sound is not None:
            for edge in self._edges:
                if call.node in edge:
                    self._transmit(edge)

    # -- SipPort ------------------------------------------------------------------------------------------------

    def poll(self, wait_ms: int) -> list[SipEvent]:
        self._endpoint.libHandleEvents(wait_ms)
        # Its number may be another call's by now, which the destructor would hang up (603) and make deaf.
        self._gone = [call for call in self._gone if call.isActive()]
        while self._resting and self._resting[0][0] <= time.monotonic():
            self._resting.popleft()
        return [self._events.popleft() for _ in range(len(self._events))]

    def wake(self) -> None:
        self._bell.sendto(KEEP_ALIVE, (self._config.host, self._config.port))

    def answer(self, leg: Node) -> None:
        self._respond(leg, 200)

    def hang_up(self, leg: Node, sip_code: int = 0) -> None:
        call = self._calls.get(leg)
        if call is None:
            return
        prm = pj.CallOpParam()
        prm.statusCode = sip_code or pj.PJSIP_SC_DECLINE
        with suppress(pj.Error):  # the other side was faster
            call.hangup(prm)

    def dial(self, address: str, *, caller_id: str, headers: dict[str, str] | None = None) -> Node:
        call = _Call(self, self._account, self._new_node(), pj.PJSUA_INVALID_ID)
        prm = pj.CallOpParam(True)
        prm.txOption.localUri = f"sip:{caller_id}@{self._config.host}:{self._config.port}"
        for name, value in (headers or {}).items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        self._calls[call.node] = call
        try:
            call.makeCall(address, prm)
        except pj.Error:
            log.warning("cannot dial", exc_info=True)
            if self._calls.pop(call.node, None):
                self.note(LegEnded(leg=call.node, sip_code=503))
        return call.node

    def send_digits(self, leg: Node, digits: str) -> None:
        if leg in self._calls:
            self._calls[leg].dialDtmf(digits)

    def play(self, files: Sequence[Path], *, loop: bool = False) -> Node:
        node = self._new_node()
        self._media[node] = Player(files, loop=loop, ended=lambda: self.note(PlaybackEnded(node=node)))
        return node

    def record(self, file: Path) -> Node:
        node = self._new_node()
        self._media[node] = Recorder(file)
        return node

    def open_stream(self, stream: PcmStream) -> Node:
        node = self._new_node()
        port = self._media[node] = self._spare.pop() if self._spare else StreamPort()
        port.lend(stream)
        self.connect((SILENCE, node))
        return node

    def close(self, node: Node) -> None:
        for edge in [edge for edge in self._edges if node in edge]:
            self.disconnect(edge)
        media = self._media.pop(node, None)
        if isinstance(media, StreamPort):
            media.give_back()
            self._spare.append(media)
        elif isinstance(media, Player):
            self._resting.append((time.monotonic() + REST_S, media))

    def connect(self, edge: Edge) -> None:
        if edge not in self._edges:
            self._edges.add(edge)
            self._transmit(edge)

    def disconnect(self, edge: Edge) -> None:
        if edge in self._edges:
            self._edges.remove(edge)
            source, target = self._sound(edge[0]), self._sound(edge[1])
            if source and target:
                with suppress(pj.Error):  # a leg whose stream has just stopped has no connections left
                    source.stopTransmit(target)

    def quality(self, leg: Node) -> LegQuality | None:
        call = self._calls.get(leg)
        if call is None or call.sound is None or call.holds:
            return None
        statistics, info = (
            call.getStreamStat(0),
            call.getStreamInfo(0),
        )  # parts live only as long as these are held
        rtcp = statistics.rtcp
        received = rtcp.rxStat.pkt
        return LegQuality(
            received=received,
            reports=rtcp.txStat.updateCount,
            lost_percent=100 * rtcp.rxStat.loss / max(1, received + rtcp.rxStat.loss),
            jitter_ms=rtcp.rxStat.jitterUsec.mean / 1000,
            round_trip_ms=rtcp.rttUsec.mean / 1000,
            codec=info.codecName,
        )

    def shut_down(self) -> None:
        self._endpoint.hangupAllCalls()
        for _ in range(20):
            self._endpoint.libHandleEvents(10)
        ports = [*self._spare, *(one for one in self._media.values() if isinstance(one, StreamPort))]
        # Whatever else has a port must be gone, and its removal done, before the bridge is.
        for held in (self._media, self._calls, self._gone, self._events, self._resting):
            held.clear()
        gc.collect()
        for _ in range(5):
            self._endpoint.libHandleEvents(10)
        self._bell.close()
        self._account.shutdown()
        self._endpoint.libDestroy()
        for port in ports:
            port.thisown = False  # the library that it would take its leave of is no more

    # -- inside -------------------------------------------------------------------------------------------------

    def _new_node(self) -> Node:
        self._last_node += 1
        return self._last_node

    def _respond(self, leg: Node, sip_code: int) -> None:
        prm = pj.CallOpParam(True)
        prm.statusCode = sip_code
        if leg in self._calls:
            with suppress(pj.Error):  # the caller has already given up
                self._calls[leg].answer(prm)

    def _sound(self, node: Node) -> pj.AudioMedia | None:
        call = self._calls.get(node)
        return call.sound if call else self._media.get(node)

    def _transmit(self, edge: Edge) -> None:
        source, target = self._sound(edge[0]), self._sound(edge[1])
        if source and target:
            source.startTransmit(target)


@contextmanager
def _hushed() -> Iterator[None]:
    """The library writes to standard output before it can be told its log level."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _give_up_sooner() -> None:
    """A line is free 8 s after a BYE that nobody answers, not 32 s (64·T1, RFC 3261 §17): a worker has only four.

    T1, T2 and T4 stay what they are; the wrapper has no word for this.
    """
    ctypes.CDLL(_pjsua2.__file__).pjsip_tsx_set_timers(500, 4_000, 5_000, 8_000)


def _nothing() -> None:
    """The silent player never ends."""


def _start_library(config: SipConfig) -> pj.Endpoint:
    endpoint = pj.Endpoint()
    with _hushed():
        endpoint.libCreate()
    _give_up_sooner()
    settings = pj.EpConfig()
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.mainThreadOnly = True
    # A call whose other side has vanished keeps its slot for a while after we have left it.
    settings.uaConfig.maxCalls = max(config.calls, CALLS_OF_THE_WHEEL)
    settings.uaConfig.userAgent = "Hotline"
    settings.logConfig.level = settings.logConfig.consoleLevel = config.log_level
    settings.medConfig.clockRate = settings.medConfig.sndClockRate = 16_000
    settings.medConfig.noVad = True
    settings.medConfig.quality = RESAMPLING
    settings.medConfig.ecTailLen = 0
    endpoint.libInit(settings)
    endpoint.audDevManager().setNullDev()
    transport = pj.TransportConfig()
    transport.port, transport.boundAddress, transport.publicAddress = config.port, config.host, config.host
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, transport)
    endpoint.libStart()
    for codec in endpoint.codecEnum2():
        wanted = next((rank for name, rank in CODECS.items() if codec.codecId.startswith(name)), 0)
        endpoint.codecSetPriority(codec.codecId, wanted)
    return endpoint


def caller_identity(uri: str) -> str | None:
    """The user part of a SIP or tel address; None where it is withheld or nothing that could be called back."""
    user = _USER.search(uri)
    if user is None or user[1].lower() in _WITHHELD or not _IDENTITY.fullmatch(user[1]):
        return None
    return user[1]
