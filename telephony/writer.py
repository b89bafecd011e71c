"""The database thread of a SIP worker: news from the line become rows, changed rows become orders to the line.

An edge: each piece of news and each wake-up is one unit of work as SYSTEM. While the database is away news wait in
order and callers hear the greeting and the music.
"""

import logging
import os
import select
import signal
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event as Flag
from typing import TypeVar

import psycopg
from sqlalchemy import select as select_rows
from sqlalchemy.exc import OperationalError

from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.uow import UnitOfWork
from telephony import (
    calls,
    desk_phones,
    dialplan,
    ivr,
    news,
    outbound,
    queues,
    recordings,
    scenes,
    sweep,
    transfers,
    workers,
)
from telephony.bridge import Scene, seat_voice
from telephony.call_control import DIGITS, MEDIA
from telephony.events import CallMediaLost
from telephony.flows import Flow
from telephony.models import Call, CallState, SipWorker, WorkerCommand, WorkerState
from telephony.party_models import CallParty
from telephony.workers import COMMANDS

log = logging.getLogger(__name__)

T = TypeVar("T")
SWEEP_S = 0.25  # of all workers one sweeps; the others look as often whether it still does
RECONNECT_S = 0.3
NEIGHBOUR_DIED = signal.SIGUSR2
MOURNING_S, MOURN_EVERY_S = 1.0, 0.01  # how long the database may need to see it, and how often we look
SIP_OK = 200
SEAT = "seat:"


