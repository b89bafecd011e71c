"""Telephone figures of DOMAIN §5 over an interval, for a queue, an agent or the house. Read-only, from call records.

Offered = calls that reached the queue; those who gave up within `SHORT_ABANDON_S` are counted apart. Every rate comes
with its numerator and denominator; the service level names its variant.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Float, and_, cast, func, select

from hotline.core.uow import UnitOfWork
from telephony.models import (
    MISSED_OUTCOMES,
    Call,
    CallBackRequest,
    CallOffer,
    Direction,
    OfferResult,
    Outcome,
    SeatSpan,
    SeatState,
)

SHORT_ABANDON_S = 5
CALL_BACK_IN_TIME_S = 30 * 60


class ServiceLevel(StrEnum):
    """The four variants that circulate; the last is the default."""

    BOTH_IN_TIME = "both_in_time"
    OF_ANSWERED = "of_answered"
    OF_ALL = "of_all"
    WITHOUT_SHORT = "without_short"


VARIANT_LABELS: dict[str, str] = {
    ServiceLevel.BOTH_IN_TIME: "（T内接通+T内放弃）÷（接通+放弃）",
    ServiceLevel.OF_ANSWERED: "T内接通 ÷ 接通",
    ServiceLevel.OF_ALL: "T内接通 ÷（接通+放弃）",
    ServiceLevel.WITHOUT_SHORT: "T内接通 ÷（接通+超过T后放弃）",
}


@dataclass(frozen=True, kw_only=True)
class Ratio:
    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, kw_only=True)
class CallFigures:
    """`*_s` are means in seconds, None without a call."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    answer_rate: Ratio
    abandon_rate: Ratio
    service_level: Ratio
    service_level_variant: str
    service_level_s: int
    answer_speed_s: float | None
    talk_s: float | None
    handling_s: float | None
    longest_wait_s: float | None


@dataclass(frozen=True, kw_only=True)
class AgentFigures:
    """Sums in seconds; `occupancy` = (talk + hold + wrap-up) ÷ (signed in − busy)."""

    calls: int
    missed_offers: int
    talk_s: float
    hold_s: float
    wrap_up_s: float
    busy_s: float
    signed_in_s: float
    occupancy: float | None


@dataclass(frozen=True, kw_only=True)
class CallBackFigures:
    requests: int
    called_back: Ratio
    in_time: Ratio


def calls(
    uow: UnitOfWork,
    since: datetime,
    until: datetime,
    *,
    queue_id: int | None = None,
    user_id: int | None = None,
    within_s: int = 15,
    variant: ServiceLevel = ServiceLevel.WITHOUT_SHORT,
) -> CallFigures:
    """Inbound calls that reached the queue in [since, until)."""
    wait = _seconds(Call.queued_at, func.coalesce(Call.talking_at, Call.ended_at))
    answered = Call.outcome == Outcome.ANSWERED
    gave_up = Call.outcome.in_(MISSED_OUTCOMES)
    short = and_(Call.outcome == Outcome.ABANDONED, wait < SHORT_ABANDON_S)
    talk = _seconds(Call.talking_at, Call.ended_at)
    query = select(
        func.count().filter(answered),
        func.count().filter(and_(gave_up, ~short)),
        func.count().filter(short),
        func.count().filter(and_(answered, wait <= within_s)),
        func.count().filter(and_(gave_up, wait <= within_s)),
        func.avg(wait).filter(answered),
        func.avg(talk - Call.hold_s).filter(answered),
        func.avg(talk + func.coalesce(Call.wrap_up_s, 0)).filter(answered),
        func.max(wait),
    ).where(
        Call.direction == Direction.INBOUND,
        Call.queued_at >= since,
        Call.queued_at < until,
        Call.outcome.is_not(None),
    )
    if queue_id is not None:
        query = query.where(Call.queue_id == queue_id)
    if user_id is not None:
        query = query.where(Call.user_id == user_id)
    row = uow.session.execute(query).one()
    good, lost, brief, fast, fast_lost = row[:5]
    return CallFigures(
        offered=good + lost,
        answered=good,
        abandoned=lost,
        short_abandoned=brief,
        answer_rate=Ratio(part=good, whole=good + lost),
        abandon_rate=Ratio(part=lost, whole=good + lost),
        service_level=_service_level(variant, good, lost + brief, fast, fast_lost),
        service_level_variant=VARIANT_LABELS[variant],
        service_level_s=within_s,
        answer_speed_s=row[5],
        talk_s=row[6],
        handling_s=row[7],
        longest_wait_s=row[8],
    )


