"""Tables of supervision and evaluation: urges, cards, supervision orders, leaders' instructions, follow-up answers.

A card is dated by the rule that issues it (`dated_at`), not by the moment at which a late tick found it.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import Facts, Ids, Word
from dispatch.status import CardColour, Labelled, Satisfaction, Solved
from hotline.core.db import Base, Key


class OrderState(Labelled):
    """States of a 督办单 (DOMAIN §1.5)."""

    DRAFTED = "drafted", "提交"
    ISSUED = "issued", "待处理"
    RETURN_ASKED = "return_asked", "申请退回"
    ANSWERED = "answered", "待审核"
    DONE = "done", "办理完成"
    CLOSED = "closed", "督办办结"
    WITHDRAWN = "withdrawn", "已撤回"


class DocumentKind(Labelled):
    URGE_NOTICE = "urge_notice", "催办通知书"
    CRITICISM = "criticism", "书面通报批评"
    SUPERVISION_ORDER = "supervision_order", "督办单"
    ESCALATED_ORDER = "escalated_order", "提级督办单"
    STOP_ORDER = "stop_order", "责令停止通知书"
    ACCOUNTABILITY = "accountability", "问责建议函"

    @property
    def goes_to_unit(self) -> bool:
        """A letter to the discipline office is about the unit, not to it."""
        return self is not DocumentKind.ACCOUNTABILITY


class Urge(Base):
    """催办: by the citizen, an agent or the system; linked to the case, never a new case."""

    __tablename__ = "urge"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"))
    urge_no: Mapped[str]
    by_citizen: Mapped[bool]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_urge_case", "case_id", "at"),)


class Card(Base):
    """Yellow or red card to a unit; one of a colour per deadline."""

    __tablename__ = "card"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger)
    deadline_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    colour: Mapped[CardColour] = mapped_column(Word(CardColour))
    reason: Mapped[str]
    dated_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]

    __table_args__ = (
        Index("ix_card_unit", "unit_id", "dated_at"),
        UniqueConstraint("deadline_id", "colour"),
    )


class SupervisionOrder(Base):
    """督办单 with its own number, deadline and states; other notices are orders without an answer."""

    __tablename__ = "supervision_order"
    id: Mapped[Key]
    order_no: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[DocumentKind] = mapped_column(Word(DocumentKind))
    state: Mapped[OrderState] = mapped_column(Word(OrderState), default=OrderState.ISSUED)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    joint_unit_ids: Mapped[Ids]
    level: Mapped[int] = mapped_column(default=1)
    cause: Mapped[str]
    demand: Mapped[str]
    dated_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answer_attachment_id: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    closing_note: Mapped[str | None]


class Instruction(Base):
    """批示: what a leader wants done in a case."""

    __tablename__ = "instruction"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    leader_id: Mapped[int | None] = mapped_column(BigInteger)
    leader_name: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    order_id: Mapped[int | None] = mapped_column(BigInteger)


class FollowUp(Base):
    """One attempt at 回访, with the answers where the citizen was reached (DOMAIN §1.6)."""

    __tablename__ = "follow_up"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    attempt_no: Mapped[int]
    via: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    reached: Mapped[bool]
    call_id: Mapped[int | None] = mapped_column(BigInteger)
    staff_contacted: Mapped[bool | None]
    truthful: Mapped[bool | None]
    solved: Mapped[Solved | None] = mapped_column(Word(Solved))
    satisfaction: Mapped[Satisfaction | None] = mapped_column(Word(Satisfaction))
    reason: Mapped[str | None]
    opinion: Mapped[str | None]
    reasonable: Mapped[bool | None]


class CitizenRating(Base):
    """A rating given by the citizen; locked: a second one is kept beside the first."""

    __tablename__ = "citizen_rating"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"), index=True)
    via: Mapped[str]
    at: Mapped[datetime]
    satisfaction: Mapped[Satisfaction] = mapped_column(Word(Satisfaction))
    solved: Mapped[Solved | None] = mapped_column(Word(Solved))
    reason: Mapped[str | None]


class CodeAttempt(Base):
    """One try of a query code; who is wrong too often waits. Right tries are kept as well: both cost the same time.

    `source`: the address of a browser, or the keyed hash of a telephone number; absent where a number is withheld.
    """

    __tablename__ = "code_attempt"
    id: Mapped[Key]
    case_no: Mapped[str]
    source: Mapped[str | None]
    at: Mapped[datetime]
    right: Mapped[bool]

    __table_args__ = (
        Index("ix_code_attempt_case", "case_no", "at"),
        Index("ix_code_attempt_source", "source", "at"),
    )


class BuckPassing(Base):
    """The detector's score of a case on one day, with the evidence of each signal."""

    __tablename__ = "buck_passing"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hotline_case.id"))
    at: Mapped[datetime]
    score: Mapped[int]
    signals: Mapped[Facts]

    __table_args__ = (
        Index("ix_buck_passing_at", "at", "score"),
        Index("ix_buck_passing_case", "case_id", "at"),
    )
