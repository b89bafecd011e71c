"""The own account: password, second factor, open sessions; and the tokens of the own unit's systems."""

from datetime import datetime

import segno
from flask import Response, session
from pydantic import ConfigDict, Field

from hotline.accounts import login, mobiles, second_factor, tokens
from hotline.accounts.models import User, UserSession
from hotline.accounts.tokens import SCOPE_LABELS, Scope
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from web.api import names
from web.api.admin import RevokeIn, UserPath
from web.api.schemas import Choice, Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import STAFF, TOKEN, open_uow, opens_to
from web.security import limiter
from web.validation import Id, Incoming

bp = resource("account", "账号安全")
TOKENS = Permission.TOKEN_MANAGE


class PasswordIn(Incoming):
    # A password may begin or end with a blank.
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    old: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=1, max_length=200)


class SessionOut(Outgoing):
    id: int
    created_at: datetime
    seen_at: datetime
    ip: str | None
    user_agent: str | None
    current: bool


class Sessions(Outgoing):
    items: list[SessionOut]


class SessionPath(Incoming):
    session_id: Id


class FactorOut(Outgoing):
    """`demanded`: the house wants it of this person, who cannot turn it off."""

    on: bool
    since: datetime | None
    demanded: bool


class Enrolment(Outgoing):
    secret: str = Field(description="to be typed into an authenticator")
    uri: str = Field(description="otpauth:// address for authenticators on the same device")
    picture: str = Field(description="the same address as a QR code: a data: URI of an SVG")


class CodeIn(Incoming):
    code: str = Field(min_length=6, max_length=8)


class TokenIn(Incoming):
    name: str = Field(min_length=2, max_length=60)
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    days: int = Field(90, ge=1, le=tokens.MOST_DAYS)


class TokenPath(Incoming):
    token_id: Id


class TokenOut(Outgoing):
    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    used_ip: str | None


class NewToken(TokenOut):
    token: str = Field(description="shown this once; sent as `Authorization: Bearer …`")


class TokenList(Outgoing):
    items: list[TokenOut]
    scopes: list[Choice]


class MobileIn(Incoming):
    mobile: str = Field(max_length=30, description="empty: no more messages")


class MobileOut(Outgoing):
    mobile: str | None = Field(description="masked; null: no messages")


@bp.post("/auth/password", responses={200: Done})
@opens_to(STAFF)
@limiter.limit("10/hour")
def change_password(body: PasswordIn) -> Response:
    """A new password ends every other session of the account."""
    with open_uow() as uow:
        login.change_password(uow, old=body.old, new=body.new, keep=session[TOKEN])
    return reply(Done())


@bp.get("/auth/mobile", responses={200: MobileOut})
@opens_to(STAFF)
def mobile() -> Response:
    with open_uow() as uow:
        return reply(MobileOut(mobile=mobiles.masked(uow, uow.session.get_one(User, uow.actor.user_id))))


@bp.post("/auth/mobile", responses={200: MobileOut})
@opens_to(STAFF)
def keep_mobile(body: MobileIn) -> Response:
    """Where cards and supervision documents are told by SMS."""
    with open_uow() as uow:
        mobiles.keep_own(uow, body.mobile)
        return reply(MobileOut(mobile=mobiles.masked(uow, uow.session.get_one(User, uow.actor.user_id))))


@bp.get("/auth/sessions", responses={200: Sessions})
@opens_to(STAFF)
def sessions() -> Response:
    with open_uow() as uow:
        rows = login.open_sessions(uow, uow.actor.user_id)
        return reply(Sessions(items=_sessions(uow, rows)))


def _sessions(uow: UnitOfWork, rows: list[UserSession]) -> list[SessionOut]:
    here = uow.vault.digest("session", session[TOKEN])
    return [
        SessionOut(
            id=row.id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            ip=row.ip,
            user_agent=row.user_agent,
            current=bytes(row.token_hash) == here,
        )
        for row in rows
    ]


@bp.post("/auth/sessions/<int:session_id>/end", responses={200: Done})
@opens_to(STAFF)
def end_session(path: SessionPath) -> Response:
    """End one of the own sessions, on whatever device it is."""
    with open_uow() as uow:
        login.end_own_session(uow, path.session_id)
    return reply(Done())


@bp.get("/users/<int:user_id>/sessions", responses={200: Sessions})
@opens_to(Permission.SESSION_REVOKE)
def sessions_of(path: UserPath) -> Response:
    with open_uow() as uow:
        return reply(Sessions(items=_sessions(uow, login.open_sessions(uow, path.user_id))))


# -- second factor


@bp.get("/auth/second_factor", responses={200: FactorOut})
@opens_to(STAFF)
def factor() -> Response:
    with open_uow() as uow:
        user = uow.session.get_one(User, uow.actor.user_id)
        demanded = second_factor.demanded_of(uow.settings, uow.actor)
        return reply(FactorOut(on=user.totp_since is not None, since=user.totp_since, demanded=demanded))


@bp.post("/auth/second_factor/begin", responses={200: Enrolment})
@opens_to(STAFF)
def begin_factor() -> Response:
    """A new secret for an authenticator; it counts after the first code."""
    with open_uow() as uow:
        secret, uri = second_factor.begin(uow)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=2)
    return reply(Enrolment(secret=secret, uri=uri, picture=picture))


@bp.post("/auth/second_factor/confirm", responses={200: Done})
@opens_to(STAFF)
@limiter.limit("30/hour")
def confirm_factor(body: CodeIn) -> Response:
    with open_uow() as uow:
        second_factor.confirm(uow, body.code)
    return reply(Done())


@bp.post("/auth/second_factor/end", responses={200: Done})
@opens_to(STAFF)
@limiter.limit("30/hour")
def end_factor(body: CodeIn) -> Response:
    with open_uow() as uow:
        second_factor.end(uow, body.code)
    return reply(Done())


@bp.post("/users/<int:user_id>/reset_second_factor", responses={200: Done})
@opens_to(Permission.USER_MANAGE)
def reset_factor(path: UserPath, body: RevokeIn) -> Response:
    """For somebody whose telephone is lost."""
    with open_uow() as uow:
        second_factor.reset(uow, path.user_id, body.reason)
    return reply(Done())


# -- tokens


@bp.get("/tokens", responses={200: TokenList})
@opens_to(TOKENS)
def token_list() -> Response:
    with open_uow() as uow:
        rows = tokens.own(uow)
        people = names.people(uow, (row.created_by_id for row in rows))
        items = [TokenOut(**_token(row), created_by=people.get(row.created_by_id)) for row in rows]
    scopes = [Choice(code=scope.value, name=label) for scope, label in SCOPE_LABELS.items()]
    return reply(TokenList(items=items, scopes=scopes))


def _token(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in TokenOut.model_fields if name != "created_by"}


@bp.post("/tokens", responses={201: NewToken})
@opens_to(TOKENS)
def issue_token(body: TokenIn) -> Response:
    """A token for a system of the own unit; its text is shown this once."""
    with open_uow() as uow:
        row, text = tokens.issue(uow, name=body.name, scopes=frozenset(body.scopes), days=body.days)
        answer = NewToken.model_validate(_token(row) | {"created_by": uow.actor.name, "token": text})
    return reply(answer, 201)


@bp.post("/tokens/<int:token_id>/revoke", responses={200: Done})
@opens_to(TOKENS)
def revoke_token(path: TokenPath) -> Response:
    with open_uow() as uow:
        tokens.revoke(uow, path.token_id)
    return reply(Done())
