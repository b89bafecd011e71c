"""Agents, callers and a clock for the telephone side, all in one rolled-back transaction."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Integer, cast, func, select

from hotline.accounts.models import User
from hotline.core.clock import FixedClock
from hotline.core.events import EventRow
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Actor, Role
from hotline.core.uow import UnitOfWork
from telephony import calls, queues, seats, workers
from telephony.models import Call, CallBackRequest, Seat


@dataclass
class Floor:
    """The call centre as a test moves it."""

    house: House
    clock: FixedClock
    worker_id: int = 0

    @contextmanager
    def uow(self, actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
        with self.house.open_uow(actor) as uow:
            yield uow

    def person(self, name: str, role: Role = Role.AGENT) -> Actor:
        with self.uow() as uow:
            user = User(
                username=name, name=name, work_no=name, password_hash="-", roles=[role], failed_logins=0, created_at=uow.now
            )  # fmt: skip
            uow.session.add(user)
            uow.session.flush()
            return Actor(user_id=user.id, name=name, roles=frozenset({role}))

    def agent(self, name: str) -> Actor:
        """Signed in and free, one second after the one before."""
        actor = self.person(name)
        self.clock.move(seconds=1)
        with self.uow(actor) as uow:
            seats.sign_in(uow)
        return actor

    def queue(self, **values: object) -> None:
        with self.uow() as uow:
            for name, value in values.items():
                setattr(queues.main(uow), name, value)

    def ring(self, number: str | None = "13800138000") -> int:
        """A caller in the greeting."""
        with self.uow() as uow:
            arrival = calls.Arrival(
                worker_id=self.worker(uow),
                sip_call_id="sip",
                number=number,
                called="12345",
                rang_at=uow.now,
                answered_at=uow.now,
                recording=uuid.uuid4().hex,
            )
            return calls.arrive(uow, arrival).id

    def wait_in_queue(self, number: str | None = "13800138000") -> int:
        """A caller who has heard the greeting."""
        self.clock.move(seconds=1)
        call_id = self.ring(number)
        self.clock.move(seconds=1)
        with self.uow() as uow:
            calls.enqueue(uow, call_id)
        return call_id

    def worker(self, uow: UnitOfWork) -> int:
        if not self.worker_id:
            self.worker_id = workers.register(
                uow, name="sip-1", sip_address="127.0.0.1:5060", capacity=4, pid=1
            ).id
            lock = func.pg_advisory_xact_lock(workers.ALIVE_LOCK, cast(self.worker_id, Integer))
            uow.session.execute(select(lock))  # alive until the test is rolled back
        return self.worker_id

    def later(self, seconds: float) -> None:
        self.clock.move(seconds=seconds)

    def do(self, actor: Actor, verb, *arguments, **more):
        with self.uow(actor) as uow:
            return verb(uow, *arguments, **more)

    def call(self, call_id: int) -> Call:
        with self.uow() as uow:
            return uow.session.get_one(Call, call_id)

    def seat(self, actor: Actor) -> Seat:
        with self.uow() as uow:
            return uow.session.scalars(select(Seat).where(Seat.user_id == actor.user_id)).one()

    def call_back(self, call_id: int) -> CallBackRequest:
        with self.uow() as uow:
            return uow.session.get_one(CallBackRequest, self.call(call_id).call_back_id)

    def events(self) -> list[str]:
        with self.uow() as uow:
            return list(uow.session.scalars(select(EventRow.name).order_by(EventRow.id)))


@pytest.fixture
def floor(quiet_house: House, clock: FixedClock) -> Floor:
    return Floor(quiet_house, clock)
