"""A demo house with real web processes on a private PostgreSQL, for benches that go through HTTP.

Web and database are set up as `hotline up` does it: as many processes as the settings say, commits that are on disk.
"""

import os
import platform
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import func, inspect, select

from bench import city
from dispatch.models import Case
from hotline import embedded, processes, subscribers, tables  # noqa: F401 - tables fills the metadata
from hotline.core import house
from hotline.core.db import Base
from hotline.core.house import House
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
        session.trust_env = False  # looking for proxies costs as much as the request
        session.mount("http://", HTTPAdapter(pool_maxsize=1))
        answer = session.post(
            f"{self.url}/api/v1/auth/login", json={"username": username, "password": PASSWORD}, timeout=30
        )
        answer.raise_for_status()
        session.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return session

    def settings(self) -> Settings:
        return settings_for(self.data_dir, self.database_url)

    def house(self) -> House:
        """The same house in this process, for what has no address of its own."""
        return house.build(self.settings(), routes=subscribers.ROUTES)


def settings_for(data_dir: Path, database_url: str) -> Settings:
    return Settings(data_dir=data_dir, database_url=database_url, secret_key=SECRET)


@contextmanager
def demo_house(*, cases: int = 0, keep: Path | None = None) -> Iterator[Running]:
    """With `cases` of a generated city; with `keep` in that directory, which a later run finds filled."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = (keep or Path(folder)).absolute()
        _fill(data_dir, cases)
        server = embedded.start(data_dir)
        process, url = start_web(settings_for(data_dir, server.url))
        try:
            yield Running(url, server.url, data_dir, process.pid)
        finally:
            process.terminate()
            process.wait()
            server.stop()


def _fill(data_dir: Path, cases: int) -> None:
    """Nothing of the filling needs to survive a crash, so it does not wait for the disk."""
    server = embedded.start(data_dir, throwaway=True)
    try:
        built = house.build(settings_for(data_dir, server.url), routes=subscribers.ROUTES)
        if not inspect(built.engine).has_table(Case.__tablename__):
            Base.metadata.create_all(built.engine)
            with built.open_uow(SYSTEM) as uow:
                load.seed(uow)
        with built.sessions() as session:
            there = session.scalar(select(func.max(Case.id))) or 0
        if cases > there:
            city.fill(built, cases)
        built.engine.dispose()
    finally:
        server.stop()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_web(settings: Settings, threads: int | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """The web as `hotline up` runs it, or one process with so many threads; and its address."""
    one = {} if threads is None else {"web_processes": 1, "web_threads": threads}
    settings = settings.model_copy(update={"http_bind": f"127.0.0.1:{free_port()}", **one})
    environment = os.environ | {
        "HOTLINE_DATABASE_URL": settings.database_url or "",
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "HOTLINE_SECRET_KEY": SECRET,
        "MALLOC_ARENA_MAX": "2",
    }
    process = subprocess.Popen(processes.web(settings), env=environment, stderr=subprocess.DEVNULL)
    wait_until_ready(settings.base_url)
    return process, settings.base_url


def wait_until_ready(url: str, path: str = "/readyz") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(url + path, timeout=5).ok:
                return
        time.sleep(0.2)
    raise SystemExit("the web process did not start")


def machine() -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{platform.node()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {python}"


def quantiles(seconds: list[float]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000
