"""Signing in and out, and what the signed-in person may open."""

from datetime import datetime

from flask import Response, g, request, session
from flask_wtf.csrf import generate_csrf
from pydantic import ConfigDict, Field

from hotline.accounts import login, second_factor
from hotline.accounts.models import User
from hotline.core.errors import DomainError, Unauthenticated
from hotline.core.privacy import watermark
from hotline.core.uow import UnitOfWork
from web.api import menu
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import PUBLIC, STAFF, TOKEN, client_ip, house, identify, open_uow, opens_to
from web.security import limiter
from web.validation import Incoming

bp = resource("auth", "登录与本人信息")


class Credentials(Incoming):
    # A password may begin or end with a blank.
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    username: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=200)
    code: str | None = Field(None, max_length=8, description="one-time code, where the account has it on")


class Person(Outgoing):
    id: int
    username: str
    name: str
    work_no: str | None
    unit: str | None
    unit_id: int | None


class MenuItem(Outgoing):
    name: str
    label: str
    list: str | None = Field(None, description="work list that the item shows, for its count")


class Me(Outgoing):
    user: Person
    roles: list[str]
    permissions: list[str]
    csrf_token: str
    home: str
    menu: list[MenuItem]
    watermark: str
    server_time: datetime
    mode: str
    must_bind: bool = Field(description="nothing but the own account opens before a second factor is bound")


class Start(Outgoing):
    """What the console asks first: is this a demo house, and is somebody signed in already."""

    mode: str
    me: Me | None


def refused(response: Response) -> bool:
    return response.status_code in (401, 423)


@bp.get("/auth/session", responses={200: Start})
@opens_to(PUBLIC)
def start() -> Response:
    """The start of a console; nobody signed in is an answer here, not an error."""
    mode = house().settings.mode
    try:
        g.actor = identify(session.get(TOKEN), client_ip())
    except Unauthenticated:
        return reply(Start(mode=mode, me=None))
    return reply(Start(mode=mode, me=own_view()))


@bp.post("/auth/login", responses={200: Me}, security=[])
@opens_to(PUBLIC)
@limiter.limit("30/minute; 300/hour", deduct_when=refused)
def sign_in(body: Credentials) -> Response:
    """Open a session; a wrong name costs the same time as a wrong password."""
    # The failure count must be kept although the sign-in is refused, so the reason is raised after the commit.
    with open_uow() as uow:
        outcome: User | DomainError = login.check_password(uow.session, body.username, body.password, uow.now)
        if isinstance(outcome, User):
            outcome = second_factor.check_sign_in(uow.vault, outcome, body.code, uow.now)
        if isinstance(outcome, User):
            token = login.sign_in(uow, outcome, user_agent=request.user_agent.string)
            session.clear()
            session[TOKEN] = token
            uow.actor = g.actor = login.actor_of(uow.session, outcome, client_ip())
            me_now = describe(uow, outcome)
    if not isinstance(outcome, User):
        raise outcome
    return reply(me_now)


@bp.post("/auth/logout", responses={200: Done})
@opens_to(STAFF)
def sign_out() -> Response:
    with open_uow() as uow:
        login.sign_out(uow, session[TOKEN])
    session.clear()
    return reply(Done())


@bp.get("/auth/me", responses={200: Me})
@opens_to(STAFF)
def me() -> Response:
    return reply(own_view())


def own_view() -> Me:
    with open_uow() as uow:
        return describe(uow, uow.session.get_one(User, g.actor.user_id))


def describe(uow: UnitOfWork, user: User) -> Me:
    actor = g.actor
    items = [MenuItem(name=row.name, label=row.label, list=row.list) for row in menu.rows_for(uow)]
    return Me(
        user=Person(
            id=user.id,
            username=user.username,
            name=user.name,
            work_no=user.work_no,
            unit=user.unit.name if user.unit else None,
            unit_id=user.unit_id,
        ),
        roles=sorted(actor.roles),
        permissions=sorted(actor.permissions),
        csrf_token=generate_csrf(),
        home=items[0].name if items else "",
        menu=items,
        watermark=watermark(user.name, user.work_no, uow.now),
        server_time=uow.now,
        mode=uow.settings.mode,
        must_bind=user.totp_since is None and second_factor.demanded_of(uow.settings, actor),
    )
