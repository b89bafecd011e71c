"""The knowledge base: found and cited on the desk, written and approved by two people, reported on by agents."""

from datetime import date, datetime

from flask import Response
from pydantic import Field

from hotline.core.clock import local_date
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.knowledge import articles, reports, search
from hotline.knowledge.models import REPORT_LABELS, REVISION_LABELS, Article, Report, ReportKind, Revision
from web.api import names
from web.api.case_view import category_names
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("knowledge", "知识库")

SEE, EDIT, APPROVE = Permission.KNOWLEDGE_SEE, Permission.KNOWLEDGE_EDIT, Permission.KNOWLEDGE_APPROVE
EXCERPT = 120


class FindQuery(Incoming):
    q: str = Field("", max_length=200, description="words; absent: what is used most")
    category_code: str | None = Field(None, max_length=9, pattern=r"^[A-Z](\d\d){0,4}$")


class ArticlePath(Incoming):
    article_id: Id


class RevisionPath(Incoming):
    revision_id: Id


class ReportPath(Incoming):
    report_id: Id


class Wording(Incoming):
    title: str = Field(min_length=2, max_length=100)
    body: str = Field(min_length=2, max_length=10_000)
    basis: str = Field("", max_length=500, description="law or document that it rests on")
    keywords: list[str] = Field(default_factory=list, max_length=20)
    category_code: str | None = Field(None, pattern=r"^[A-Z](\d\d){0,4}$")
    unit_id: Id = Field(description="whose subject it is, and who answers for the text")
    expires_on: date = Field(description="last day on which it may be told")

    def text(self) -> articles.Text:
        return articles.Text(**(self.model_dump() | {"keywords": tuple(self.keywords)}))


class NewWording(Wording):
    article_id: Id | None = Field(None, description="absent: a new article")


class ReasonIn(Incoming):
    reason: str = Field(min_length=2, max_length=500)


class AnswerIn(Incoming):
    answer: str = Field(min_length=2, max_length=500)


class ReportIn(Incoming):
    kind: ReportKind
    text: str = Field(min_length=2, max_length=500)
    article_id: Id | None = None


class Found(Outgoing):
    id: int
    title: str
    excerpt: str
    unit: str | None
    category_code: str | None
    version: int
    expires_on: date
    used: int = Field(description="cases that were answered by it")


class FoundList(Outgoing):
    items: list[Found]


class ArticleOut(Found):
    body: str
    basis: str
    keywords: list[str]
    category: str | None
    unit_id: int
    unit_phone: str | None
    published_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    expired: bool


class ArticleList(Outgoing):
    items: list[ArticleOut]


class RevisionOut(Outgoing):
    id: int
    article_id: int
    state: str = Field(description="draft, submitted, published, rejected")
    state_label: str
    version: int | None = Field(description="once published")
    replaces: int = Field(description="version that is valid meanwhile; 0: none")
    title: str
    body: str
    basis: str
    keywords: list[str]
    category_code: str | None
    unit_id: int
    unit: str | None
    expires_on: date
    edited_by: str | None
    edited_at: datetime
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    is_own: bool


class RevisionList(Outgoing):
    items: list[RevisionOut]


class ReportOut(Outgoing):
    id: int
    kind: str
    kind_label: str
    text: str
    article_id: int | None
    article_title: str | None
    times: int
    reported_by: str | None
    reported_at: datetime
    settled_at: datetime | None
    answer: str | None


class ReportList(Outgoing):
    items: list[ReportOut]


def found_out(article: Article, used: int) -> dict[str, object]:
    return {
        "id": article.id,
        "title": article.title,
        "excerpt": article.body[:EXCERPT],
        "unit": article.unit.short_name if article.unit else None,
        "category_code": article.category_code,
        "version": article.version,
        "expires_on": article.expires_on,
        "used": used,
    }


def article_out(uow: UnitOfWork, article: Article, used: int) -> ArticleOut:
    category = category_names(uow, [article.category_code]).get(article.category_code)
    return ArticleOut.model_validate(
        found_out(article, used)
        | {name: getattr(article, name) for name in ("body", "basis", "keywords", "unit_id")}
        | {name: getattr(article, name) for name in ("published_at", "withdrawn_at", "withdrawn_reason")}
        | {
            "category": category,
            "unit_phone": article.unit.phone if article.unit else None,
            "expired": article.expires_on is not None and article.expires_on < local_date(uow.now),
        }
    )


def revisions_out(uow: UnitOfWork, rows: list[Revision]) -> list[RevisionOut]:
    people = names.people(uow, [row.edited_by_id for row in rows] + [row.decided_by_id for row in rows])
    return [
        RevisionOut(
            **{name: getattr(row, name) for name in RevisionOut.model_fields if hasattr(Revision, name)}
            | {
                "state_label": REVISION_LABELS[row.state],
                "replaces": row.article.version,
                "unit": row.unit.short_name,
                "edited_by": people.get(row.edited_by_id),
                "decided_by": people.get(row.decided_by_id),
                "is_own": row.edited_by_id == uow.actor.user_id,
            }
        )
        for row in rows
    ]


def reports_out(uow: UnitOfWork, rows: list[Report]) -> list[ReportOut]:
    people = names.people(uow, (row.reported_by_id for row in rows))
    return [
        ReportOut(
            **{name: getattr(row, name) for name in ReportOut.model_fields if hasattr(Report, name)}
            | {
                "kind_label": REPORT_LABELS[row.kind],
                "article_title": row.article.title if row.article else None,
                "reported_by": people.get(row.reported_by_id),
            }
        )
        for row in rows
    ]


