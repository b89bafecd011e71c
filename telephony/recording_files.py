"""Where recordings lie on disk, and the only code that opens them.

While a call runs: two raw mono files in `spool`, appended by the worker. Afterwards: one Opus file, stereo, caller
left and agent right, sealed (`sealed`).
"""

import io
import wave
from pathlib import Path

import av
import numpy as np

from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from telephony import sealed
from telephony.sip.port import SAMPLE_RATE

SIDES = ("left", "right")
WAV_HEADER_BYTES = 44
BIT_RATE = 32_000
_BLOCK = SAMPLE_RATE  # one second at a time


def spool(settings: Settings) -> Path:
    folder = settings.data_dir / "recordings" / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def raw(settings: Settings, name: str, side: str) -> Path:
    return spool(settings) / f"{name}-{side}.wav"


def final(settings: Settings, name: str) -> Path:
    return settings.data_dir / "recordings" / name[:2] / f"{name}.ogg.sealed"


def read_raw(file: Path) -> np.ndarray:
    """All samples that reached the disk, whatever the header says: a killed writer could not correct it."""
    data = file.read_bytes()[WAV_HEADER_BYTES:] if file.exists() else b""
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")


def compress(left: np.ndarray, right: np.ndarray) -> bytes:
    """Ogg/Opus, 16 kHz stereo; the shorter side is filled with silence."""
    length = max(len(left), len(right))
    both = np.zeros((length, 2), dtype="<i2")
    both[: len(left), 0], both[: len(right), 1] = left, right
    target = io.BytesIO()
    with av.open(target, "w", format="ogg") as container:
        stream = container.add_stream(
            "libopus", rate=SAMPLE_RATE, layout="stereo", options={"application": "voip"}
        )
        stream.bit_rate = BIT_RATE
        for start in range(0, length, _BLOCK):
            block = np.ascontiguousarray(both[start : start + _BLOCK]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def expand(ogg: bytes) -> np.ndarray:
    """Samples × 2 of a compressed recording, 16 kHz."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=SAMPLE_RATE)
    with av.open(io.BytesIO(ogg), "r") as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames])


def store(settings: Settings, vault: Vault, name: str, ogg: bytes) -> None:
    """Whole or not at all: written aside and renamed."""
    target = final(settings, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".part")
    aside.write_bytes(sealed.seal(vault, ogg))
    aside.replace(target)


def load(settings: Settings, vault: Vault, name: str) -> bytes:
    return sealed.unseal(vault, final(settings, name).read_bytes())


def drop_raw(settings: Settings, name: str) -> None:
    for side in SIDES:
        raw(settings, name, side).unlink(missing_ok=True)


def delete(settings: Settings, name: str) -> None:
    final(settings, name).unlink(missing_ok=True)


def write_wav(file: Path, samples: np.ndarray, rate: int = SAMPLE_RATE) -> Path:
    """Mono 16 bit, for prompts and callers."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    return file
