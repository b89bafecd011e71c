"""Queues: which one a call belongs to, and whether anybody could serve it."""

import math

from sqlalchemy import Exists, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from hotline.core.uow import UnitOfWork
from telephony.errors import QueueNotFound
from telephony.models import Call, CallState, Outcome, Queue, Seat, SeatState

MAIN = "main"


def main(uow: UnitOfWork) -> Queue:
    """The queue that every house has."""
    queue = uow.session.scalar(select(Queue).where(Queue.code == MAIN))
    if queue is None:
        # Two workers may meet their first caller at the same moment.
        uow.session.execute(
            insert(Queue).values(code=MAIN, name="综合").on_conflict_do_nothing(index_elements=["code"])
        )
        queue = uow.session.scalars(select(Queue).where(Queue.code == MAIN)).one()
    return queue


def all_of_them(uow: UnitOfWork) -> list[Queue]:
    return list(uow.session.scalars(select(Queue).order_by(Queue.id)))


def get(uow: UnitOfWork, queue_id: int) -> Queue:
    queue = uow.session.get(Queue, queue_id)
    if queue is None:
        raise QueueNotFound
    return queue


def choose(uow: UnitOfWork, code: str | None, called: str) -> Queue:
    """The queue that the flow names; without one, or for the main one, that which lists the dialled number."""
    queues = {queue.code: queue for queue in all_of_them(uow)}
    if code != MAIN and code in queues:
        return queues[code]
    listed = next((queue for queue in queues.values() if called in queue.called_numbers), None)
    return listed or queues.get(MAIN) or main(uow)


def look(uow: UnitOfWork, queue: Queue) -> tuple[bool, int]:
    """Whether an agent of this queue is signed in, free or not, and how many callers have no person yet."""
    waiting = select(func.count()).where(
        Call.state.in_([CallState.WAITING, CallState.OFFERED]), Call.queue_id == queue.id
    )
    row = uow.session.execute(select(_at_work(queue), waiting.scalar_subquery())).one()
    return bool(row[0]), int(row[1])


def staffed(uow: UnitOfWork, queue: Queue) -> bool:
    return bool(uow.session.scalar(select(_at_work(queue))))


def _at_work(queue: Queue) -> Exists:
    serves_it = or_(Seat.tiers == {}, Seat.tiers.has_key(queue.code))
    return exists().where(Seat.state != SeatState.SIGNED_OUT, serves_it)


def position(uow: UnitOfWork, call: Call) -> int:
    """1 = the next to be served."""
    ahead = select(func.count()).where(
        Call.state.in_([CallState.WAITING, CallState.OFFERED]),
        Call.queue_id == call.queue_id,
        (Call.priority > call.priority)
        | ((Call.priority == call.priority) & (Call.queued_at < call.queued_at)),
    )
    return 1 + (uow.session.scalar(ahead) or 0)


def expected_wait_min(uow: UnitOfWork, call: Call, position: int) -> int | None:
    """Callers up to and with this one × mean handling time of the last 50 calls / agents who take calls, rounded up.

    None where nobody takes calls or no call has been handled yet: then nothing is promised.
    """
    handling_s = func.extract("epoch", Call.ended_at - Call.talking_at) + func.coalesce(Call.wrap_up_s, 0)
    last = (
        select(handling_s.label("handling_s"))
        .where(Call.queue_id == call.queue_id, Call.outcome == Outcome.ANSWERED, Call.ended_at.is_not(None))
        .order_by(Call.id.desc())
        .limit(50)
        .subquery()
    )
    mean_s = uow.session.scalar(select(func.avg(last.c.handling_s)))
    working = [SeatState.AVAILABLE, SeatState.RINGING, SeatState.TALKING, SeatState.WRAP_UP]
    agents = uow.session.scalar(select(func.count()).where(Seat.state.in_(working))) or 0
    if mean_s is None or not agents:
        return None
    return max(1, math.ceil(position * float(mean_s) / agents / 60))
