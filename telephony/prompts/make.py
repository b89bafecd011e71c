"""Speaks `texts.toml` into WAV files with any TTS command, and composes the music on hold.

python -m telephony.prompts.make [--tts "espeak-ng -v cmn -s 210 -w {wav} {text}"] [--only NAME]
"""

import argparse
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from telephony.prompts.book import BEEP, MUSIC, RATE, SHIPPED, read_sound, texts
from telephony.recording_files import write_wav

ESPEAK = "espeak-ng -v cmn -s 210 -w {wav} {text}"
LOUDNESS = 9_000  # RMS of a prompt, about -11 dBFS: as loud as a person on the line
_BEAT_S = 0.75
# A quiet pentatonic tune of our own, in semitones above middle C; None rests.
_TUNE = (
    0,
    4,
    7,
    9,
    7,
    None,
    4,
    2,
    0,
    2,
    4,
    7,
    9,
    12,
    9,
    None,
    7,
    4,
    2,
    4,
    0,
    None,
    -3,
    0,
    2,
    4,
    2,
    None,
    0,
    -3,
    0,
    None,
)


def speak(tts: str, text: str) -> np.ndarray:
    """The text as mono samples, as loud as every other prompt."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "spoken.wav"
        command = [part.format(wav=wav, text=text) for part in shlex.split(tts)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        samples = read_sound(wav).astype(float)
    spoken = np.abs(samples) > 300
    first, last = int(np.argmax(spoken)), len(spoken) - int(np.argmax(spoken[::-1]))
    samples = samples[max(0, first - RATE // 20) : last + RATE // 10]
    level = np.sqrt(np.mean(samples**2)) or 1.0
    louder: np.ndarray = np.clip(samples * min(LOUDNESS / level, 20), -28_000, 28_000)
    return louder


def music() -> np.ndarray:
    """A loop of soft plucked notes over a fifth, faded so that its end meets its beginning."""
    beat = int(_BEAT_S * RATE)
    tune = np.zeros(beat * (len(_TUNE) + 3))
    for number, step in enumerate(_TUNE):
        if step is not None:
            note = _pluck(261.63 * 2 ** (step / 12), 3 * beat)
            tune[number * beat : (number + 3) * beat] += note
        if number % 8 == 0:
            low = _pluck(130.81, 3 * beat) * 0.5
            tune[number * beat : (number + 3) * beat] += low
    whole = beat * len(_TUNE)
    tune[: 3 * beat] += tune[whole:]
    tune = tune[:whole]
    loop: np.ndarray = tune * (6_000 / np.abs(tune).max())
    return loop


def beep() -> np.ndarray:
    """Half a second of 1 kHz: speak now."""
    time = np.arange(RATE // 2) / RATE
    tone: np.ndarray = (
        8_000 * np.sin(2 * np.pi * 1_000 * time) * np.minimum(1, np.minimum(time, time[::-1]) / 0.01)
    )
    return tone


def _pluck(hertz: float, length: int) -> np.ndarray:
    time = np.arange(length) / RATE
    parts = np.array([[1], [2], [3]])
    tone: np.ndarray = (np.sin(2 * np.pi * hertz * parts * time) / parts**2).sum(axis=0)
    return tone * np.exp(-2.2 * time) * np.minimum(1, time / 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the prompt recordings.")
    parser.add_argument("--tts", default=ESPEAK, help="command with {wav} and {text}")
    parser.add_argument("--only", help="one prompt by its name")
    chosen = parser.parse_args()
    for name, text in texts().items():
        if chosen.only in (None, name):
            write_wav(SHIPPED / f"{name}.wav", speak(chosen.tts, text), RATE)
    if chosen.only in (None, MUSIC):
        write_wav(SHIPPED / f"{MUSIC}.wav", music(), RATE)
    if chosen.only in (None, BEEP):
        write_wav(SHIPPED / f"{BEEP}.wav", beep(), RATE)


if __name__ == "__main__":
    main()
