"""Tables of the case itself: the case, the units' parts in it, what happened, what was changed, what was attached.

`status` columns are written by `workflow` only. Identity data (names, numbers, identity documents) is one
ciphertext with a masked copy and search hashes; everything else is readable. Instants are UTC.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.columns import Facts, Names, Word
from dispatch.status import (
    AssignmentStatus,
    CallerKind,
    CaseStatus,
    CaseType,
    Channel,
    Difficulty,
    RefusalCode,
    Satisfaction,
    Secrecy,
    Solved,
    UnitRole,
    Urgency,
)
from hotline.core.db import Base, Key


class Case(Base):
    """One matter of one citizen (DOMAIN §2); who may see which column is in `access`."""

    __tablename__ = "hotline_case"
    id: Mapped[Key]
    status: Mapped[CaseStatus] = mapped_column(Word(CaseStatus), default=CaseStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)

    # identity
    case_no: Mapped[str] = mapped_column(unique=True)
    query_salt: Mapped[bytes] = mapped_column(LargeBinary)
    lead_case_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    old_case_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    external_no: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel), default=Channel.PHONE)
    access_number: Mapped[str | None]
    branch: Mapped[str | None]

    # call
    call_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    recording_id: Mapped[int | None] = mapped_column(BigInteger)
    agent_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    caller_emotion: Mapped[str | None]

    # caller
    identity_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity_masked: Mapped[Facts]
    name_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    caller_no_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    contact_no_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    id_no_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    sex: Mapped[str | None]
    caller_kind: Mapped[CallerKind] = mapped_column(Word(CallerKind), default=CallerKind.PERSON)
    company: Mapped[str | None]
    company_code: Mapped[str | None]
    home_area_code: Mapped[str | None]
    labels: Mapped[Names]
    anonymous: Mapped[bool] = mapped_column(default=False)
    secrecy: Mapped[Secrecy] = mapped_column(Word(Secrecy), default=Secrecy.OPEN)
    secrecy_asked: Mapped[bool] = mapped_column(default=False)
    contact_times: Mapped[str | None]

    # appeal
    case_type: Mapped[CaseType | None] = mapped_column(Word(CaseType))
    category_code: Mapped[str | None]
    title: Mapped[str] = mapped_column(default="")
    facts: Mapped[str] = mapped_column(default="")
    demand: Mapped[str] = mapped_column(default="")
    demands: Mapped[Names]
    paraphrase: Mapped[str | None]
    event_at: Mapped[datetime | None]
    area_code: Mapped[str | None]
    address: Mapped[str] = mapped_column(default="")
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    grid_code: Mapped[str | None]
    target_name: Mapped[str | None]
    target_phone: Mapped[str | None]
    target_unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    enterprise: Mapped[str | None]
    people_affected: Mapped[int | None]
    amount: Mapped[str | None]
    keywords: Mapped[Names]

    # judgement
    urgency: Mapped[Urgency] = mapped_column(Word(Urgency), default=Urgency.NORMAL)
    priority: Mapped[int] = mapped_column(
        SmallInteger,
        Computed("case urgency when 'critical' then 0 when 'urgent' then 1 else 2 end", persisted=True),
    )
    difficulty: Mapped[Difficulty] = mapped_column(Word(Difficulty), default=Difficulty.ORDINARY)
    is_group: Mapped[bool] = mapped_column(default=False)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    is_repeat: Mapped[bool] = mapped_column(default=False)
    is_conduct: Mapped[bool] = mapped_column(default=False)
    risk_words: Mapped[Names]
    law_basis: Mapped[str | None]
    routing_row_id: Mapped[int | None] = mapped_column(BigInteger)
    confidence: Mapped[float | None]
    suggestion: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    # outcome
    answer: Mapped[str | None]
    knowledge_id: Mapped[int | None] = mapped_column(BigInteger)
    solved_on_call: Mapped[bool] = mapped_column(default=False)
    refusal_code: Mapped[RefusalCode | None] = mapped_column(Word(RefusalCode))
    refusal_objected: Mapped[bool] = mapped_column(default=False)
    public_reply: Mapped[str | None]
    transferred_to: Mapped[str | None]
    close_reason: Mapped[str | None]
    final_reply_at: Mapped[datetime | None]
    unreasonable_until: Mapped[datetime | None]
    withdraw_asked_at: Mapped[datetime | None]

    # times
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    first_dispatched_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    audited_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]

    # counts and supervision
    hop_count: Mapped[int] = mapped_column(default=0)
    return_count: Mapped[int] = mapped_column(default=0)
    rework_count: Mapped[int] = mapped_column(default=0)
    reject_count: Mapped[int] = mapped_column(default=0)
    urge_count: Mapped[int] = mapped_column(default=0)
    follow_up_attempts: Mapped[int] = mapped_column(default=0)
    is_supervised: Mapped[bool] = mapped_column(default=False)

    # evaluation
    first_satisfaction: Mapped[Satisfaction | None] = mapped_column(Word(Satisfaction))
    first_rated_at: Mapped[datetime | None]
    final_satisfaction: Mapped[Satisfaction | None] = mapped_column(Word(Satisfaction))
    final_rated_at: Mapped[datetime | None]
    citizen_solved: Mapped[Solved | None] = mapped_column(Word(Solved))
    rating_reason: Mapped[str | None]
    excluded_from_score: Mapped[bool] = mapped_column(default=False)
    exclusion_reason: Mapped[str | None]

    # control
    created_by_id: Mapped[int | None] = mapped_column(BigInteger)
    updated_by_id: Mapped[int | None] = mapped_column(BigInteger)
    occupied_by_id: Mapped[int | None] = mapped_column(BigInteger)
    occupied_until: Mapped[datetime | None]
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)

    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="case", order_by="Assignment.id", lazy="selectin"
    )
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id", viewonly=True)

    __table_args__ = (
        Index("ix_case_status", "status", "priority", "id"),
        Index("ix_case_agent_status", "agent_id", "status", "id"),
        Index("ix_case_place", "area_code", "category_code", "created_at"),
        Index("ix_case_search", "search", postgresql_using="gin"),
        Index("ix_case_supervised", "id", postgresql_where=text("is_supervised")),
        Index(
            "ix_case_answered_finally",
            "category_code",
            postgresql_where=text("final_reply_at is not null or unreasonable_until is not null"),
        ),
        Index("ix_case_accepted_at", "accepted_at"),
        Index("ix_case_knowledge_id", "knowledge_id", postgresql_where=text("knowledge_id is not null")),
    )

    def live_assignments(self) -> list["Assignment"]:
        return [part for part in self.assignments if part.status is not AssignmentStatus.EXITED]

    def lead(self) -> "Assignment | None":
        """The unit that owns the case now."""
        return next((part for part in self.live_assignments() if part.role is UnitRole.LEAD), None)


class Assignment(Base):
    """One unit's part in a case; `parent_id` is set where a unit passed work down to a unit below it."""

    __tablename__ = "assignment"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    role: Mapped[UnitRole] = mapped_column(Word(UnitRole))
    status: Mapped[AssignmentStatus] = mapped_column(
        Word(AssignmentStatus), default=AssignmentStatus.PENDING_SIGN
    )
    hop: Mapped[int]

    dispatched_by_id: Mapped[int | None] = mapped_column(BigInteger)
    dispatched_at: Mapped[datetime]
    round_started_at: Mapped[datetime]
    note: Mapped[str | None]
    designated: Mapped[bool] = mapped_column(default=False)
    limit_rule_id: Mapped[int | None] = mapped_column(BigInteger)
    sign_limit: Mapped[str]
    contact_limit: Mapped[str]
    handle_limit: Mapped[str]
    extension_limit: Mapped[str | None]
    extensions_allowed: Mapped[int] = mapped_column(default=0)
    extension_count: Mapped[int] = mapped_column(default=0)
    return_window: Mapped[str | None]
    return_until: Mapped[datetime | None]
    returns_allowed: Mapped[int] = mapped_column(default=0)
    return_count: Mapped[int] = mapped_column(default=0)
    rework_no: Mapped[int] = mapped_column(default=0)

    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    sign_late: Mapped[bool] = mapped_column(default=False)
    first_contact_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    exited_at: Mapped[datetime | None]
    exit_reason: Mapped[str | None]

    result: Mapped[str | None]
    public_reply: Mapped[str | None]
    solved: Mapped[Solved | None] = mapped_column(Word(Solved))
    unsolved_reason: Mapped[str | None]
    facts_true: Mapped[bool | None]
    beyond_duty: Mapped[bool] = mapped_column(default=False)
    demands_answered: Mapped[Names]
    reply_findings: Mapped[list[Any]] = mapped_column(JSONB, default=list)

    case: Mapped[Case] = relationship(back_populates="assignments")

    __table_args__ = (
        Index("ix_assignment_unit_status", "unit_id", "status", "id"),
        Index("ix_assignment_dispatched_at", "dispatched_at"),
        Index("ix_assignment_replied_at", "replied_at"),
        Index(
            "uq_assignment_live_unit",
            "case_id",
            "unit_id",
            unique=True,
            postgresql_where=text("status <> 'exited'"),
        ),
        Index(
            "uq_assignment_live_lead",
            "case_id",
            unique=True,
            postgresql_where=text("status <> 'exited' AND role = 'lead'"),
        ),
    )


