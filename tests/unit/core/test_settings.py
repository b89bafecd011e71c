"""Settings: a house in production refuses what is only good for a demo; a demo keeps its own secret."""

import pytest
from pydantic import ValidationError

from hotline.core.settings import Settings


def test_settings_in_production_without_secret_key_are_refused():
    with pytest.raises(ValidationError, match="HOTLINE_SECRET_KEY"):
        Settings(mode="production", secret_key=None)


def test_settings_in_production_with_drill_clock_are_refused():
    with pytest.raises(ValidationError, match="HOTLINE_DRILL_CLOCK"):
        Settings(mode="production", secret_key="s" * 40, drill_clock="2026-09-18T16:00+08:00,x600")


def test_root_secret_of_a_demo_is_made_once_and_kept_private(tmp_path):
    first = Settings(data_dir=tmp_path).root_secret
    assert Settings(data_dir=tmp_path).root_secret == first
    assert len(first) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_settings_read_the_environment(monkeypatch):
    monkeypatch.setenv("HOTLINE_SIP_WORKERS", "3")
    assert Settings().sip_workers == 3


@pytest.mark.parametrize("written", ["127.0.0.1,::1", "127.0.0.1, ::1", '["127.0.0.1", "::1"]'])
def test_webrtc_addresses_may_be_written_with_commas_or_as_a_list(monkeypatch, written):
    monkeypatch.setenv("HOTLINE_WEBRTC_ADDRESSES", written)
    assert Settings().webrtc_addresses == ("127.0.0.1", "::1")


def test_webrtc_addresses_that_are_none_are_named():
    with pytest.raises(ValidationError, match="localhost"):
        Settings(webrtc_addresses="localhost")


def test_drill_reads_start_and_speed():
    start, factor = Settings(drill_clock="2026-09-18T16:00+08:00,x600").drill()
    assert start.isoformat() == "2026-09-18T16:00:00+08:00"
    assert factor == 600
