"""A house with real SIP workers as processes, prompts of a second, and the real clock."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, select, text

from hotline.accounts.models import User
from hotline.core import house as houses
from hotline.core.db import Base
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Actor, Role
from hotline.core.settings import Settings
from telephony import addresses, call_control, queues, seats
from telephony.edge import kamailio
from telephony.models import Call, CallState, SipWorker, WorkerState
from telephony.prompts.book import RATE, texts
from telephony.recording_files import write_wav
from tests import tables
from tests.sip import sipp
from tests.sip.line import Headset, Telephone, eventually, tone

OPTIONS = (
    "OPTIONS sip:{address} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bKready;rport\r\n"
    "From: <sip:1@127.0.0.1>;tag=a\r\nTo: <sip:{address}>\r\nCall-ID: ready@test\r\nCSeq: 1 OPTIONS\r\n"
    "Max-Forwards: 70\r\nContact: <sip:1@127.0.0.1:5099>\r\nContent-Length: 0\r\n\r\n"
)
GREETING_HERTZ, MUSIC_HERTZ = 440.0, 350.0


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Exchange:
    """Workers, telephones and agents of one test."""

    house: House
    folder: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    telephones: list[Telephone] = field(default_factory=list)
    headsets: list[Headset] = field(default_factory=list)
    agents: dict[str, Actor] = field(default_factory=dict)
    edge: str = ""  # where its Kamailio listens, if there is one
    tls: str = ""

    def start_worker(self, calls: int = 4, fault: str | None = None, **more: object) -> str:
        """The address of one more worker, when it answers; `more` are settings of its own."""
        address = f"127.0.0.1:{free_port()}"
        values = {"sip_bind": address, "calls_per_worker": calls, **more}
        module = "tests.sip.faulty_worker" if fault else "telephony.worker_main"
        self._start(module, values, [address], FAULT=fault or "")
        return address

    def start_behind_edge(self, *, workers: int, calls: int = 4, flood: int = 1_000, **more: object) -> str:
        """The address of a Kamailio with a herd of workers behind it."""
        address = f"127.0.0.1:{free_port()}"
        values = {
            "sip_bind": address,
            "sip_workers": workers,
            "calls_per_worker": calls,
            "sip_flood_limit": flood,
            **more,
        }
        settings = self.house.settings.model_copy(update=values)
        self.house = replace(self.house, settings=settings)
        places = [addresses.sip_address(settings, index) for index in range(workers)]
        self._start("telephony.herd", values, [f"{host}:{port}" for host, port in places])
        with (self.folder / "edge.log").open("w") as log:
            command = kamailio.command(settings, self.folder / "edge")
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, text=True))
        message = OPTIONS.format(address=address).encode()
        eventually(lambda: b"200" in sipp.send_raw(address, message, wait_s=0.2))
        return address

    def _start(self, module: str, values: dict[str, object], places: list[str], **more: str) -> None:
        environment = os.environ | {
            "HOTLINE_DATA_DIR": str(self.house.settings.data_dir),
            "HOTLINE_DATABASE_URL": str(self.house.settings.database_url),
            "HOTLINE_SECRET_KEY": self.house.settings.root_secret.decode(),
            "HOTLINE_SIP_TRUNK": str(self.house.settings.sip_trunk),
            "HOTLINE_RTP_PORT": str(20_000 + 400 * len(self.processes)),
            "HOTLINE_WEBRTC_ADDRESSES": "127.0.0.1",
            "MALLOC_ARENA_MAX": "2",
            **{f"HOTLINE_{name.upper()}": _written(value) for name, value in values.items()},
            **more,
        }
        with (self.folder / f"worker-{len(self.processes)}.log").open("w") as log:
            command = [sys.executable, "-m", module]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, text=True)
        self.processes.append(process)
        self.addresses += places
        eventually(lambda: process.poll() is None and set(places) <= set(self.pids()), within_s=60)

    def pids(self) -> dict[str, int]:
        """The processes of the workers that run, by their addresses."""
        running = select(SipWorker.sip_address, SipWorker.pid).where(SipWorker.state == WorkerState.RUNNING)
        with self.house.open_uow(SYSTEM) as uow:
            return {address: pid for address, pid in uow.session.execute(running)}

    def agent(self, name: str, role: Role = Role.AGENT) -> Actor:
        with self.house.open_uow(SYSTEM) as uow:
            user = User(
                username=name, name=f"话务员{name}", work_no=name, password_hash="-", roles=[role], failed_logins=0,
                created_at=uow.now,
            )  # fmt: skip
            uow.session.add(user)
            uow.session.flush()
            actor = Actor(user_id=user.id, name=user.name, roles=frozenset({role}))
        self.agents[name] = actor
        return actor

    def signed_in(self, name: str, **queue: int) -> Actor:
        """An agent who waits for a call, with the main queue set as given."""
        actor = self.agent(name)
        with self.house.open_uow(SYSTEM) as uow:
            for key, value in queue.items():
                setattr(queues.main(uow), key, value)
        with self.house.open_uow(actor) as uow:
            seats.sign_in(uow)
        return actor

    def ring(self, address: str, **how: object) -> Telephone:
        telephone = Telephone(address, self.folder, **how)  # type: ignore[arg-type]
        self.telephones.append(telephone)
        return telephone

    def outside(
        self, hertz: float, *, code: int = 200, at: str | None = None, account: str | None = None
    ) -> Telephone:
        """A telephone behind the trunk, or at an address of its own, which answers every call with `code`.

        `account`: it registers first; what it was answered is in `said`.
        """
        more = (str(code), "--account", account) if account else (str(code),)
        telephone = Telephone(
            at or str(self.house.settings.sip_trunk), self.folder, number=f"outside-{len(self.telephones)}", hertz=hertz,
            module="tests.sip.answering", more=more,
        )  # fmt: skip
        self.telephones.append(telephone)
        eventually(telephone.is_ready)
        return telephone

    def look(self, query: object) -> object:
        with self.house.open_uow(SYSTEM) as uow:
            return uow.session.scalar(query)  # type: ignore[call-overload]

    def call(self, call_id: int) -> Call:
        with self.house.open_uow(SYSTEM) as uow:
            return uow.session.get_one(Call, call_id)

    def offered_to(self, actor: Actor, within_s: float = 10.0) -> int:
        """The call that rings at the agent's seat."""

        def look() -> int | None:
            with self.house.open_uow(actor) as uow:
                call = call_control.current(uow)
                return call.id if call is not None and call.state == CallState.OFFERED else None

        return eventually(look, within_s=within_s)

    def headset(self, actor: Actor, call_id: int, hertz: float = 1_000.0) -> Headset:
        """The browser's sound, connected to the call."""
        headset = Headset(hertz)
        self.headsets.append(headset)
        with self.house.open_uow(actor) as uow:
            command_id = call_control.media(uow, call_id, headset.sdp)

        def reply() -> call_control.MediaReply | None:
            with self.house.open_uow(actor) as uow:
                answer = call_control.media_reply(uow, command_id)
                return answer if answer.state != "waiting" else None

        answer = eventually(reply)
        assert answer.state == "answered", answer
        headset.accept(answer.sdp or "")
        return headset

    def does(self, actor: Actor, verb: object, *arguments: object) -> object:
        with self.house.open_uow(actor) as uow:
            return verb(uow, *arguments)  # type: ignore[operator]

    def in_state(self, call_id: int, state: CallState, within_s: float = 10.0) -> Call:
        return eventually(
            lambda: found if (found := self.call(call_id)).state == state else None, within_s=within_s
        )

    @property
    def address(self) -> str:
        """Of the worker that has been started first."""
        return self.addresses[0]

    def leave(self) -> None:
        """Every caller hangs up, every headset is put down."""
        for telephone in self.telephones:
            telephone.hang_up()
        for telephone in self.telephones:
            telephone.close()
        for headset in self.headsets:
            headset.close()
        self.telephones, self.headsets, self.agents = [], [], {}

    def start_afresh(self) -> None:
        """Nothing is left of what was but the workers, who must all have lived through it."""
        self.leave()
        live = select(Call.id).where(Call.state != CallState.ENDED)
        eventually(lambda: self.look(live) is None, within_s=20)
        assert not [process.args for process in self.processes if process.poll() is not None]
        tables.empty(self.house.engine, but=(SipWorker.__tablename__,))

    def close(self) -> None:
        self.leave()
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def open_exchange(settings: Settings, folder: Path) -> Exchange:
    """Short prompts in place of the shipped ones: every word is a tone that a test can find."""
    own = settings.data_dir / "prompts"
    for name in texts():
        write_wav(own / f"{name}.wav", tone(GREETING_HERTZ, 0.25), RATE)
    write_wav(own / "beep.wav", tone(1_000.0, 0.5), RATE)
    write_wav(own / "music.wav", tone(MUSIC_HERTZ, 1.0), RATE)
    trunk = f"127.0.0.1:{free_port()}"
    return Exchange(
        houses.build(settings.model_copy(update={"sip_trunk": trunk}), routes={}, pool_size=5), folder
    )


