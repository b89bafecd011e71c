"""Accounts: who has which role where, and ending somebody's sessions."""

from flask import Response
from pydantic import Field
from sqlalchemy import or_, select

from hotline.accounts import login
from hotline.accounts.models import Unit, User
from hotline.core.identity import Permission
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("admin", "账号")
PAGE = 50


class UserQuery(Incoming):
    q: str | None = Field(None, max_length=100)
    cursor: Id | None = None


class UserRow(Outgoing):
    id: int
    username: str
    name: str
    work_no: str | None
    unit: str | None
    roles: list[str]
    active: bool
    second_factor: bool
    locked: bool = Field(description="by wrong passwords, for a while")


class UserList(Outgoing):
    items: list[UserRow]
    next_cursor: int | None


class UserPath(Incoming):
    user_id: Id


class RevokeIn(Incoming):
    reason: str = Field(min_length=2, max_length=200)


class Revoked(Outgoing):
    sessions: int


@bp.get("/users", responses={200: UserList})
@opens_to(Permission.USER_MANAGE, Permission.SESSION_REVOKE)
def users(query: UserQuery) -> Response:
    wanted = select(User).outerjoin(Unit, Unit.id == User.unit_id).order_by(User.id).limit(PAGE + 1)
    if query.cursor:
        wanted = wanted.where(User.id > query.cursor)
    if query.q:
        part = f"%{query.q}%"
        wanted = wanted.where(or_(User.username.ilike(part), User.name.ilike(part), Unit.name.ilike(part)))
    with open_uow() as uow:
        rows = list(uow.session.scalars(wanted))
        items = [
            UserRow(
                id=row.id,
                username=row.username,
                name=row.name,
                work_no=row.work_no,
                unit=row.unit.short_name if row.unit else None,
                roles=row.roles,
                active=row.disabled_at is None,
                second_factor=row.totp_since is not None,
                locked=row.locked_until is not None and row.locked_until > uow.now,
            )
            for row in rows[:PAGE]
        ]
    return reply(UserList(items=items, next_cursor=items[-1].id if len(rows) > PAGE else None))


@bp.post("/users/<int:user_id>/revoke_sessions", responses={200: Revoked})
@opens_to(Permission.SESSION_REVOKE)
def revoke(path: UserPath, body: RevokeIn) -> Response:
    """Sign a person out everywhere, at once."""
    with open_uow() as uow:
        return reply(Revoked(sessions=login.revoke_sessions(uow, path.user_id, body.reason)))
