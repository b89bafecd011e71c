"""What is known of a number before a person speaks: marks that move a caller forward or back, and the last agent.

Marks hang on the search hash of the number. A mark that moves a caller back always expires, and it never closes the
line: whoever calls is answered, only later.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Index, LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base, Key
from hotline.core.errors import Invalid
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony.errors import MarkNotFound, NumberWithheld
from telephony.models import MISSED_OUTCOMES, Call, Outcome

RECENT = timedelta(hours=24)
LONGEST_SET_BACK = timedelta(days=30)


class Mark(StrEnum):
    ELDERLY = "elderly"
    DISABLED = "disabled"
    AT_RISK = "at_risk"  # words of self-harm have been heard: never set back
    HARASSER = "harasser"


MARK_LABELS: dict[str, str] = {
    Mark.ELDERLY: "老年人",
    Mark.DISABLED: "残障人士",
    Mark.AT_RISK: "重点关爱",
    Mark.HARASSER: "骚扰来电",
}
PRIORITY: dict[str, int] = {Mark.ELDERLY: 2, Mark.DISABLED: 2, Mark.AT_RISK: 9, Mark.HARASSER: -5}
MISSED_BEFORE = 1  # has given up waiting within a day


class CallerMark(Base):
    __tablename__ = "caller_mark"
    id: Mapped[Key]
    number_hash: Mapped[bytes] = mapped_column(LargeBinary)
    mark: Mapped[str]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_caller_mark_number_hash", "number_hash"),)


class MarkMustExpire(Invalid):
    code, text = "caller.mark_must_expire", "限制来电须写明理由，且最长 30 天"


def set_mark(
    uow: UnitOfWork, call: Call, mark: Mark, *, reason: str, expires_at: datetime | None = None
) -> CallerMark:
    """Mark the number of a call."""
    _require_right(uow, mark)
    if mark is Mark.HARASSER and (
        not reason.strip() or expires_at is None or expires_at > uow.now + LONGEST_SET_BACK
    ):
        raise MarkMustExpire([{"field": "expires_at", "reason": MarkMustExpire.text}])
    if call.number_hash is None:
        raise NumberWithheld
    row = CallerMark(
        number_hash=call.number_hash,
        mark=mark,
        reason=reason,
        made_by_id=uow.actor.user_id,
        made_at=uow.now,
        expires_at=expires_at,
    )
    uow.session.add(row)
    uow.session.flush()  # the console names it
    uow.audit(f"call:{call.id}", "mark_caller", mark=mark, reason=reason, expires_at=expires_at)
    return row


def lift(uow: UnitOfWork, mark_id: int) -> CallerMark:
    """End a mark now; whoever may set it may lift it."""
    row = uow.session.get(CallerMark, mark_id)
    if row is None:
        raise MarkNotFound
    _require_right(uow, Mark(row.mark))
    if row.expires_at is None or row.expires_at > uow.now:
        row.expires_at = uow.now
        uow.audit(f"caller_mark:{row.id}", "lift_mark", mark=row.mark)
    return row


def in_force(uow: UnitOfWork, number_hash: bytes | None) -> list[CallerMark]:
    if number_hash is None:
        return []
    query = select(CallerMark).where(
        CallerMark.number_hash == number_hash,
        CallerMark.expires_at.is_(None) | (CallerMark.expires_at > uow.now),
    )
    return list(uow.session.scalars(query.order_by(CallerMark.id)))


def marks(uow: UnitOfWork, number_hash: bytes | None) -> list[str]:
    return sorted({row.mark for row in in_force(uow, number_hash)})


def _require_right(uow: UnitOfWork, mark: Mark) -> None:
    require(uow.actor, Permission.CALL_MONITOR if mark is Mark.HARASSER else Permission.CALL_ANSWER)


def priority(uow: UnitOfWork, call: Call) -> int:
    """Higher is served first; whoever is at risk is never set back by another mark."""
    if call.number_hash is None:
        return 0
    found = marks(uow, call.number_hash)
    ranks = [PRIORITY[mark] for mark in found]
    if Mark.AT_RISK in found:
        return PRIORITY[Mark.AT_RISK]
    if Mark.HARASSER in found:
        return PRIORITY[Mark.HARASSER]
    return max([0, *ranks]) + (MISSED_BEFORE if _missed_before(uow, call) else 0)


def last_seat_id(uow: UnitOfWork, call: Call) -> int | None:
    """Where the caller was answered last, within a day."""
    if call.number_hash is None:
        return None
    return uow.session.scalar(
        select(Call.seat_id)
        .where(
            Call.number_hash == call.number_hash,
            Call.rang_at > uow.now - RECENT,
            Call.outcome == Outcome.ANSWERED,
            Call.seat_id.is_not(None),
        )
        .order_by(Call.id.desc())
        .limit(1)
    )


def _missed_before(uow: UnitOfWork, call: Call) -> bool:
    query = select(Call.id).where(
        Call.number_hash == call.number_hash,
        Call.rang_at > uow.now - RECENT,
        Call.outcome.in_(MISSED_OUTCOMES),
    )
    return uow.session.scalar(query.limit(1)) is not None
