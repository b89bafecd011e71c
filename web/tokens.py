"""Which routes a unit's own system may use with a bearer token, and with which scope; all others are closed to it."""

from flask import request

from hotline.accounts import tokens
from hotline.accounts.tokens import SCOPE_LABELS, Scope
from hotline.core.errors import NotAllowed
from hotline.core.house import House
from hotline.core.identity import Actor, citizen

BEARER = "Bearer "
OPEN_WITH: dict[str, Scope] = {
    "cases.listing": Scope.READ,
    "cases.lists": Scope.READ,
    "cases.counts": Scope.READ,
    "cases.one": Scope.READ,
    "cases.history": Scope.READ,
    "cases.explain": Scope.READ,
    "case_file.show": Scope.READ,
    "attachments.download": Scope.READ,
    "units.take_package": Scope.READ,
    "units.statistics": Scope.READ,
    "supervision.orders": Scope.READ,
    "supervision.document": Scope.READ,
    "lookups.categories": Scope.READ,
    "lookups.areas": Scope.READ,
    "lookups.units": Scope.READ,
    "cases.act": Scope.ACT,
    "attachments.add_attachment": Scope.ACT,
    "units.sign_many": Scope.ACT,
    "units.bring_package": Scope.ACT,
}


class ScopeMissing(NotAllowed):
    code, text = "token.scope_missing", "接口令牌没有“{scope}”的权限，请由单位审核人重新签发"


class RouteClosed(NotAllowed):
    code, text = "token.route_closed", "此地址不对接口令牌开放"


def sent() -> str | None:
    """The token of this request, if it brings one."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(BEARER).strip() if header.startswith(BEARER) else None


def admit(house: House, text: str, ip: str) -> Actor:
    """Who acts by the token, where the route is open to it."""
    with house.open_uow(citizen(ip)) as uow:
        actor, scopes = tokens.holder(uow, text)
    wanted = OPEN_WITH.get(request.endpoint or "")
    if wanted is None:
        raise RouteClosed()
    if wanted not in scopes and not (wanted is Scope.ACT and Scope.SUBMIT in scopes):
        raise ScopeMissing(scope=SCOPE_LABELS[wanted])
    return actor
