"""The prompts as files: the city's own recording where there is one, otherwise the shipped one.

Own recordings of any format are converted once; a file that cannot be read as sound is reported and the shipped one
is used, so that a bad upload never makes the hotline dumb.
"""

import logging
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from telephony.recording_files import write_wav

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
SHIPPED = HERE / "wav"
RATE = 8_000  # what a telephone line carries
MUSIC, BEEP = "music", "beep"


def texts() -> dict[str, str]:
    return tomllib.loads((HERE / "texts.toml").read_text(encoding="utf-8"))


class PromptBook:
    """All prompts of a house; built once per worker."""

    def __init__(self, data_dir: Path) -> None:
        self._own = data_dir / "prompts"
        self._files = {name: self._find(name) for name in (*texts(), MUSIC, BEEP)}

    def __getitem__(self, name: str) -> Path:
        return self._files[name]

    def files(self, *names: str) -> list[Path]:
        return [self._files[name] for name in names]

    def position(self, position: int, wait_min: int | None) -> list[Path]:
        """您前面还有三位市民在等待。预计等待五分钟。"""
        if position <= 1:
            spoken = ["next_in_line"]
        else:
            spoken = ["ahead_before", *number_words(position - 1), "ahead_after"]
        if wait_min is not None:
            spoken += ["wait_before", *number_words(wait_min), "wait_after"]
        return self.files(*spoken)

    def work_no(self, number: str) -> list[Path]:
        """工号 一零二三 为您服务: digit by digit."""
        digits = [f"d{digit}" for digit in number if digit.isdecimal()]
        return self.files("agent_before", *digits, "agent_after") if digits else []

    def _find(self, name: str) -> Path:
        for own in sorted(self._own.glob(f"{name}.*")):
            converted = self._own / ".converted" / f"{name}.wav"
            if not converted.exists() or converted.stat().st_mtime < own.stat().st_mtime:
                try:
                    # Several workers start at the same moment: none may find half a file of another.
                    aside = converted.with_suffix(f".{os.getpid()}")
                    write_wav(aside, read_sound(own), RATE).replace(converted)
                except (FFmpegError, ValueError, OSError):
                    log.warning("prompt %s is no readable sound, the shipped one is used", own.name)
                    break
            return converted
        return SHIPPED / f"{name}.wav"


def number_words(number: int) -> Iterator[str]:
    """Prompt names of 0–99 as they are read; more is said as 99."""
    tens, ones = divmod(min(number, 99), 10)
    if tens > 1:
        yield f"d{tens}"
    if tens:
        yield "ten"
    if ones or not tens:
        yield f"d{ones}"


def read_sound(file: Path, rate: int = RATE) -> np.ndarray:
    """Mono samples of any sound file that ffmpeg reads."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(str(file), "r") as container:
        if not container.streams.audio:
            raise ValueError("no sound in the file")
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    if not frames:
        raise ValueError("no sound in the file")
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
