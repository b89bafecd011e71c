"""The words that callers hear: complete, readable, replaceable."""

import wave
from pathlib import Path

import numpy as np
import pytest

from telephony.prompts.book import MUSIC, RATE, SHIPPED, PromptBook, number_words, texts
from telephony.recording_files import write_wav


def test_shipped_prompts_when_listed_then_every_text_and_the_music_have_a_recording_with_sound():
    for name in (*texts(), MUSIC):
        with wave.open(str(SHIPPED / f"{name}.wav")) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2), name
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        assert len(samples) > RATE // 10, name
        assert np.abs(samples).max() > 2_000, name


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "d0"),
        (7, "d7"),
        (10, "ten"),
        (12, "ten d2"),
        (20, "d2 ten"),
        (35, "d3 ten d5"),
        (99, "d9 ten d9"),
        (250, "d9 ten d9"),
    ],
)
def test_number_words_when_read_aloud_then_as_people_say_them(number: int, words: str):
    assert " ".join(number_words(number)) == words


def test_position_when_next_then_no_number_is_spoken(tmp_path: Path):
    assert [file.stem for file in PromptBook(tmp_path).position(1, None)] == ["next_in_line"]


def test_work_no_when_spoken_then_digit_by_digit(tmp_path: Path):
    spoken = [file.stem for file in PromptBook(tmp_path).work_no("1023")]
    assert spoken == ["agent_before", "d1", "d0", "d2", "d3", "agent_after"]
    assert PromptBook(tmp_path).work_no("leader") == []


def test_own_recording_when_of_another_format_then_converted_and_used(tmp_path: Path):
    write_wav(tmp_path / "prompts" / "greeting.wav", np.full(44_100, 5_000.0), 44_100)
    chosen = PromptBook(tmp_path)["greeting"]
    assert chosen.parent.name == ".converted"
    with wave.open(str(chosen)) as file:
        assert file.getframerate() == RATE
        assert abs(file.getnframes() / RATE - 1) < 0.1


@pytest.mark.parametrize("content", [b"", b"not a sound at all", b"RIFF\x00\x00\x00\x00WAVE"])
def test_own_recording_when_no_sound_then_the_shipped_one_speaks(tmp_path: Path, content: bytes):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "greeting.wav").write_bytes(content)
    assert PromptBook(tmp_path)["greeting"] == SHIPPED / "greeting.wav"
