"""A real web process for tests of the live line: gunicorn on a free port, killed like the machine would kill it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

START_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WebProcess:
    """`kill` leaves it no time for anything; `start` brings a new one up on the same port."""

    def __init__(self, database_url: str, data_dir: Path, secret_key: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = (data_dir / "web.log").open("ab")
        self.environment = os.environ | {
            "HOTLINE_DATABASE_URL": database_url,
            "HOTLINE_DATA_DIR": str(data_dir),
            "HOTLINE_SECRET_KEY": secret_key,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable, "-m", "gunicorn", "web.app:wsgi()", "--bind", f"127.0.0.1:{self.port}",
            "--worker-class", "gthread", "--threads", "20", "--log-level", "warning", "--no-control-socket",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise TimeoutError(Path(self.log.name).read_text())

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.kill()
        self.log.close()
