"""Tokens by which a unit's own systems use the API: made by the unit's head, with scopes, an end, and a record.

Only a keyed hash is stored. Whoever brings a token acts for its unit, as a clerk or (scope `submit`) also as a head,
in the name of the token and on the account of who made it; the account disabled, the token is dead.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from hotline.accounts.models import ApiToken, User
from hotline.accounts.units import with_units_below
from hotline.core.errors import Invalid, NotFound, Unauthenticated
from hotline.core.identity import UNIT_ROLES, Actor, Permission, Role, require
from hotline.core.uow import UnitOfWork

PREFIX = "hl_"
MOST_DAYS = 366
MOST_LIVE = 20
USED_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    READ = "read"
    ACT = "act"
    SUBMIT = "submit"


SCOPE_LABELS = {
    Scope.READ: "查看本单位工单、附件、督办与统计",
    Scope.ACT: "签收、联系、填报进展、上传附件、导入结果包",
    Scope.SUBMIT: "提交办结、申请退单和延期（审核人的操作）",
}


class TokenRefused(Unauthenticated):
    code, text = "token.refused", "接口令牌无效、已过期或已撤销"


def issue(uow: UnitOfWork, *, name: str, scopes: frozenset[Scope], days: int) -> tuple[ApiToken, str]:
    """A new token of the own unit; its text is answered once and stored nowhere."""
    require(uow.actor, Permission.TOKEN_MANAGE)
    if uow.actor.unit_id is None:
        raise Invalid([{"field": "unit_id", "reason": "账号没有所属单位"}])
    problems = []
    if not scopes:
        problems.append({"field": "scopes", "reason": "至少选择一项"})
    if not 1 <= days <= MOST_DAYS:
        problems.append({"field": "days", "reason": f"有效期为 1 至 {MOST_DAYS} 天"})
    if len([row for row in own(uow) if row.revoked_at is None]) >= MOST_LIVE:
        problems.append({"field": "name", "reason": f"最多 {MOST_LIVE} 个，请先撤销不用的"})
    if problems:
        raise Invalid(problems)
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        token_hash=uow.vault.digest("api_token", text),
        name=name,
        unit_id=uow.actor.unit_id,
        scopes=sorted(scopes),
        created_by_id=uow.actor.user_id,
        created_at=uow.now,
        expires_at=uow.now + timedelta(days=days),
    )
    uow.session.add(row)
    uow.session.flush()  # the audit row names the id
    uow.audit(f"token:{row.id}", "issue", name=name, scopes=sorted(scopes), expires_at=row.expires_at)
    return row, text


def own(uow: UnitOfWork) -> list[ApiToken]:
    """Tokens of the own unit, the newest first."""
    require(uow.actor, Permission.TOKEN_MANAGE)
    mine = select(ApiToken).where(ApiToken.unit_id == uow.actor.unit_id).order_by(ApiToken.id.desc())
    return list(uow.session.scalars(mine.limit(200)))


def revoke(uow: UnitOfWork, token_id: int) -> ApiToken:
    require(uow.actor, Permission.TOKEN_MANAGE)
    row = uow.session.get(ApiToken, token_id, with_for_update=True)
    if row is None or row.unit_id != uow.actor.unit_id:
        raise NotFound()
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.audit(f"token:{row.id}", "revoke", name=row.name)
    return row


def holder(uow: UnitOfWork, text: str) -> tuple[Actor, frozenset[Scope]]:
    """Who acts by this token, and what for; notes its use at most once a minute."""
    row = uow.session.scalar(
        select(ApiToken).where(ApiToken.token_hash == uow.vault.digest("api_token", text))
    )
    if row is None or not _alive(row, uow.now):
        raise TokenRefused()
    maker = uow.session.get(User, row.created_by_id)
    if maker is None or maker.disabled_at is not None or maker.unit_id != row.unit_id:
        raise TokenRefused()
    if Permission.TOKEN_MANAGE not in _permissions(maker):
        raise TokenRefused()
    if row.used_at is None or uow.now - row.used_at > USED_EVERY:
        row.used_at, row.used_ip = uow.now, uow.actor.ip
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return (
        Actor(
            user_id=maker.id,
            name=f"接口“{row.name}”",
            roles=frozenset({Role.UNIT_CLERK} | ({Role.UNIT_HEAD} if Scope.SUBMIT in scopes else set())),
            unit_id=row.unit_id,
            unit_ids=with_units_below(uow.session, row.unit_id),
            ip=uow.actor.ip,
        ),
        scopes,
    )


def _alive(row: ApiToken, now: datetime) -> bool:
    return row.revoked_at is None and now < row.expires_at


def _permissions(user: User) -> frozenset[Permission]:
    roles = frozenset(Role(role) for role in user.roles) & UNIT_ROLES
    return Actor(name=user.name, roles=roles).permissions
