"""Real telephones, headsets and ears for tests: SIPp, a second pjsua2 process, an aiortc client, a spectrum."""

import asyncio
import fractions
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TypeVar

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from telephony.recording_files import write_wav
from telephony.webrtc import use_addresses

T = TypeVar("T")
RATE = 16_000


def eventually(look: Callable[[], T], *, within_s: float = 10.0, every_s: float = 0.02) -> T:
    """The first true answer of `look`; fails with its last one."""
    until = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < until, f"not within {within_s} s: {found!r}"
        time.sleep(every_s)
    return found


def tone(hertz: float, seconds: float = 1.0, rate: int = 8_000) -> np.ndarray:
    return 8_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def strength(samples: np.ndarray, hertz: float, rate: int = RATE) -> float:
    """Share of the sound's energy within 20 Hz of a tone, 0–1."""
    if not len(samples):
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples.astype(float) * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    total = float(spectrum[frequencies > 50].sum()) or 1.0
    return float(spectrum[np.abs(frequencies - hertz) < 20].sum()) / total


def strongest(samples: np.ndarray, hertz: float) -> float:
    """The tone's share in the quarter second where it is clearest."""
    blocks = [samples[start : start + RATE // 4] for start in range(0, len(samples) - RATE // 4, RATE // 8)]
    return max((strength(block, hertz) for block in blocks if loudness(block) > 50), default=0.0)


def loudness(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2))) if len(samples) else 0.0


class Telephone:
    """A caller in a process of its own who says `hertz` all the time; what it hears is in `heard`."""

    def __init__(
        self,
        address: str,
        folder: Path,
        *,
        number: str = "13800138000",
        hertz: float = 600.0,
        more: tuple[str, ...] = (),
        module: str = "telephony.demo_call",
    ) -> None:
        self.recorded = folder / f"heard-{number}.wav"
        self.recorded.unlink(missing_ok=True)
        self.said: list[str] = []
        speech = write_wav(folder / f"say-{number}.wav", tone(hertz), 8_000)
        command = [sys.executable, "-m", module, address, "--number", number, "--wav", str(speech)]
        command += ["--pause", "0", "--record", str(self.recorded), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def is_ready(self) -> bool:
        """Of one that is called: what it says until then is in `said`."""
        assert self.process.stdout is not None
        self.said.append(self.process.stdout.readline().strip())
        return self.said[-1] == "ready"

    def heard(self) -> np.ndarray:
        data = self.recorded.read_bytes()[44:] if self.recorded.exists() else b""
        return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")

    def hang_up(self) -> None:
        """As rude as a dead battery would be, but with a BYE."""
        self.process.terminate()

    def ends(self, within_s: float = 15.0) -> str:
        out, _ = self.process.communicate(timeout=within_s)
        return out

    def close(self) -> None:
        """What is left of it after a moment for its BYE."""
        try:
            self.process.communicate(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


class _Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz, self._pts, self._start = hertz, 0, 0.0

    async def recv(self) -> AudioFrame:
        self._start = self._start or time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self._pts / RATE - time.monotonic()))
        phase = 2 * np.pi * self._hertz * (self._pts + np.arange(320)) / RATE
        frame = AudioFrame.from_ndarray((8_000 * np.sin(phase)).astype("<i2").reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._pts, fractions.Fraction(1, RATE)
        self._pts += 320
        return frame


class Headset:
    """The agent's browser: offers sound, says `hertz`, keeps what it hears."""

    _loop: asyncio.AbstractEventLoop | None = None

    def __init__(self, hertz: float = 1_000.0) -> None:
        use_addresses(["127.0.0.1"])
        if Headset._loop is None:
            Headset._loop = asyncio.new_event_loop()
            Thread(target=Headset._loop.run_forever, daemon=True).start()
        self._hertz = hertz
        self._frames: list[np.ndarray] = []
        self.connected_at: float | None = None
        self.sdp: str = self._do(self._offer())

    def accept(self, answer: str) -> None:
        self._do(self._peer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer")))

    def heard(self, last_s: float | None = None) -> np.ndarray:
        whole = np.concatenate(self._frames) if self._frames else np.zeros(0)
        return whole if last_s is None else whole[-int(last_s * RATE) :]

    def close(self) -> None:
        self._do(self._peer.close())

    def _do(self, what: "asyncio.coroutines.Coroutine[object, object, T]") -> T:
        assert Headset._loop is not None
        done: Future[T] = asyncio.run_coroutine_threadsafe(what, Headset._loop)
        return done.result(timeout=10)

    async def _offer(self) -> str:
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.addTrack(_Tone(self._hertz))
        self._peer.on("track", self._track_added)
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return self._peer.localDescription.sdp

    def _track_added(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.ensure_future(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.connected_at = self.connected_at or time.monotonic()
            self._frames += [out.to_ndarray().reshape(-1) for out in resampler.resample(frame)]
