"""Counting calls, call-backs and accepted demands for the telephone figures (DOMAIN §5), by interval, queue or agent.

Read-only, for the web edge and exports. Each source is read once for all lines; empty intervals are lines as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from hotline.accounts.models import User
from hotline.core.uow import UnitOfWork
from hotline.reports import intake, scope, seat_time
from hotline.reports.call_formulas import COUNTERS
from hotline.reports.figures import Counts, add
from hotline.reports.intervals import Interval, Period, key, keys, label
from hotline.reports.tally import grouped, merge
from telephony import measures as m
from telephony.models import (
    Call,
    CallBackRequest,
    CallBackResult,
    CallOffer,
    Direction,
    OfferResult,
    Outcome,
    Queue,
)

CALL_BACK_IN_TIME = timedelta(minutes=30)
SATISFIED, BASICALLY_SATISFIED = 1, 2


@dataclass(frozen=True, kw_only=True)
class Line:
    """Counters of one interval, queue or agent. `at` is the local start of an interval, `id` a queue or an agent."""

    label: str
    counts: Counts
    at: datetime | None = None
    id: int | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    lines: list[Line]
    total: Line


def by_interval(
    uow: UnitOfWork,
    period: Period,
    interval: Interval,
    *,
    queue_id: int | None = None,
    within_s: int = m.SERVICE_LEVEL_S,
) -> Report:
    """Seats' time belongs to no queue and is left out where one is asked for."""
    scope.calls(uow)
    wanted = keys(interval, period)
    sources = [
        _call_counts(uow, period, key(interval, Call.rang_at), within_s, *_of_queue(queue_id)),
        _call_backs(uow, period, key(interval, CallBackRequest.first_missed_at), queue_id),
        intake.counts(uow, period, key(interval, intake.ACCEPTED_AT), *intake.of_queue(queue_id)),
    ]
    if queue_id is None:
        sources += [
            seat_time.by_interval(uow, period, interval),
            _missed_offers(uow, period, key(interval, CallOffer.offered_at)),
        ]
    merged = merge(sources, wanted)
    lines = [Line(label=label(interval, at), at=at, counts=merged[at]) for at in wanted]
    return Report(lines=lines, total=total_of(lines))


def by_queue(uow: UnitOfWork, period: Period, *, within_s: int = m.SERVICE_LEVEL_S) -> list[Line]:
    scope.calls(uow)
    counted = _call_counts(uow, period, Call.queue_id, within_s)
    queues = uow.session.execute(select(Queue.id, Queue.name).order_by(Queue.id)).all()
    merged = merge([counted], [queue_id for queue_id, _ in queues])
    return [Line(label=name, id=queue_id, counts=merged[queue_id]) for queue_id, name in queues]


def by_agent(uow: UnitOfWork, period: Period) -> Report:
    """Everybody who was signed in, took a call or registered a demand in the period."""
    scope.calls(uow)
    sources = [
        _call_counts(uow, period, Call.user_id, m.SERVICE_LEVEL_S, m.answered),
        seat_time.by_agent(uow, period),
        _missed_offers(uow, period, CallOffer.user_id),
        intake.counts(uow, period, intake.AGENT_ID),
    ]
    seen = {user_id for source in sources for user_id in source if user_id is not None}
    people = uow.session.execute(
        select(User.id, User.name, User.work_no).where(User.id.in_(seen)).order_by(User.work_no, User.id)
    ).all()
    merged = merge(sources, [user_id for user_id, _, _ in people])
    lines = [
        Line(label=name, note=work_no, id=user_id, counts=merged[user_id])
        for user_id, name, work_no in people
    ]
    return Report(lines=lines, total=total_of(lines))


def total_of(lines: Iterable[Line], name: str = "合计") -> Line:
    return Line(label=name, counts=add((line.counts for line in lines), COUNTERS))


def _of_queue(queue_id: int | None) -> list[ColumnElement[bool]]:
    return [] if queue_id is None else [Call.queue_id == queue_id]


