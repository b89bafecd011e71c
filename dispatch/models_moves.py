"""Tables of what units and hotline ask of each other in the course of a case: returns, disputes, extensions,
suspensions, exclusions from the score. Each row is one request with its decision; instants are UTC.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import Ids, Word
from dispatch.status import DisputeLevel, Labelled
from hotline.core.db import Base, Key


class Decision(Labelled):
    OPEN = "open", "待决定"
    GRANTED = "granted", "同意"
    REFUSED = "refused", "驳回"
    DISPUTED = "disputed", "转争议"
    DROPPED = "dropped", "已失效"


class DisputeKind(Labelled):
    COMPETENCE = "competence", "职责争议"
    UNREASONABLE = "unreasonable", "无理诉求审核"


class ReturnRequest(Base):
    """退单: reason, legal basis and the unit that should have it (DOMAIN §1.4)."""

    __tablename__ = "return_request"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    reason_class: Mapped[str]
    reason: Mapped[str]
    law_basis: Mapped[str]
    suggested_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    attachment_ids: Mapped[Ids]
    official_letter_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(Word(Decision), default=Decision.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decision_reason: Mapped[str | None]
    dispatch_error: Mapped[bool] = mapped_column(default=False)


class Extension(Base):
    """延期: asked by the unit with a plan, decided by the hotline before the deadline (DOMAIN §1.3)."""

    __tablename__ = "extension"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), index=True)
    limit_text: Mapped[str]
    reason: Mapped[str]
    plan: Mapped[str]
    caller_told: Mapped[bool]
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(Word(Decision), default=Decision.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decision_reason: Mapped[str | None]
    old_due_at: Mapped[datetime | None]
    new_due_at: Mapped[datetime | None]


class Suspension(Base):
    """挂起: a long-term plan approved by the centre head, with progress each month."""

    __tablename__ = "suspension"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    plan: Mapped[str]
    reason: Mapped[str]
    until: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(Word(Decision), default=Decision.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decision_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class ScoreExclusion(Base):
    """不计考核: asked with evidence by one person, decided by another (DOMAIN §4); open to all units as a ledger (§9)."""

    __tablename__ = "score_exclusion"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    reason: Mapped[str]
    attachment_ids: Mapped[Ids]
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(Word(Decision), default=Decision.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decision_reason: Mapped[str | None]


class Dispute(Base):
    """争议: who owns the case, or whether the demand is unreasonable; ended by a decision with minutes."""

    __tablename__ = "dispute"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    kind: Mapped[DisputeKind] = mapped_column(Word(DisputeKind))
    reason: Mapped[str]
    unit_ids: Mapped[Ids]
    level: Mapped[DisputeLevel] = mapped_column(Word(DisputeLevel), default=DisputeLevel.MEETING)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decision: Mapped[Decision] = mapped_column(Word(Decision), default=Decision.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    designated_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    minutes: Mapped[str | None]
    minutes_attachment_id: Mapped[int | None] = mapped_column(BigInteger)


class Opinion(Base):
    """One slot of a dispute: a party's, the competence office's (机构编制) or the justice office's (司法行政) view."""

    __tablename__ = "opinion"
    id: Mapped[Key]
    dispute_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dispute.id"))
    slot: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str | None]
    attachment_id: Mapped[int | None] = mapped_column(BigInteger)
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_opinion_dispute", "dispute_id", "id"),)
