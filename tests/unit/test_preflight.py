"""Checks before a start: each says in both languages what to do."""

import os
import socket
import subprocess
import sys

import pytest

from hotline import preflight
from hotline.trouble import Trouble


@pytest.fixture
def taken_port(socket_enabled):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_free_port_when_taken_then_names_port_and_setting(taken_port):
    with pytest.raises(Trouble) as trouble:
        preflight.free_port(f"127.0.0.1:{taken_port}", "HOTLINE_HTTP_BIND", "tcp")
    assert f"127.0.0.1:{taken_port}/tcp 已被占用" in trouble.value.zh
    assert "set HOTLINE_HTTP_BIND" in trouble.value.en


def test_free_port_when_only_the_other_protocol_is_taken_then_passes(taken_port):
    preflight.free_port(f"127.0.0.1:{taken_port}", "HOTLINE_SIP_BIND", "udp")


def test_free_port_when_address_is_not_ours_then_says_so(socket_enabled):
    with pytest.raises(Trouble, match="not an address of this machine"):
        preflight.free_port("192.0.2.7:8012", "HOTLINE_HTTP_BIND", "tcp")


@pytest.mark.parametrize(
    "bind", ["8012", "localhost", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:http", ":8012"]
)
def test_address_when_not_host_and_port_then_gives_an_example(bind):
    with pytest.raises(Trouble, match=r"127\.0\.0\.1:8012"):
        preflight.address(bind, "HOTLINE_HTTP_BIND")


def test_address_when_ipv6_then_drops_the_brackets():
    assert preflight.address("[::1]:8012", "HOTLINE_HTTP_BIND") == ("::1", 8012)


def test_usable_dir_when_new_then_makes_it_and_leaves_nothing_behind(tmp_path):
    preflight.usable_dir(tmp_path / "new")
    assert os.listdir(tmp_path / "new") == []


def test_usable_dir_when_not_a_directory_then_names_the_setting(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match="HOTLINE_DATA_DIR"):
        preflight.usable_dir(tmp_path / "file" / "data")


def test_usable_dir_when_disk_is_full_then_says_how_much_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "MIN_FREE_MB", 10**9)
    with pytest.raises(Trouble, match="只剩"):
        preflight.usable_dir(tmp_path)


def test_only_instance_when_held_by_another_process_then_refuses(tmp_path):
    code = (
        "import sys, pathlib; from hotline.preflight import only_instance as f; f(pathlib.Path(sys.argv[1]))"
    )
    with preflight.only_instance(tmp_path):
        second = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert "已有一个正在运行" in second.stderr


def test_only_instance_when_released_then_allows_the_next(tmp_path):
    preflight.only_instance(tmp_path).close()
    preflight.only_instance(tmp_path).close()
