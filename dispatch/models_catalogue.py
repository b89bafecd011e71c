"""Tables of routing: the class tree, the routing catalogue with its legal basis, what townships may be given.

Units, categories and areas are named by their codes, so that a city can replace any of the lists by its own.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.columns import Facts, Names, Word
from dispatch.status import Urgency
from hotline.core.db import Base, Key


class Category(Base):
    """A node of the class tree; code = letter + 2 digits for each level below the top."""

    __tablename__ = "category"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(index=True)
    level: Mapped[int]
    keywords: Mapped[Names]
    default_urgency: Mapped[Urgency] = mapped_column(Word(Urgency), default=Urgency.NORMAL)
    case_types: Mapped[Names]
    active: Mapped[bool] = mapped_column(default=True)


class RoutingRow(Base):
    """One row of the routing catalogue (派单目录): which unit by which law; a row is replaced, never changed."""

    __tablename__ = "routing_row"
    id: Mapped[Key]
    row_no: Mapped[str] = mapped_column(index=True)
    category_code: Mapped[str]
    place_level_rule: Mapped[str | None]
    object_rule: Mapped[str | None]
    lead_unit: Mapped[str]
    co_units: Mapped[Names]
    law: Mapped[str | None]
    article: Mapped[str | None]
    law_status: Mapped[str] = mapped_column(default="待核实")
    note: Mapped[str | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="目录")

    __table_args__ = (Index("ix_routing_row_category", "category_code", "valid_from"),)


class RoutingProposal(Base):
    """A row that practice suggests (an upheld return, a designation); a person approves or refuses it."""

    __tablename__ = "routing_proposal"
    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(BigInteger, index=True)
    category_code: Mapped[str]
    area_code: Mapped[str | None]
    from_unit: Mapped[str | None]
    to_unit: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[Facts]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    approved: Mapped[bool | None]
    decision: Mapped[str | None]
    routing_row_id: Mapped[int | None] = mapped_column(BigInteger)


class TownshipDuty(Base):
    """Whether the grass roots may be given a category at all (镇街履职事项清单)."""

    __tablename__ = "township_duty"
    category_code: Mapped[str] = mapped_column(primary_key=True)
    township_may_handle: Mapped[bool]
    basis: Mapped[str] = mapped_column(default="")
