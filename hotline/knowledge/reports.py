"""What agents tell the keepers of the knowledge base: not found, or found to be wrong; each gets an answer."""

from collections.abc import Sequence

from sqlalchemy import select

from hotline.core.errors import Conflict, Invalid
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.knowledge import articles
from hotline.knowledge.events import KnowledgeChanged
from hotline.knowledge.models import Report, ReportKind


class AlreadySettled(Conflict):
    code, text = "knowledge.report_settled", "这条反馈已经处理过了，或不存在"


def report(uow: UnitOfWork, kind: ReportKind, text: str, article_id: int | None = None) -> Report:
    """One gap reported by several people is one report with a count."""
    require(uow.actor, Permission.KNOWLEDGE_SEE)
    if (kind == ReportKind.WRONG) != (article_id is not None):
        raise Invalid([{"field": "article_id", "reason": "内容有误须指明是哪一条；没有找到则不填"}])
    if article_id is not None:
        articles.valid(uow, article_id)
    row = uow.session.scalar(
        select(Report)
        .where(
            Report.kind == kind,
            Report.text == text,
            Report.article_id.is_not_distinct_from(article_id),
            Report.settled_at.is_(None),
        )
        .with_for_update()
        .limit(1)
    )
    if row is None:
        row = Report(kind=kind, text=text, article_id=article_id, times=0, reported_at=uow.now)
        uow.session.add(row)
    row.times += 1
    row.reported_by_id, row.reported_at = uow.actor.user_id, uow.now
    uow.session.flush()  # answered with its id
    uow.record(KnowledgeChanged(article_id=article_id))
    return row


def settle(uow: UnitOfWork, report_id: int, answer: str) -> Report:
    require(uow.actor, Permission.KNOWLEDGE_EDIT)
    row = uow.session.get(Report, report_id, with_for_update=True)
    if row is None or row.settled_at is not None:
        raise AlreadySettled
    row.settled_by_id, row.settled_at, row.answer = uow.actor.user_id, uow.now, answer
    uow.record(KnowledgeChanged(article_id=row.article_id))
    return row


def waiting(uow: UnitOfWork) -> Sequence[Report]:
    """Unsettled ones, what most people miss first."""
    query = select(Report).where(Report.settled_at.is_(None))
    return uow.session.scalars(query.order_by(Report.times.desc(), Report.id)).all()