def _written(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


@pytest.fixture
def exchange(settings: Settings, engine: Engine, tmp_path: Path) -> Iterator[Exchange]:
    """An exchange of this test alone; no worker runs yet."""
    exchange = open_exchange(settings, tmp_path)
    yield exchange
    exchange.close()
    exchange.house.engine.dispose()
    tables.empty(engine)


@pytest.fixture(scope="package")
def shared_house(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """One worker in a database of its own, so that the workers of other tests do not know of it."""
    folder = tmp_path_factory.mktemp("shared")
    url = another_database(database_url, "shared_worker")
    exchange = open_exchange(
        Settings(data_dir=folder, database_url=url, secret_key="test-secret-" * 4), folder
    )
    exchange.start_worker()
    yield exchange
    exchange.close()
    exchange.house.engine.dispose()


def another_database(database_url: str, name: str) -> str:
    """The address of a fresh one on the same server, with our tables."""
    url = make_url(database_url)
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f'create database "{name}"'))
    server.dispose()
    engine = create_engine(url.set(database=name))
    Base.metadata.create_all(engine)
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def shared(shared_house: Exchange) -> Iterator[Exchange]:
    """An exchange whose worker has served others before and will again: nothing but that worker is left of them."""
    yield shared_house
    shared_house.start_afresh()
