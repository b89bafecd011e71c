"""Tables of the knowledge base: articles as they are valid, their revisions, and what agents report about them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.accounts.models import Unit
from hotline.core.db import Base, Key


class RevisionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REJECTED = "rejected"


class ReportKind(StrEnum):
    MISSING = "missing"
    WRONG = "wrong"


REVISION_LABELS: dict[str, str] = {
    RevisionState.DRAFT: "草稿",
    RevisionState.SUBMITTED: "待审核",
    RevisionState.PUBLISHED: "已发布",
    RevisionState.REJECTED: "已退回",
}
REPORT_LABELS: dict[str, str] = {ReportKind.MISSING: "没有找到", ReportKind.WRONG: "内容有误"}


class Article(Base):
    """What is valid now. `version` 0: never published; `expires_on` is the last day on which it may be told."""

    __tablename__ = "knowledge_article"
    id: Mapped[Key]
    version: Mapped[int] = mapped_column(Integer, default=0)
    title: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    category_code: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    expires_on: Mapped[date | None] = mapped_column(Date)
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    search: Mapped[str | None] = mapped_column(TSVECTOR)

    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (Index("ix_knowledge_article_search", "search", postgresql_using="gin"),)


class Revision(Base):
    """One wording of an article on its way: written by one person, decided by another."""

    __tablename__ = "knowledge_revision"
    id: Mapped[Key]
    article_id: Mapped[int] = mapped_column(ForeignKey("knowledge_article.id"), index=True)
    state: Mapped[str] = mapped_column(Text, default=RevisionState.DRAFT)
    version: Mapped[int | None] = mapped_column(Integer)  # given when published
    title: Mapped[str]
    body: Mapped[str]
    basis: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    category_code: Mapped[str | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    expires_on: Mapped[date] = mapped_column(Date)
    edited_by_id: Mapped[int | None] = mapped_column(BigInteger)
    edited_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

    article: Mapped[Article] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        # Two people who write at once would lose one of the two texts.
        Index(
            "uq_knowledge_revision_article_id_open",
            "article_id",
            unique=True,
            postgresql_where=sql("state in ('draft', 'submitted')"),
        ),
    )


class Report(Base):
    """What an agent did not find, or found to be wrong; the same gap reported again counts up."""

    __tablename__ = "knowledge_report"
    id: Mapped[Key]
    kind: Mapped[str]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_article.id"), index=True)
    text: Mapped[str]
    times: Mapped[int] = mapped_column(Integer, default=1)
    reported_by_id: Mapped[int | None] = mapped_column(BigInteger)
    reported_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(BigInteger)
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None]

    article: Mapped[Article | None] = relationship()

    __table_args__ = (Index("ix_knowledge_report_open", "id", postgresql_where=sql("settled_at is null")),)
