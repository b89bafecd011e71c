"""Tables of time: running deadlines, limits with effective dates, counting templates, the working-day calendar.

Deadline rows are a cache of `clocks.compute` plus the next step that `timers` has to fire. Limits are written
`15min`, `4wh`, `24h`, `5wd`, `7d` (`limits`). Instants are UTC, dates are local.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import Facts, Word
from dispatch.status import CaseType, ClockName, DeadlineState, Difficulty, Urgency
from hotline.core.db import Base, Key


class Deadline(Base):
    """One clock on a case or on one unit's part; `next_at` is when `timers` looks at it again."""

    __tablename__ = "deadline"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    clock: Mapped[ClockName] = mapped_column(Word(ClockName))
    state: Mapped[DeadlineState] = mapped_column(Word(DeadlineState), default=DeadlineState.RUNNING)
    template: Mapped[str]
    limit_text: Mapped[str]
    limit_rule_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    pauses: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    extensions: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    due_at: Mapped[datetime | None]
    original_due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    steps_fired: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    next_step: Mapped[str | None]
    next_at: Mapped[datetime | None]
    trouble: Mapped[str | None]

    __table_args__ = (
        Index("ix_deadline_next", "next_at", "id", postgresql_where=text("next_at IS NOT NULL")),
        Index(
            "ix_deadline_open_due", "due_at", "clock", "case_id", postgresql_where=text("state = 'running'")
        ),
        Index("ix_deadline_clock_due", "clock", "due_at"),
        Index(
            "uq_deadline_open",
            "case_id",
            "clock",
            text("coalesce(assignment_id, 0)"),
            text("coalesce(subject_id, 0)"),
            unique=True,
            postgresql_where=text("state in ('running', 'paused')"),
        ),
    )


class LimitTemplate(Base):
    """How days are counted in one place: office hours by season and the options of DOMAIN §7."""

    __tablename__ = "limit_template"
    name: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    counting: Mapped[Facts]
    active: Mapped[bool] = mapped_column(default=False)


class LimitRule(Base):
    """Limits for 类型 × 紧急程度 × 难度, where needed × unit × category; the most specific row in force wins."""

    __tablename__ = "limit_rule"
    id: Mapped[Key]
    template: Mapped[str]
    case_type: Mapped[CaseType | None] = mapped_column(Word(CaseType))
    urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency))
    difficulty: Mapped[Difficulty | None] = mapped_column(Word(Difficulty))
    unit_code: Mapped[str | None]
    category_code: Mapped[str | None]
    sign: Mapped[str]
    contact: Mapped[str]
    handle: Mapped[str]
    extension_times: Mapped[int] = mapped_column(default=0)
    extension_limit: Mapped[str | None]
    return_window: Mapped[str | None]
    max_returns: Mapped[int] = mapped_column(default=0)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    __table_args__ = (Index("ix_limit_rule_template", "template", "valid_from"),)


class HouseLimit(Base):
    """Limits of the hotline's own work (review, dispatch, audit, follow-up …) that differ from the shipped ones."""

    __tablename__ = "house_limit"
    id: Mapped[Key]
    clock: Mapped[ClockName] = mapped_column(Word(ClockName))
    urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency))
    limit_text: Mapped[str]

    __table_args__ = (Index("uq_house_limit", "clock", text("coalesce(urgency, '')"), unique=True),)


class CalendarDay(Base):
    """One date as the office declares it; wins over the packages' knowledge (DOMAIN §7)."""

    __tablename__ = "calendar_day"
    on: Mapped[date] = mapped_column("date", primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)


class DeadlineMove(Base):
    """A deadline that a change of the calendar moved: old and new end stay on record (DOMAIN §7)."""

    __tablename__ = "deadline_move"
    id: Mapped[Key]
    deadline_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("deadline.id"), index=True)
    old_due_at: Mapped[datetime]
    new_due_at: Mapped[datetime]
    cause: Mapped[str]
    moved_at: Mapped[datetime]
    moved_by_id: Mapped[int | None] = mapped_column(BigInteger)
