"""The life of an article: written as a revision, decided by a second person, valid until its last day or withdrawn.

Called by web edges and the demo house. Two people for every word (DOMAIN §4: editor and approver are not the same).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dispatch.models import Category
from hotline.accounts.models import Unit
from hotline.core.clock import local_date
from hotline.core.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.knowledge import search
from hotline.knowledge.events import KnowledgeChanged
from hotline.knowledge.models import REVISION_LABELS, Article, Revision, RevisionState

OPEN = (RevisionState.DRAFT, RevisionState.SUBMITTED)


class ArticleNotFound(NotFound):
    code, text = "knowledge.not_found", "没有这条知识，或它已撤回"


class RevisionExists(Conflict):
    code, text = "knowledge.revision_exists", "这条知识已有修改稿在编辑或待审核，请在那一稿上继续"


class NotInThisState(Conflict):
    code, text = "knowledge.not_in_this_state", "这一稿现在是“{state}”，不能这样操作"


class NotYourRevision(NotAllowed):
    code, text = "knowledge.not_your_revision", "这一稿由他人编写，只能由本人修改或提交"


class SecondPersonNeeded(NotAllowed):
    code, text = "knowledge.second_person_needed", "编写人不能审核自己的稿件，请由另一名知识审核员审核"


@dataclass(frozen=True, kw_only=True)
class Text:
    """What an editor writes."""

    title: str
    body: str
    unit_id: int
    expires_on: date
    basis: str = ""
    keywords: tuple[str, ...] = ()
    category_code: str | None = None


def valid(uow: UnitOfWork, article_id: int) -> Article:
    """An article as everybody may read it; keepers also see what is not valid any more."""
    require(uow.actor, Permission.KNOWLEDGE_SEE)
    article = uow.session.get(Article, article_id)
    keeper = uow.actor.may(Permission.KNOWLEDGE_EDIT) or uow.actor.may(Permission.KNOWLEDGE_APPROVE)
    if article is None or not (keeper or (article.version and article.withdrawn_at is None)):
        raise ArticleNotFound
    return article


def check_cited(uow: UnitOfWork, article_id: object) -> None:
    """A case can only be answered by an article that was published."""
    if not isinstance(article_id, int):
        return
    article = uow.session.get(Article, article_id)
    if article is None or not article.version:
        raise Invalid([{"field": "knowledge_id", "reason": ArticleNotFound.text}])


def write(uow: UnitOfWork, text: Text, *, article_id: int | None = None) -> Revision:
    """A first wording, or a new one of an article that is there."""
    require(uow.actor, Permission.KNOWLEDGE_EDIT)
    _check(uow, text)
    article = Article() if article_id is None else uow.session.get(Article, article_id)
    if article is None:
        raise ArticleNotFound
    uow.session.add(article)
    revision = Revision(article=article, state=RevisionState.DRAFT)
    _put(uow, revision, text)
    uow.session.add(revision)
    try:
        with uow.session.begin_nested():
            uow.session.flush()
    except IntegrityError as double:
        raise RevisionExists from double
    _note(uow, revision, "write")
    return revision


def rewrite(uow: UnitOfWork, revision_id: int, text: Text) -> Revision:
    """Change a wording that is not submitted yet, or was sent back."""
    revision = _own(uow, revision_id, RevisionState.DRAFT)
    _check(uow, text)
    _put(uow, revision, text)
    _note(uow, revision, "rewrite")
    return revision


def submit(uow: UnitOfWork, revision_id: int) -> Revision:
    revision = _own(uow, revision_id, RevisionState.DRAFT)
    if revision.expires_on < local_date(uow.now):
        raise Invalid([{"field": "expires_on", "reason": "有效期已过"}])
    revision.state, revision.submitted_at = RevisionState.SUBMITTED, uow.now
    _note(uow, revision, "submit")
    return revision


def approve(uow: UnitOfWork, revision_id: int) -> Revision:
    """The second person lets the wording be told; it replaces the one before."""
    revision = _to_decide(uow, revision_id)
    article = revision.article
    revision.state, revision.version = RevisionState.PUBLISHED, article.version + 1
    for name in ("title", "body", "basis", "keywords", "category_code", "unit_id", "expires_on"):
        setattr(article, name, getattr(revision, name))
    article.version += 1
    article.published_at, article.withdrawn_at, article.withdrawn_reason = uow.now, None, None
    article.search = search.document(article.title, article.keywords, article.body)
    _decide(uow, revision, None)
    return revision


def reject(uow: UnitOfWork, revision_id: int, reason: str) -> Revision:
    """Back to its editor, who finds it among the drafts with the reason."""
    revision = _to_decide(uow, revision_id)
    revision.state = RevisionState.DRAFT
    _decide(uow, revision, reason)
    return revision


def discard(uow: UnitOfWork, revision_id: int) -> Revision:
    revision = _own(uow, revision_id, RevisionState.DRAFT)
    revision.state = RevisionState.REJECTED
    _note(uow, revision, "discard")
    return revision


def withdraw(uow: UnitOfWork, article_id: int, reason: str) -> Article:
    """Tell it no longer, at once: a wrong answer must not wait for a second person."""
    require(uow.actor, Permission.KNOWLEDGE_APPROVE)
    article = uow.session.get(Article, article_id, with_for_update=True)
    if article is None or not article.version or article.withdrawn_at is not None:
        raise ArticleNotFound
    article.withdrawn_at, article.withdrawn_reason = uow.now, reason
    uow.audit(f"article:{article.id}", "withdraw", reason=reason)
    uow.record(KnowledgeChanged(article_id=article.id))
    return article


def revisions(uow: UnitOfWork) -> Sequence[Revision]:
    """What waits for its editor or approver, the oldest first."""
    query = select(Revision).where(Revision.state.in_(OPEN)).order_by(Revision.edited_at, Revision.id)
    return uow.session.scalars(query).all()


def history(uow: UnitOfWork, article_id: int) -> Sequence[Revision]:
    """Every wording of an article, the newest first."""
    query = select(Revision).where(Revision.article_id == article_id).order_by(Revision.id.desc())
    return uow.session.scalars(query).all()


def catalogue(uow: UnitOfWork) -> Sequence[Article]:
    """Everything that was ever published, what runs out first on top."""
    query = select(Article).where(Article.version > 0)
    return uow.session.scalars(
        query.order_by(Article.withdrawn_at.is_not(None), Article.expires_on, Article.id)
    ).all()


def _check(uow: UnitOfWork, text: Text) -> None:
    wrong = []
    if uow.session.get(Unit, text.unit_id) is None:
        wrong.append({"field": "unit_id", "reason": "没有这个单位"})
    if text.category_code is not None and uow.session.get(Category, text.category_code) is None:
        wrong.append({"field": "category_code", "reason": "没有这个分类"})
    if wrong:
        raise Invalid(wrong)


def _put(uow: UnitOfWork, revision: Revision, text: Text) -> None:
    for name, value in vars(text).items():
        setattr(revision, name, list(value) if isinstance(value, tuple) else value)
    revision.edited_by_id, revision.edited_at = uow.actor.user_id, uow.now


def _locked(uow: UnitOfWork, revision_id: int, *states: RevisionState) -> Revision:
    revision = uow.session.get(Revision, revision_id, with_for_update=True)
    if revision is None:
        raise ArticleNotFound
    if revision.state not in states:
        raise NotInThisState(state=REVISION_LABELS[revision.state])
    return revision


def _own(uow: UnitOfWork, revision_id: int, *states: RevisionState) -> Revision:
    require(uow.actor, Permission.KNOWLEDGE_EDIT)
    revision = _locked(uow, revision_id, *states)
    if revision.edited_by_id != uow.actor.user_id:
        raise NotYourRevision
    return revision


def _to_decide(uow: UnitOfWork, revision_id: int) -> Revision:
    require(uow.actor, Permission.KNOWLEDGE_APPROVE)
    revision = _locked(uow, revision_id, RevisionState.SUBMITTED)
    if revision.edited_by_id == uow.actor.user_id:
        raise SecondPersonNeeded
    return revision


def _decide(uow: UnitOfWork, revision: Revision, reason: str | None) -> None:
    revision.decided_by_id, revision.decided_at, revision.decision_reason = uow.actor.user_id, uow.now, reason
    _note(uow, revision, "reject" if reason else "approve", reason=reason)


def _note(uow: UnitOfWork, revision: Revision, act: str, **details: object) -> None:
    uow.audit(f"article:{revision.article_id}", act, revision_id=revision.id, title=revision.title, **details)
    uow.record(KnowledgeChanged(article_id=revision.article_id))
