"""The browser's end of a call: one aiortc connection per headset, all in one asyncio thread of the worker.

The worker opens and closes legs from its polling thread; sound passes through `PcmStream`. A leg answers exactly one
SDP offer; a browser that comes back (reload, changed network) makes a new leg and the old one is closed.
"""

import asyncio
import fractions
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Thread
from typing import cast

import aioice.ice
import ifaddr
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from telephony.sip.port import FRAME_BYTES, SAMPLE_RATE, PcmStream

log = logging.getLogger(__name__)

SAMPLES = FRAME_BYTES // 2
_QUIET = bytes(FRAME_BYTES)
_TIME_BASE = fractions.Fraction(1, SAMPLE_RATE)


def use_addresses(addresses: Sequence[str]) -> None:
    """Offer browsers these host addresses; without any, all that the machine has, loopback if it has no other."""
    chosen = [str(ip_address(one)) for one in addresses] or _own_addresses() or ["127.0.0.1"]

    def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return [one for one in chosen if (use_ipv6 if ":" in one else use_ipv4)]

    aioice.ice.get_host_addresses = host_addresses


def _own_addresses() -> list[str]:
    ips = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)]
    return [str(ip) for ip in ips if not str(ip).startswith("127.")]


class BridgeTrack(MediaStreamTrack):
    """What the conference says to this browser, paced by the bridge's own clock."""

    kind = "audio"

    def __init__(self, stream: PcmStream) -> None:
        super().__init__()
        self._stream = stream
        self._ready = asyncio.Event()
        self._pts = 0
        self._running_loop = asyncio.get_running_loop()
        stream.on_frame = self._wake

    def _wake(self) -> None:
        self._running_loop.call_soon_threadsafe(self._ready.set)

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        while not self._stream.from_bridge:
            self._ready.clear()
            await self._ready.wait()
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(self._stream.from_bridge.popleft())
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._pts, _TIME_BASE
        self._pts += SAMPLES
        return frame


class BrowserLeg:
    """One headset. `lost` is told, in the asyncio thread, when the connection has failed for good."""

    def __init__(self, stream: PcmStream, lost: Callable[[], None]) -> None:
        self._stream, self._lost = stream, lost
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._listening: asyncio.Task[None] | None = None

    async def answer(self, sdp: str) -> str:
        self._peer.on("track", self._track_added)
        self._peer.on("connectionstatechange", self._state_changed)
        await self._peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
        self._peer.addTrack(BridgeTrack(self._stream))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return str(self._peer.localDescription.sdp)

    async def close(self) -> None:
        self._stream.on_frame = _nothing
        await self._peer.close()
        if self._listening is not None:
            self._listening.cancel()

    def _track_added(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._listening = asyncio.create_task(self._listen(track))

    def _state_changed(self) -> None:
        log.info("browser leg %s", self._peer.connectionState)
        if self._peer.connectionState == "failed":
            self._lost()

    async def _listen(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE, frame_size=SAMPLES)
        while track.readyState == "live":
            try:
                heard = await track.recv()
            except MediaStreamError:
                return
            for frame in resampler.resample(cast(AudioFrame, heard)):
                self._stream.to_bridge.append(bytes(frame.planes[0])[:FRAME_BYTES])


class BrowserLegs:
    """The asyncio thread and its legs, by a number that the worker gives (the node of the stream)."""

    def __init__(self, addresses: Sequence[str]) -> None:
        use_addresses(addresses)
        self._loop = asyncio.new_event_loop()
        self._legs: dict[int, BrowserLeg] = {}
        self._thread = Thread(target=self._loop.run_forever, name="browser-legs", daemon=True)
        self._thread.start()

    def open(
        self,
        node: int,
        sdp: str,
        stream: PcmStream,
        *,
        answered: Callable[[str | None], None],
        lost: Callable[[], None],
    ) -> None:
        """`answered` gets the SDP answer, or None where the offer was no usable one; it runs in another thread."""
        done = asyncio.run_coroutine_threadsafe(self._open(node, sdp, stream, lost), self._loop)

        def tell(future: Future[str]) -> None:
            if problem := future.exception():
                log.warning("unusable media offer: %r", problem)
                self.close(node)
            answered(None if problem else future.result())

        done.add_done_callback(tell)

    def close(self, node: int) -> None:
        asyncio.run_coroutine_threadsafe(self._close(node), self._loop)

    def shut_down(self) -> None:
        for node in list(self._legs):
            asyncio.run_coroutine_threadsafe(self._close(node), self._loop).result(timeout=3)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=3)

    async def _open(self, node: int, sdp: str, stream: PcmStream, lost: Callable[[], None]) -> str:
        leg = self._legs[node] = BrowserLeg(stream, lost)
        return await leg.answer(sdp)

    async def _close(self, node: int) -> None:
        leg = self._legs.pop(node, None)
        if leg is not None:
            await leg.close()


def _nothing() -> None:
    """A closed leg's stream wakes nobody."""
