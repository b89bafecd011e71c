"""Sound that is not a telephone leg: prompt players, recorders, browser streams.

Used by the endpoint only. Players and recorders run in the library's own clock thread without Python; a browser
stream is called back from that thread every 20 ms, so its two methods do next to nothing and never raise.
"""

import ctypes
import wave
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import pjsua2 as pj

from telephony.sip.port import FRAME_BYTES, SAMPLE_RATE, PcmStream

PRIMING = 2
_QUIET = bytes(FRAME_BYTES)
_NOBODY = PcmStream(to_bridge=deque(maxlen=0), from_bridge=deque(maxlen=0))


class Player(pj.AudioMediaPlayer):
    """Plays files one after the other, then says so; or plays them for ever."""

    def __init__(self, files: Sequence[Path], *, loop: bool, ended: Callable[[], None]) -> None:
        super().__init__()
        self._ended = ended
        options = 0 if loop else pj.PJMEDIA_FILE_NO_LOOP
        if len(files) == 1:
            self.createPlayer(str(files[0]), options)
        else:
            names = pj.StringVector()
            for file in files:
                names.append(str(file))
            self.createPlaylist(names, "prompts", options)

    def onEof2(self) -> None:
        self._ended()


class Recorder(pj.AudioMediaRecorder):
    """Appends 16 bit mono to a WAV file in blocks of a quarter of a second.

    After a kill the header's length is wrong, the sound is all there: readers take everything after 44 bytes.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.createRecorder(str(file))


class StreamPort(pj.AudioMediaPort):
    """A place in the bridge for one browser after the other.

    The bridge forgets a port one tick after it was told to, the wrapper destroys it at once: a port that ends while the
    bridge runs is called when it is gone (pjproject pull request 4200). So none ends before the bridge does.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stream, self._primed = _NOBODY, False
        self._block = pj.ByteVector(_QUIET)
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, SAMPLE_RATE, 1, 20_000, 16)
        self.createPort("browser", form)

    def lend(self, stream: PcmStream) -> None:
        self._stream, self._primed = stream, False

    def give_back(self) -> None:
        self._stream = _NOBODY

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        waiting = self._stream.to_bridge
        # Two frames in stock before the first is played: the browser's sound comes in little bursts.
        self._primed = len(waiting) > (0 if self._primed else PRIMING)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        ctypes.memmove(_start(self._block), waiting.popleft() if self._primed else _QUIET, FRAME_BYTES)
        frame.buf = self._block

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        stream, heard = self._stream, frame.buf
        stream.from_bridge.append(
            ctypes.string_at(_start(heard), FRAME_BYTES) if frame.size == FRAME_BYTES else _QUIET
        )
        stream.on_frame()


def _start(block: pj.ByteVector) -> int:
    """Address of the first byte: the wrapper would copy byte by byte, 300 µs a frame instead of 2.

    A `std::vector` begins with the pointer to its elements.
    """
    return ctypes.c_void_p.from_address(int(block.this)).value or 0


def silent_wav(file: Path) -> Path:
    """One second of nothing, for the node that is always there."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(bytes(SAMPLE_RATE * 2))
    return file