def _call_counts(
    uow: UnitOfWork, period: Period, group: Any, within_s: int, *conditions: ColumnElement[bool]
) -> dict[Any, Counts]:
    """All counters of calls in one pass over the period."""
    columns = call_columns(timedelta(seconds=within_s))
    query = select(group, *columns.values()).where(period.contains(Call.rang_at), *conditions).group_by(group)
    return grouped(uow, query, columns)


def call_columns(within: timedelta) -> Mapping[str, Any]:
    """Counter → SQL aggregate over calls."""
    fast = m.wait <= within
    taken = and_(m.reached_queue, m.answered)
    gave_up = and_(m.reached_queue, m.gave_up)
    handled = and_(m.answered, Call.ended_at.is_not(None))

    def count(*conditions: ColumnElement[bool]) -> Any:
        return func.count().filter(*conditions)

    return {
        "answered": count(taken),
        "answered_fast": count(taken, fast),
        "abandoned": count(m.reached_queue, m.abandoned),
        "short_abandoned": count(m.reached_queue, m.gave_up_at_once),
        "abandoned_fast": count(gave_up, fast),
        "abandoned_late": count(gave_up, m.wait > within),
        "turned_away": count(m.reached_queue, m.turned_away),
        "greeting_abandoned": count(m.inbound, Call.queued_at.is_(None), m.gave_up),
        "wait_s": func.sum(m.wait).filter(taken),
        "longest_wait_s": func.max(m.wait).filter(m.reached_queue),
        "handled": count(handled),
        "talk_s": func.sum(Call.ended_at - Call.talking_at).filter(handled)
        - func.sum(func.make_interval(0, 0, 0, 0, 0, 0, Call.hold_s)).filter(handled),
        "hold_s": func.sum(Call.hold_s).filter(handled),
        "wrap_up_s": func.sum(Call.wrap_up_s).filter(handled),
        "voicemail": count(m.inbound, Call.outcome == Outcome.VOICEMAIL),
        "self_served": count(m.inbound, Call.outcome == Outcome.SELF_SERVED),
        "asked_to_rate": count(m.asked_to_rate),
        "rated": count(m.asked_to_rate, Call.rating.is_not(None)),
        "rated_satisfied": count(m.asked_to_rate, Call.rating == SATISFIED),
        "rated_basic": count(m.asked_to_rate, Call.rating == BASICALLY_SATISFIED),
        "outbound": count(m.answered, Call.direction == Direction.OUTBOUND),
    }


def _call_backs(uow: UnitOfWork, period: Period, group: Any, queue_id: int | None) -> dict[Any, Counts]:
    """By the instant of the first missed call; withheld numbers cannot be called back."""
    request = CallBackRequest
    again = and_(
        request.result.is_not_distinct_from(CallBackResult.CALLED_AGAIN), request.first_attempt_at.is_(None)
    )
    tried = request.first_attempt_at.is_not(None)
    ripe = tried | (request.first_missed_at <= uow.now - CALL_BACK_IN_TIME)
    columns: Mapping[str, Any] = {
        "missed": func.count().filter(~again),
        "called_back": func.count().filter(tried),
        "call_back_ripe": func.count().filter(~again, ripe),
        "called_back_fast": func.count().filter(
            request.first_attempt_at - request.first_missed_at <= CALL_BACK_IN_TIME
        ),
        "reached_again": func.count().filter(again),
    }
    query = (
        select(group, *columns.values())
        .where(period.contains(request.first_missed_at), request.number_hash.is_not(None))
        .group_by(group)
    )
    if queue_id is not None:
        query = query.where(
            select(Call.id).where(Call.call_back_id == request.id, Call.queue_id == queue_id).exists()
        )
    return grouped(uow, query, columns)


def _missed_offers(uow: UnitOfWork, period: Period, group: Any) -> dict[Any, Counts]:
    missed = CallOffer.result.in_([OfferResult.TIMED_OUT, OfferResult.DECLINED])
    query = select(group, func.count()).where(period.contains(CallOffer.offered_at), missed).group_by(group)
    return grouped(uow, query, ["missed_offers"])