class CaseEvent(Base):
    """One line of a case's timeline, append-only: who, in which role and unit, from, to, why, what changed (§3)."""

    __tablename__ = "case_event"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"))
    assignment_id: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    action: Mapped[str]
    label: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    actor_role: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_name: Mapped[str | None]
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    reason: Mapped[str | None]
    details: Mapped[Facts]
    citizen_text: Mapped[str | None]
    ip: Mapped[str | None]

    __table_args__ = (Index("ix_case_event_case", "case_id", "id"),)


class CaseEdit(Base):
    """Which fields one save changed, so that a stale save can be told who changed what."""

    __tablename__ = "case_edit"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    fields: Mapped[Names]

    __table_args__ = (UniqueConstraint("case_id", "version"),)


class Attachment(Base):
    """A file of a case; the bytes live in the file storage under `storage_key`."""

    __tablename__ = "attachment"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    storage_key: Mapped[str]
    citizen_may_see: Mapped[bool] = mapped_column(default=False)
    added_by_id: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime]


class ContactRecord(Base):
    """A unit's talk with the citizen; the proof that a reply needs (DOMAIN §1.6)."""

    __tablename__ = "contact_record"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    contacted_at: Mapped[datetime]
    how: Mapped[str]
    number_masked: Mapped[str | None]
    reached: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str]
    call_id: Mapped[int | None] = mapped_column(BigInteger)
    attachment_id: Mapped[int | None] = mapped_column(BigInteger)
    recorded_by_id: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]


class ProgressNote(Base):
    """What a unit did in the meantime; shown to the citizen where the unit says so."""

    __tablename__ = "progress_note"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    citizen_may_see: Mapped[bool] = mapped_column(default=False)
