"""File storage: whole files under names of its own."""

import io
from datetime import date

import pytest

from hotline.adapters.storage import Storage

DAY = date(2026, 9, 18)


class Broken(io.BytesIO):
    def read(self, size=-1):
        raise OSError("connection lost in mid-upload")


def test_save_when_stored_then_the_key_leads_to_the_same_bytes(tmp_path):
    storage = Storage(tmp_path)
    key = storage.save("attachments", io.BytesIO(b"\x00photo" * 300_000), on=DAY, suffix=".jpg")
    assert key.startswith("attachments/2026/09/18/")
    assert storage.path(key).read_bytes() == b"\x00photo" * 300_000


def test_save_when_source_breaks_then_nothing_is_left(tmp_path):
    with pytest.raises(OSError, match="mid-upload"):
        Storage(tmp_path).save("attachments", Broken(), on=DAY, suffix=".jpg")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["../secret.key", "/etc/passwd", "attachments/../../secret.key"])
def test_path_when_key_leads_outside_then_refused(tmp_path, key):
    with pytest.raises(ValueError, match="not a key"):
        Storage(tmp_path).path(key)


def test_delete_when_gone_already_then_nothing_happens(tmp_path):
    storage = Storage(tmp_path)
    key = storage.save("attachments", io.BytesIO(b"x"), on=DAY)
    storage.delete(key)
    storage.delete(key)
    assert not storage.path(key).exists()