# -- for everybody who answers citizens


@bp.get("/knowledge", responses={200: FoundList})
@opens_to(SEE)
def find(query: FindQuery) -> Response:
    """Articles that are valid today, the fullest hit first."""
    with open_uow() as uow:
        hits = search.find(uow, query.q, query.category_code)
        return reply(FoundList(items=[Found.model_validate(found_out(*hit)) for hit in hits]))


@bp.get("/knowledge/<int:article_id>", responses={200: ArticleOut})
@opens_to(SEE)
def one(path: ArticlePath) -> Response:
    with open_uow() as uow:
        article = articles.valid(uow, path.article_id)
        return reply(article_out(uow, article, search.used_of(uow, article.id)))


@bp.post("/knowledge/reports", responses={201: ReportOut})
@opens_to(SEE)
def report(body: ReportIn) -> Response:
    """Tell the keepers what was not found, or what is wrong in an article."""
    with open_uow() as uow:
        row = reports.report(uow, body.kind, body.text, body.article_id)
        return reply(reports_out(uow, [row])[0], 201)


# -- for the keepers


@bp.get("/knowledge/catalogue", responses={200: ArticleList})
@opens_to(EDIT, APPROVE)
def catalogue() -> Response:
    """Everything that was ever published, what runs out first on top."""
    with open_uow() as uow:
        items = [
            article_out(uow, article, search.used_of(uow, article.id)) for article in articles.catalogue(uow)
        ]
    return reply(ArticleList(items=items))


@bp.get("/knowledge/<int:article_id>/revisions", responses={200: RevisionList})
@opens_to(EDIT, APPROVE)
def history(path: ArticlePath) -> Response:
    """Every wording of an article with its editor and approver, the newest first."""
    with open_uow() as uow:
        return reply(RevisionList(items=revisions_out(uow, list(articles.history(uow, path.article_id)))))


@bp.get("/knowledge/revisions", responses={200: RevisionList})
@opens_to(EDIT, APPROVE)
def waiting() -> Response:
    """Wordings that are being written or wait for their approver."""
    with open_uow() as uow:
        return reply(RevisionList(items=revisions_out(uow, list(articles.revisions(uow)))))


@bp.post("/knowledge/revisions", responses={201: RevisionOut})
@opens_to(EDIT)
def write(body: NewWording) -> Response:
    """A new article, or a new wording of one."""
    with open_uow() as uow:
        text = Wording.model_validate(body.model_dump(exclude={"article_id"})).text()
        return reply(revisions_out(uow, [articles.write(uow, text, article_id=body.article_id)])[0], 201)


@bp.put("/knowledge/revisions/<int:revision_id>", responses={200: RevisionOut})
@opens_to(EDIT)
def rewrite(path: RevisionPath, body: Wording) -> Response:
    with open_uow() as uow:
        return reply(revisions_out(uow, [articles.rewrite(uow, path.revision_id, body.text())])[0])


@bp.post("/knowledge/revisions/<int:revision_id>/submit", responses={200: RevisionOut})
@opens_to(EDIT)
def submit(path: RevisionPath) -> Response:
    with open_uow() as uow:
        return reply(revisions_out(uow, [articles.submit(uow, path.revision_id)])[0])


@bp.post("/knowledge/revisions/<int:revision_id>/discard", responses={200: RevisionOut})
@opens_to(EDIT)
def discard(path: RevisionPath) -> Response:
    with open_uow() as uow:
        return reply(revisions_out(uow, [articles.discard(uow, path.revision_id)])[0])


@bp.post("/knowledge/revisions/<int:revision_id>/approve", responses={200: RevisionOut})
@opens_to(APPROVE)
def approve(path: RevisionPath) -> Response:
    """By somebody else than the editor; valid at once."""
    with open_uow() as uow:
        return reply(revisions_out(uow, [articles.approve(uow, path.revision_id)])[0])


@bp.post("/knowledge/revisions/<int:revision_id>/reject", responses={200: RevisionOut})
@opens_to(APPROVE)
def reject(path: RevisionPath, body: ReasonIn) -> Response:
    """Back to its editor with the reason."""
    with open_uow() as uow:
        return reply(revisions_out(uow, [articles.reject(uow, path.revision_id, body.reason)])[0])


@bp.post("/knowledge/<int:article_id>/withdraw", responses={200: ArticleOut})
@opens_to(APPROVE)
def withdraw(path: ArticlePath, body: ReasonIn) -> Response:
    """Nobody tells it any more, from now on."""
    with open_uow() as uow:
        article = articles.withdraw(uow, path.article_id, body.reason)
        return reply(article_out(uow, article, search.used_of(uow, article.id)))


@bp.get("/knowledge/reports", responses={200: ReportList})
@opens_to(EDIT, APPROVE)
def open_reports() -> Response:
    """What agents did not find or found to be wrong, not settled yet."""
    with open_uow() as uow:
        return reply(ReportList(items=reports_out(uow, list(reports.waiting(uow)))))


@bp.post("/knowledge/reports/<int:report_id>/settle", responses={200: ReportOut})
@opens_to(EDIT)
def settle(path: ReportPath, body: AnswerIn) -> Response:
    with open_uow() as uow:
        return reply(reports_out(uow, [reports.settle(uow, path.report_id, body.answer)])[0])
