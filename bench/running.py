"""A demo house with one real web process on a private PostgreSQL, for benches that go through HTTP."""

import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from hotline import embedded, subscribers, tables  # noqa: F401 - tables fills the metadata
from hotline.core import house
from hotline.core.db import Base, connect
from hotline.core.identity import SYSTEM
from hotline.core.settings import Settings
from hotline.demo import load

PASSWORD = "Demo-12345"
SECRET = "bench-secret-" * 4


@dataclass(frozen=True)
class Running:
    url: str
    database_url: str
    data_dir: Path
    web_pid: int

    def web_cpu_s(self) -> float:
        """What the web has computed so far: on a machine with other work it says more than the clock on the wall."""
        web = psutil.Process(self.web_pid)
        times = [process.cpu_times() for process in (web, *web.children())]
        return sum(one.user + one.system for one in times)

    def sign_in(self, username: str) -> requests.Session:
        """A session that proves its origin with every request."""
        session = requests.Session()
        answer = session.post(
            f"{self.url}/api/v1/auth/login", json={"username": username, "password": PASSWORD}, timeout=30
        )
        answer.raise_for_status()
        session.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return session


@contextmanager
def demo_house() -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        server = embedded.start(data_dir, throwaway=True)
        engine = connect(server.url)
        Base.metadata.create_all(engine)
        settings = Settings(data_dir=data_dir, database_url=server.url, secret_key=SECRET)
        with house.build(settings, routes=subscribers.ROUTES).open_uow(SYSTEM) as uow:
            load.seed(uow)
        process, url = start_web(settings)
        try:
            yield Running(url, server.url, data_dir, process.pid)
        finally:
            process.terminate()
            process.wait()
            engine.dispose()
            server.stop()


def start_web(settings: Settings, threads: int = 40) -> tuple[subprocess.Popen[bytes], str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "HOTLINE_DATABASE_URL": settings.database_url or "",
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "HOTLINE_SECRET_KEY": SECRET,
    }
    command = [
        sys.executable, "-m", "gunicorn", "web.app:wsgi()", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--threads", str(threads), "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(f"{url}/readyz", timeout=5).ok:
                return process, url
        time.sleep(0.2)
    raise SystemExit("the web process did not start")


def machine() -> str:
    return f"{platform.node()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def quantiles(seconds: list[float]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.95)] * 1000
