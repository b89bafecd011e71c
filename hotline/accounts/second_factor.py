"""A one-time code beside the password (TOTP, RFC 6238): turned on by anybody, demanded of units by a setting.

A code opens once: the last accepted step is kept, so that a code read over a shoulder is worth nothing. Wrong codes
count like wrong passwords (GB/T 22239 level 3, 8.1.4.1 d: two kinds of proof).
"""

import hmac
from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from hotline.accounts import login
from hotline.accounts.models import User
from hotline.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from hotline.core.identity import UNIT_ROLES, Actor, Permission, require
from hotline.core.privacy import Vault
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork

ISSUER = "12345 热线"
STEP_S = 30
AROUND = (0, -1, 1)
"""A clock half a minute off is forgiven."""


class CodeNeeded(DomainError):
    code, status, text = "auth.code_needed", 401, "请输入验证器上的 6 位动态码"


class CodeRefused(DomainError):
    code, status, text = "auth.code_refused", 401, "动态码不对或已用过，请等下一个码再试"


class EnrolmentMissing(NotAllowed):
    code, text = "auth.second_factor_missing", "本单位须使用动态码登录，请先到“账号安全”绑定验证器"


class AlreadyOn(Conflict):
    code, text = "auth.second_factor_on", "已绑定验证器；更换手机请先解除绑定"


class Demanded(NotAllowed):
    code, text = "auth.second_factor_demanded", "本单位须使用动态码，不能自行解除；更换手机请联系系统管理员"


def demanded_of(settings: Settings, actor: Actor) -> bool:
    return settings.unit_second_factor and actor.has(*UNIT_ROLES)


def require_enrolled(session: Session, user_id: int | None) -> None:
    """For people of whom it is demanded: before the binding nothing else opens."""
    user = session.get(User, user_id) if user_id else None
    if user is None or user.totp_since is None:
        raise EnrolmentMissing()


def check_sign_in(vault: Vault, user: User, given: str | None, now: datetime) -> User | DomainError:
    """The user whose password was right, or why the code does not open; to be raised after the commit."""
    if user.totp_since is None:
        return user
    if not given:
        return CodeNeeded()
    if not _accept(vault, user, given, now):
        login.note_failure(user, now)
        return CodeRefused()
    user.failed_logins, user.locked_until = 0, None
    return user


def begin(uow: UnitOfWork) -> tuple[str, str]:
    """A new secret and its address for an authenticator; it counts only after `confirm`."""
    user = _own(uow)
    if user.totp_since is not None:
        raise AlreadyOn()
    secret = pyotp.random_base32()
    user.totp_secret, user.totp_step = uow.vault.encrypt(secret), None
    return secret, pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def confirm(uow: UnitOfWork, given: str) -> None:
    """The first code proves that the authenticator has the secret."""
    user = _own(uow)
    if user.totp_since is not None:
        raise AlreadyOn()
    if not _accept(uow.vault, user, given, uow.now):
        raise _wrong()
    user.totp_since = uow.now
    uow.audit(f"user:{user.id}", "second_factor_on")


def end(uow: UnitOfWork, given: str) -> None:
    user = _own(uow)
    if demanded_of(uow.settings, uow.actor):
        raise Demanded()
    if not _accept(uow.vault, user, given, uow.now):
        raise _wrong()
    _clear(uow, user, "second_factor_off")


def reset(uow: UnitOfWork, user_id: int, reason: str) -> None:
    """For somebody whose telephone is lost; the reason stays on record."""
    require(uow.actor, Permission.USER_MANAGE)
    user = uow.session.get(User, user_id)
    if user is None:
        raise NotFound()
    _clear(uow, user, "second_factor_reset", reason=reason)


def _clear(uow: UnitOfWork, user: User, action: str, **details: str) -> None:
    user.totp_secret = user.totp_since = user.totp_step = None
    uow.audit(f"user:{user.id}", action, **details)


def _own(uow: UnitOfWork) -> User:
    return uow.session.get_one(User, uow.actor.user_id, with_for_update=True)


def _accept(vault: Vault, user: User, given: str, now: datetime) -> bool:
    """Whether the code is one of the steps around now that has not opened before; notes the step."""
    if user.totp_secret is None:
        return False
    totp = pyotp.TOTP(vault.decrypt(user.totp_secret))
    here = int(now.timestamp()) // STEP_S
    for step in (here + offset for offset in AROUND):
        fresh = user.totp_step is None or step > user.totp_step
        if fresh and hmac.compare_digest(totp.generate_otp(step).encode(), given.strip().encode()):
            user.totp_step = step
            return True
    return False


def _wrong() -> Invalid:
    return Invalid([{"field": "code", "reason": CodeRefused.text}])