class Writer:
    """`tell` may be called from any thread; everything else happens in `run`. `ear`: what is written there wakes it,
    the number of `NEIGHBOUR_DIED` above all."""

    def __init__(
        self,
        house: House,
        orders: news.Orders,
        *,
        name: str,
        sip_address: str,
        capacity: int,
        timer: Callable[[], float],
        flow: Flow,
        answers: ivr.Answers,
    ) -> None:
        self._flow, self._answers = flow, answers
        self._house, self._orders, self._timer = house, orders, timer
        self._name, self._sip_address, self._capacity = name, sip_address, capacity
        self._news: deque[news.News] = deque()
        self._woken, self.ear = os.pipe()
        os.set_blocking(self.ear, False)
        self._mourning_until = 0.0
        self._tokens: dict[int, str] = {}  # call id → token
        self._call_ids: dict[str, int] = {}
        self._worker_id: int | None = None
        self._sweep_at, self._sweeps = 0.0, False
        self._stop = Flag()
        self.ready = Flag()

    def tell(self, item: news.News) -> None:
        self._news.append(item)
        self._wake()

    def stop(self) -> None:
        """End after the news told so far."""
        self._stop.set()
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # full of calls that have not been heard yet
            os.write(self.ear, b".")

    def run(self) -> None:
        while not (self._stop.is_set() and not self._news):
            try:
                with psycopg.connect(self._conninfo(), autocommit=True, connect_timeout=3) as connection:
                    self._register(connection)
                    self._serve(connection)
            except (psycopg.OperationalError, OperationalError) as lost:
                log.warning("database away: %s", str(lost).splitlines()[0])
                if self._stop.wait(RECONNECT_S):
                    return

    def _serve(self, connection: psycopg.Connection) -> None:
        self.ready.set()
        self._sweeps = False
        while True:
            patience = max(0.0, self._sweep_at - self._timer())
            if self._mourning_until > self._timer():
                patience = min(patience, MOURN_EVERY_S)
            readable, _, _ = select.select([connection.fileno(), self._woken], [], [], patience)
            if self._woken in readable and NEIGHBOUR_DIED in os.read(self._woken, 4096):
                self._mourning_until = self._timer() + MOURNING_S
            if self._mourning_until > self._timer():
                self._alone(self._mourn, None)
            while self._news:
                if not self._alone(self._news_item, self._news[0]):
                    self._excuse(self._news[0])
                self._done_with(self._news.popleft())
            if self._stop.is_set():
                self._retire()
                return
            for payload in {notice.payload for notice in connection.notifies(timeout=0)}:
                self._woken_for(payload)
            if self._timer() >= self._sweep_at:
                self._sweep_at = self._timer() + SWEEP_S
                self._sweeps = self._sweeps or workers.take_broom(connection)
                if self._sweeps:
                    self._alone(lambda uow, _: sweep.run(uow), None)

    def _mourn(self, uow: UnitOfWork, _: None) -> None:
        """The callers of a worker that has died are rung back as soon as the database sees that it is gone."""
        if calls.bury_dead_workers(uow):
            self._mourning_until = 0.0

    def _excuse(self, item: news.News) -> None:
        """A caller who cannot be led on hears so and is rung back; nobody is left in silence."""
        if isinstance(item, news.Greeted | news.Keyed):
            sorry = Scene(call_id=self._call_ids.get(item.token, 0), state=CallState.FAREWELL)
            self._orders.put(news.SceneIs(token=item.token, scene=sorry))

    def _alone(self, act: Callable[[UnitOfWork, T], object], item: T) -> bool:
        """One unit of work. What fails for its own reasons is logged and left, what fails with the database waits."""
        try:
            with self._house.open_uow(SYSTEM) as uow:
                act(uow, item)
                orders = self._own_orders(uow)
        except OperationalError:
            raise
        except Exception:  # an edge: one bad call must not silence the others
            log.exception("failed: %r", item)
            return False
        for order in orders:
            self._orders.put(order)
        return True

    def _own_orders(self, uow: UnitOfWork) -> list[news.Order]:
        """What this unit of work changed for our own callers they get with its commit, without a notice to ourselves."""
        own = workers.channel(self._worker_id or 0)
        woken = [payload for channel, payload in uow.notices if channel == own and payload != COMMANDS]
        uow.session.flush()
        orders = [order for call_id in woken for order in self._orders_for(uow, int(call_id))]
        for payload in woken:
            del uow.notices[own, payload]
        return orders

    # -- who we are ---------------------------------------------------------------------------------------------

    def _conninfo(self) -> str:
        return self._house.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _register(self, connection: psycopg.Connection) -> None:
        """Be heard and hear; a worker that was buried meanwhile starts a new life without its calls."""
        if self._worker_id is not None:
            _take_post(connection, self._worker_id)
            if self._still_ours(self._worker_id):
                self._refresh_all()
                return
        for token in self._call_ids:
            self._orders.put(news.Cut(token=token))
        with self._house.open_uow(SYSTEM) as uow:
            worker = workers.register(
                uow,
                name=self._name,
                sip_address=self._sip_address,
                capacity=self._capacity,
                pid=os.getpid(),
            )
            _take_post(connection, worker.id)
        self._worker_id = worker.id

    def _still_ours(self, worker_id: int) -> bool:
        with self._house.open_uow(SYSTEM) as uow:
            return uow.session.get_one(SipWorker, worker_id).state != WorkerState.GONE

    def _retire(self) -> None:
        with self._house.open_uow(SYSTEM) as uow:
            workers.retire(uow, self._worker_id or 0)

    # -- from the line ------------------------------------------------------------------------------------------

    def _news_item(self, uow: UnitOfWork, item: news.News) -> None:
        match item:
            case news.Arrived():
                self._arrived(uow, item)
            case news.HeadsetAnswered(command_id=command_id, sdp=sdp):
                answer, problem = ({"sdp": sdp}, None) if sdp else (None, "unusable offer")
                workers.reply(uow, command_id, answer=answer, problem=problem)
            case news.LegGone(token=token, ended_by=ended_by):
                call_id = self._call_ids.get(token)
                if call_id is not None:
                    calls.leg_ended(uow, call_id, ended_by)
            case _:
                call_id = self._call_ids.get(item.token)
                if call_id is not None:
                    self._in_call(uow, item, call_id)

    def _done_with(self, item: news.News) -> None:
        """Forget a call only when its end is in the database."""
        if isinstance(item, news.LegGone):
            self._tokens.pop(self._call_ids.pop(item.token, 0), None)

    def _arrived(self, uow: UnitOfWork, item: news.Arrived) -> None:
        call = calls.arrive(
            uow,
            calls.Arrival(
                worker_id=self._worker_id or 0,
                sip_call_id=item.sip_call_id,
                number=item.number,
                called=item.called,
                rang_at=item.rang_at,
                answered_at=item.answered_at,
                recording=item.token,
            ),
        )
        self._tokens[call.id], self._call_ids[item.token] = item.token, call.id

    def _in_call(self, uow: UnitOfWork, item: news.News, call_id: int) -> None:
        match item:
            case news.Greeted(token=token):
                self._ask(token, ivr.begin(uow, call_id, self._flow, self._answers))
            case news.Keyed(token=token, keys=keys):
                self._ask(token, ivr.keyed(uow, call_id, keys, self._flow, self._answers))
            case news.TapeStuck():
                recordings.in_trouble(uow, uow.session.get_one(Call, call_id), recordings.DISK_FULL)
            case news.CallBackWanted():
                calls.call_back_instead(uow, call_id)
            case news.AskPosition(token=token):
                call = uow.session.get_one(Call, call_id)
                position = queues.position(uow, call)
                wait_min = queues.expected_wait_min(uow, call, position)
                self._orders.put(news.Announce(token=token, position=position, wait_min=wait_min))
            case news.PickedUp():
                outbound.answered(uow, call_id)
            case news.QualityIs(mos=mos):
                calls.heard(uow, call_id, mos)
            case news.GuestAnswered(voice=voice) if voice.startswith(SEAT):
                desk_phones.picked_up(uow, call_id, int(voice.removeprefix(SEAT)))
            case news.GuestGone(voice=voice) if voice.startswith(SEAT):
                desk_phones.hung_up(uow, call_id, int(voice.removeprefix(SEAT)))
            case news.GuestAnswered(voice=voice):
                transfers.answered(uow, *self._guest(uow, call_id, voice))
            case news.GuestGone(voice=voice, sip_code=code):
                call, party = self._guest(uow, call_id, voice)
                if party.left_at is None:
                    transfers.gone(uow, call, party, failed=code != SIP_OK)
            case news.HeadsetLost():
                call = uow.session.get_one(Call, call_id)
                if call.state == CallState.TALKING:
                    uow.record(CallMediaLost(call_id=call.id, seat_id=call.seat_id))

    def _ask(self, token: str, ask: ivr.Ask | None) -> None:
        if ask is not None:
            self._orders.put(news.Ask(token=token, **vars(ask)))

    def _guest(self, uow: UnitOfWork, call_id: int, voice: str) -> tuple[Call, CallParty]:
        call = calls.locked(uow, call_id)
        return call, uow.session.get_one(CallParty, int(voice.removeprefix("party:")))

    # -- from the house -----------------------------------------------------------------------------------------

    def _woken_for(self, payload: str) -> None:
        if payload == COMMANDS:
            self._alone(lambda uow, _: self._take_commands(uow), None)
        else:
            self._alone(
                lambda uow, call_id: workers.look_again(uow, self._worker_id or 0, call_id), int(payload)
            )

    def _orders_for(self, uow: UnitOfWork, call_id: int) -> list[news.Order]:
        """What the polling thread must know of a call whose row has changed."""
        token = self._tokens.get(call_id)
        call = uow.session.get_one(Call, call_id)
        if token is not None:
            return [news.SceneIs(token=token, scene=scenes.of(uow, call))]
        return [self._dial(uow, call)] if call.state == CallState.DIALLING else []

    def _dial(self, uow: UnitOfWork, call: Call) -> news.Dial:
        token = uuid.uuid4().hex
        address = dialplan.address(uow.settings, dialplan.national(calls.number(uow, call) or ""))
        recordings.start(uow, call, token)
        self._tokens[call.id], self._call_ids[token] = token, call.id
        return news.Dial(token=token, address=address, scene=scenes.of(uow, call))

    def _refresh_all(self) -> None:
        """What changed while nobody listened: commands, and every call that is ours, dialled or not."""
        self._woken_for(COMMANDS)
        with self._house.open_uow(SYSTEM) as uow:
            dialling = select_rows(Call.id).where(
                Call.worker_id == self._worker_id, Call.state == CallState.DIALLING
            )
            ours = {*self._tokens, *uow.session.scalars(dialling)}
        for call_id in ours:
            self._woken_for(str(call_id))

    def _take_commands(self, uow: UnitOfWork) -> None:
        for command in workers.take_commands(uow, self._worker_id or 0):
            if command.verb == MEDIA:
                self._orders.put(self._open_headset(command))
            elif command.verb == DIGITS:
                token = self._tokens.get(command.call_id, "")
                self._orders.put(news.SendDigits(token=token, digits=command.arguments["digits"]))
                workers.reply(uow, command.id, answer={}, problem=None)

    def _open_headset(self, command: WorkerCommand) -> news.OpenHeadset:
        return news.OpenHeadset(
            token=self._tokens.get(command.call_id, ""),
            command_id=command.id,
            voice=seat_voice(command.arguments["seat_id"]),
            sdp=command.arguments["sdp"],
        )


def _take_post(connection: psycopg.Connection, worker_id: int) -> None:
    """The alive-lock and the ear, in that order and before anything is looked up: what comes later is heard."""
    connection.execute("select pg_advisory_lock(%s, %s::int)", (workers.ALIVE_LOCK, worker_id))
    name = psycopg.sql.Identifier(workers.channel(worker_id))
    connection.execute(psycopg.sql.SQL("listen {}").format(name))
