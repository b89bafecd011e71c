"""Recordings on disk: nothing that was written is lost, nobody reads what is sealed."""

from pathlib import Path

import numpy as np
import pytest

from hotline.core.privacy import Vault, WrongKey
from hotline.core.settings import Settings
from telephony import recording_files as files

RATE = 16_000


def tone(hertz: float, seconds: float) -> np.ndarray:
    return 8_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


def peak(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(float)))
    return float(np.fft.rfftfreq(len(samples), 1 / RATE)[spectrum.argmax()])


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret_key="test-secret-" * 4)


def test_read_raw_when_the_writer_was_killed_then_all_samples_behind_the_stale_header_are_there(
    tmp_path: Path,
):
    whole = files.write_wav(tmp_path / "whole.wav", tone(500, 1.0)).read_bytes()
    killed = tmp_path / "killed.wav"
    killed.write_bytes(whole[:4] + bytes(4) + whole[8:40] + bytes(4) + whole[44:-1])
    samples = files.read_raw(killed)
    assert len(samples) == RATE - 1
    assert abs(peak(samples) - 500) < 2


def test_read_raw_when_the_file_never_came_to_be_then_no_samples(tmp_path: Path):
    assert len(files.read_raw(tmp_path / "none.wav")) == 0


def test_compress_when_expanded_again_then_each_side_keeps_its_voice():
    sound = files.expand(files.compress(tone(500, 2.0), tone(1_200, 1.0)))
    assert abs(len(sound) / RATE - 2.0) < 0.1
    assert abs(peak(sound[4_000:14_000, 0]) - 500) < 5
    assert abs(peak(sound[4_000:14_000, 1]) - 1_200) < 5
    assert np.abs(sound[20_000:30_000, 1]).max() < 500


def test_store_when_loaded_with_the_same_key_then_equal_and_on_disk_unreadable(house: Settings):
    ogg = files.compress(tone(500, 0.5), tone(900, 0.5))
    vault = Vault(house.root_secret)
    files.store(house, vault, "abcdef", ogg)
    assert files.load(house, vault, "abcdef") == ogg
    assert b"OggS" not in files.final(house, "abcdef").read_bytes()
    with pytest.raises(WrongKey):
        files.load(house, Vault(b"another secret" * 4), "abcdef")