def agent(uow: UnitOfWork, user_id: int, since: datetime, until: datetime) -> AgentFigures:
    """One agent's shift time, each stretch cut to the interval."""
    start = func.greatest(SeatSpan.started_at, since)
    end = func.least(func.coalesce(SeatSpan.ended_at, uow.now), until)
    spans = (
        select(SeatSpan.state, func.sum(_seconds(start, end)))
        .where(SeatSpan.user_id == user_id, SeatSpan.started_at < until, end > since)
        .group_by(SeatSpan.state)
    )
    spent: dict[str, float] = {state: seconds for state, seconds in uow.session.execute(spans)}
    handled = uow.session.execute(
        select(func.count(), func.coalesce(func.sum(Call.hold_s), 0)).where(
            Call.user_id == user_id, Call.talking_at >= since, Call.talking_at < until
        )
    ).one()
    missed = uow.session.scalar(
        select(func.count()).where(
            CallOffer.user_id == user_id,
            CallOffer.offered_at >= since,
            CallOffer.offered_at < until,
            CallOffer.result.in_([OfferResult.TIMED_OUT, OfferResult.DECLINED]),
        )
    )
    in_calls, wrap_up = spent.get(SeatState.TALKING, 0.0), spent.get(SeatState.WRAP_UP, 0.0)
    busy, signed_in = spent.get(SeatState.BUSY, 0.0), sum(spent.values())
    return AgentFigures(
        calls=handled[0],
        missed_offers=missed or 0,
        talk_s=max(0.0, in_calls - handled[1]),
        hold_s=float(handled[1]),
        wrap_up_s=wrap_up,
        busy_s=busy,
        signed_in_s=signed_in,
        occupancy=(in_calls + wrap_up) / (signed_in - busy) if signed_in > busy else None,
    )


def call_backs(uow: UnitOfWork, since: datetime, until: datetime) -> CallBackFigures:
    """漏话回拨率 and 及时率, by the time of the first missed call; withheld numbers cannot be called back."""
    tried = func.coalesce(CallBackRequest.first_attempt_at, CallBackRequest.finished_at)
    row = uow.session.execute(
        select(
            func.count(),
            func.count().filter(tried.is_not(None)),
            func.count().filter(_seconds(CallBackRequest.first_missed_at, tried) <= CALL_BACK_IN_TIME_S),
        ).where(
            CallBackRequest.first_missed_at >= since,
            CallBackRequest.first_missed_at < until,
            CallBackRequest.number_hash.is_not(None),
        )
    ).one()
    return CallBackFigures(
        requests=row[0],
        called_back=Ratio(part=row[1], whole=row[0]),
        in_time=Ratio(part=row[2], whole=row[0]),
    )


def _service_level(variant: ServiceLevel, answered: int, lost: int, fast: int, fast_lost: int) -> Ratio:
    """`lost` includes the short abandons, which the variants treat each in its own way."""
    match variant:
        case ServiceLevel.BOTH_IN_TIME:
            return Ratio(part=fast + fast_lost, whole=answered + lost)
        case ServiceLevel.OF_ANSWERED:
            return Ratio(part=fast, whole=answered)
        case ServiceLevel.OF_ALL:
            return Ratio(part=fast, whole=answered + lost)
        case ServiceLevel.WITHOUT_SHORT:
            return Ratio(part=fast, whole=answered + lost - fast_lost)


def _seconds(start: object, end: object) -> ColumnElement[float]:
    return cast(func.extract("epoch", end - start), Float)  # type: ignore[operator]
