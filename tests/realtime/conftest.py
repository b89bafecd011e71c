"""A real web process on real commits, and consoles that connect to it by WebSocket."""

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import socketio
from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

from hotline.core.clock import SystemClock
from hotline.core.db import Base
from hotline.core.house import House
from hotline.core.identity import Role
from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from tests.realtime.server import WebProcess
from tests.web import PASSWORD, add_person

SECRET_KEY = "test-secret-" * 4


class Console:
    """What a console does with the live line: connect with the last cursor, keep what comes, once each."""

    def __init__(self, web: WebProcess, username: str) -> None:
        self.web = web
        self.http = requests.Session()
        answer = self.http.post(
            f"{web.url}/api/v1/auth/login", json={"username": username, "password": PASSWORD}
        )
        self.csrf = {"X-CSRF-Token": answer.json()["csrf_token"]}
        self.events: dict[int, dict[str, Any]] = {}
        self.arrived: queue.Queue[dict[str, Any]] = queue.Queue()
        self.gaps = 0
        self.cursor = 0
        self.line = self._new_line()

    def _new_line(self) -> socketio.Client:
        line = socketio.Client(reconnection=False)
        line.on("event", self._take)
        line.on("gap", self._gap)
        return line

    def _take(self, event: dict[str, Any]) -> None:
        self.cursor = event["cursor"]
        if event["id"] not in self.events:
            self.events[event["id"]] = event
            self.arrived.put(event)

    def _gap(self, _: Any) -> None:
        self.gaps += 1

    def connect(self) -> None:
        if self.line.connected:
            self.line.disconnect()
        self.line = self._new_line()
        cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies)
        self.line.connect(
            self.web.url,
            headers={"Cookie": cookie},
            auth={"after": self.cursor},
            transports=["websocket"],
            wait_timeout=10,
        )

    def next(self, timeout_s: float = 10) -> dict[str, Any]:
        return self.arrived.get(timeout=timeout_s)

    def next_named(self, name: str) -> dict[str, Any]:
        while (event := self.next())["name"] != name:
            pass
        return event

    def watch(self, room: str) -> dict[str, Any]:
        return self.line.call("watch", room, timeout=10)

    def close(self) -> None:
        self.line.disconnect()
        self.http.close()


@pytest.fixture
def clock() -> SystemClock:
    """The web process reads the real clock, so sessions must be opened on it."""
    return SystemClock()


@pytest.fixture
def house(settings: Settings, engine: Engine, clock: SystemClock) -> Iterator[House]:
    """Real commits. Ids go on between tests: the web process that they share remembers the events it has seen."""
    yield House(
        settings=settings,
        engine=engine,
        sessions=sessionmaker(engine, expire_on_commit=False),
        glances=sessionmaker(engine, expire_on_commit=False),
        clock=clock,
        vault=Vault(settings.root_secret),
        routes={},
        wake=lambda ids: None,
    )
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"truncate {names} cascade"))


@pytest.fixture(scope="module")
def web(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    process = WebProcess(database_url, tmp_path_factory.mktemp("web"), SECRET_KEY)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def console(house: House, web: WebProcess) -> Iterator[Callable[..., Console]]:
    """`console("agent1", Role.AGENT)`: a person of these roles with an open line."""
    opened = []

    def make(username: str, *roles: Role, unit_id: int | None = None) -> Console:
        user_id = add_person(house, username, *roles, unit_id=unit_id)
        one = Console(web, username)
        one.user_id = user_id
        one.connect()
        opened.append(one)
        return one

    yield make
    for one in opened:
        one.close()
