"""The whole demo house as `hotline up --demo` starts it, on free ports: for browser tests and for benches."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from tests.sip.line import eventually

PROJECT = Path(__file__).parents[1]
READY_WITHIN_S = 150


@dataclass(frozen=True)
class Running:
    """Where its pages and its telephone are, its processes and the log of them all."""

    url: str
    sip: str
    data_dir: Path
    log: Path
    pid: int


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """A house whose data stay in `folder`: a second start there finds what the first one left."""
    folder.mkdir(parents=True, exist_ok=True)
    web, sip = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    url, log = f"http://127.0.0.1:{web}", folder / "house.log"
    settings = {
        "HOTLINE_DATA_DIR": str(folder / "data"),
        "HOTLINE_HTTP_BIND": f"127.0.0.1:{web}",
        "HOTLINE_SIP_BIND": f"127.0.0.1:{sip}",
        "HOTLINE_RTP_PORT": "31000",
        "HOTLINE_WEBRTC_ADDRESSES": "127.0.0.1",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "hotline", "up", "--demo"],
            env=os.environ | settings, cwd=PROJECT, stdout=out, stderr=out,
        )  # fmt: skip

    def ready() -> bool:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    try:
        eventually(ready, within_s=READY_WITHIN_S, every_s=0.1)
        yield Running(url, f"127.0.0.1:{sip}", folder / "data", log, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
