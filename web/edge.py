"""What every edge of the web shares: the house, who is asking, and what opens a door.

Each API view declares its door; `identify_and_admit` runs before the view and before any parsing, so that a stranger
learns nothing from validation errors. Domain rules stay with the verbs; doors only hold permissions of roles.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import current_app, g, request, session
from werkzeug.exceptions import BadRequest

from hotline.accounts import login, second_factor
from hotline.core.errors import Unauthenticated
from hotline.core.house import House
from hotline.core.identity import Actor, Permission, citizen, require
from hotline.core.uow import UnitOfWork
from web import tokens

TOKEN = "token"  # noqa: S105 - the name of the cookie's entry, not a secret

OWN_ACCOUNT = frozenset({"auth", "account"})


@dataclass(frozen=True)
class Door:
    """Who may come in: everybody, everybody signed in, or holders of one of the permissions."""

    public: bool = False
    permissions: tuple[Permission, ...] = ()


PUBLIC = Door(public=True)
STAFF = Door()

View = TypeVar("View", bound=Callable[..., object])


def opens_to(*who: Door | Permission) -> Callable[[View], View]:
    """Declare the door of a view; several permissions mean that one of them is enough."""
    first = who[0]
    door = first if isinstance(first, Door) else Door(permissions=cast(tuple[Permission, ...], who))

    def declare(view: View) -> View:
        view.door = door  # type: ignore[attr-defined]
        return view

    return declare


def door_of(endpoint: str) -> Door | None:
    return getattr(current_app.view_functions[endpoint], "door", None)


def house() -> House:
    return cast(House, current_app.extensions["house"])


def client_ip() -> str:
    return request.remote_addr or "unknown"


def identify_and_admit() -> None:
    """Set `g.actor`, or refuse with 401 or 403."""
    if request.endpoint is None:
        return
    door = door_of(request.endpoint)
    if door is None or door.public:
        g.actor = citizen(client_ip())
        return
    text = tokens.sent()
    if text is not None:
        g.actor = tokens.admit(house(), text, client_ip())
    else:
        g.actor = identify(session.get(TOKEN), client_ip())
        _require_second_factor(g.actor)
    if door.permissions and not any(g.actor.may(permission) for permission in door.permissions):
        require(g.actor, door.permissions[0])


def _require_second_factor(actor: Actor) -> None:
    """Where it is demanded, nothing but the own account opens before it is bound."""
    if not second_factor.demanded_of(house().settings, actor) or request.blueprint in OWN_ACCOUNT:
        return
    with house().glances() as looking:
        second_factor.require_enrolled(looking, actor.user_id)


def read_json() -> None:
    """Refuse a body that is no JSON before any view sees it; flask-openapi3 would take it for an empty one."""
    if request.endpoint is None or not request.path.startswith("/api/"):
        return
    if request.content_length and request.mimetype != "multipart/form-data":
        try:
            request.get_json()
        except RecursionError as deep:
            raise BadRequest from deep


def identify(token: str | None, ip: str) -> Actor:
    """The person whose live session the token opens."""
    if token is None:
        raise Unauthenticated()
    with house().glances() as looking:
        actor = login.seen_lately(looking, house().vault, token, house().clock.now(), ip)
    if actor is not None:
        return actor
    with house().open_uow(citizen(ip)) as uow:
        return login.actor_of(uow.session, login.find_session(uow, token).user, ip)


def open_uow() -> AbstractContextManager[UnitOfWork]:
    """The unit of work of this request, in the name of who asks."""
    return house().open_uow(g.actor)
