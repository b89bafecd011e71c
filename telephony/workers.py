"""SIP workers as the database sees them: who is alive, and how the web speaks to the one that holds a call.

A worker is alive while one of its connections holds its session advisory lock; the lock falls with the process, so
nobody waits for a lease to run out. `wake` says "look at this call again"; what to do is decided by the call's row.
"""

from typing import Any

import psycopg
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnClause,
    ColumnElement,
    and_,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
)

from hotline.core.uow import UnitOfWork
from telephony.errors import CallNotFound
from telephony.events import WorkerChanged
from telephony.models import LIVE_STATES, Call, SipWorker, WorkerCommand, WorkerState

ALIVE_LOCK = 12345
BROOM = 0  # no worker's id
COMMANDS = "commands"  # what a notice says that names no call
# After a restart of the database every lock is gone until its worker is back.
RESTART_GRACE = "5 seconds"
PG_LOCKS = table(
    "pg_locks", *map(column, ("locktype", "database", "granted", "objsubid", "classid", "objid"))
)
# Locks of a second house on the same server are in the list, too.
HERE: ColumnClause[int] = literal_column("(select oid from pg_database where datname = current_database())")


def channel(worker_id: int) -> str:
    return f"hotline_worker_{worker_id}"


def wake(uow: UnitOfWork, call: Call) -> None:
    """Ask the worker that holds the call to look at its row again, once this unit of work commits."""
    if call.worker_id is not None:
        uow.notify(channel(call.worker_id), str(call.id))


def look_again(uow: UnitOfWork, worker_id: int, call_id: int) -> None:
    """As if one of the worker's calls had changed in this very unit of work."""
    uow.notify(channel(worker_id), str(call_id))


def register(uow: UnitOfWork, *, name: str, sip_address: str, capacity: int, pid: int) -> SipWorker:
    """A new life of a worker. The caller takes the alive-lock before this unit of work commits."""
    worker = SipWorker(
        name=name,
        sip_address=sip_address,
        capacity=capacity,
        pid=pid,
        state=WorkerState.RUNNING,
        started_at=uow.now,
    )
    uow.session.add(worker)
    uow.session.flush()  # the lock is named after the id
    uow.record(WorkerChanged(worker_id=worker.id, state=WorkerState.RUNNING))
    return worker


def retire(uow: UnitOfWork, worker_id: int) -> None:
    """An orderly end, without calls."""
    worker = uow.session.get_one(SipWorker, worker_id)
    worker.state, worker.ended_at = WorkerState.GONE, uow.now
    uow.record(WorkerChanged(worker_id=worker_id, state=WorkerState.GONE))


def dead(uow: UnitOfWork) -> list[SipWorker]:
    """Workers whose lock has fallen though nobody has retired them."""
    query = select(SipWorker).where(is_dead()).with_for_update(skip_locked=True, key_share=True)
    return list(uow.session.scalars(query))


def is_dead() -> ColumnElement[bool]:
    held = exists().where(
        PG_LOCKS.c.locktype == "advisory",
        PG_LOCKS.c.database == HERE,
        PG_LOCKS.c.granted,
        PG_LOCKS.c.objsubid == 2,
        cast(PG_LOCKS.c.classid, BigInteger) == ALIVE_LOCK,
        cast(PG_LOCKS.c.objid, BigInteger) == SipWorker.id,
    )
    settled: ColumnElement[bool] = literal_column(
        f"clock_timestamp() - pg_postmaster_start_time() > interval '{RESTART_GRACE}'", Boolean
    )
    return and_(SipWorker.state != WorkerState.GONE, ~held, settled)


def with_room(uow: UnitOfWork) -> int | None:
    """The running worker with most lines free."""
    busy = (
        select(func.count())
        .where(Call.worker_id == SipWorker.id, Call.state.in_(LIVE_STATES))
        .scalar_subquery()
    )
    query = (
        select(SipWorker.id)
        .where(SipWorker.state == WorkerState.RUNNING, ~is_dead(), busy < SipWorker.capacity)
        .order_by((SipWorker.capacity - busy).desc(), SipWorker.id)
        .limit(1)
    )
    return uow.session.scalar(query)


def ask(uow: UnitOfWork, call: Call, verb: str, **arguments: Any) -> WorkerCommand:
    """Leave a command for the worker that holds the call."""
    if call.worker_id is None:
        raise CallNotFound
    command = WorkerCommand(
        worker_id=call.worker_id,
        call_id=call.id,
        user_id=uow.actor.user_id,
        verb=verb,
        arguments=arguments,
        asked_at=uow.now,
    )
    uow.session.add(command)
    uow.session.flush()  # the asker polls by id
    uow.notify(channel(call.worker_id), COMMANDS)
    return command


def take_broom(connection: psycopg.Connection) -> bool:
    """Whether the sweeping is this worker's, from now on as long as its connection lives."""
    found = connection.execute("select pg_try_advisory_lock(%s, %s)", (ALIVE_LOCK, BROOM)).fetchone()
    return bool(found and found[0])


def take_commands(uow: UnitOfWork, worker_id: int) -> list[WorkerCommand]:
    """Commands not yet taken, in order, each exactly once."""
    commands = uow.session.scalars(
        select(WorkerCommand)
        .where(WorkerCommand.worker_id == worker_id, WorkerCommand.taken_at.is_(None))
        .order_by(WorkerCommand.id)
        .with_for_update(skip_locked=True)
    ).all()
    for command in commands:
        command.taken_at = uow.now
    return list(commands)


def reply(uow: UnitOfWork, command_id: int, *, answer: dict[str, Any] | None, problem: str | None) -> None:
    command = uow.session.get_one(WorkerCommand, command_id)
    command.done_at, command.answer, command.problem = uow.now, answer, problem
    uow.notify("hotline_replies", str(command_id))
