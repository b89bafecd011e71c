"""Signing in and out: passwords, sessions, account lock.

A session is a row; the browser holds its token in a cookie. Five wrong passwords lock an account for 15 minutes
(GB/T 22239 level 3, 8.1.4.1 b: limit failed sign-ins and end idle sessions).
"""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hotline.accounts.models import User, UserSession
from hotline.accounts.units import with_units_below
from hotline.core.errors import DomainError, Invalid, NotFound, Unauthenticated
from hotline.core.identity import UNIT_ROLES, Actor, Permission, Role, require
from hotline.core.privacy import Vault
from hotline.core.uow import UnitOfWork

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
SESSION = timedelta(hours=12)
IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
MIN_PASSWORD = 10

hasher = PasswordHasher()
# Checked for unknown names, so that a wrong name takes as long as a wrong password.
_NOBODY = hasher.hash(secrets.token_urlsafe(16))


class WrongPassword(DomainError):
    code, status, text = "auth.wrong_password", 401, "用户名或密码不正确"


class AccountLocked(DomainError):
    code, status, text = (
        "auth.locked",
        423,
        "密码错误次数过多，账号已锁定，请 {minutes} 分钟后再试或联系系统管理员",
    )


class SessionExpired(Unauthenticated):
    code, text = "auth.session_expired", "登录已过期，请重新登录；您填写的内容已保留"


def check_password(
    session: Session, username: str, password: str, now: datetime
) -> User | AccountLocked | WrongPassword:
    """The user, or the reason why not, noted on the account.

    Answers the reason instead of raising it: the caller commits the failure count before refusing.
    """
    user = session.scalar(select(User).where(User.username == username).with_for_update())
    if user is not None and user.locked_until is not None and user.locked_until > now:
        return AccountLocked(minutes=-(-int((user.locked_until - now).total_seconds()) // 60))
    right = _matches(user.password_hash if user else _NOBODY, password)
    if user is None or user.disabled_at is not None:
        return WrongPassword()
    if not right:
        note_failure(user, now)
        return WrongPassword()
    # With a second factor the count ends with the right code, or codes could be guessed without end.
    if user.totp_since is None:
        user.failed_logins, user.locked_until = 0, None
    if hasher.check_needs_rehash(user.password_hash):
        user.password_hash = hasher.hash(password)
    return user


def note_failure(user: User, now: datetime) -> None:
    user.failed_logins += 1
    if user.failed_logins >= MAX_FAILURES:
        user.failed_logins, user.locked_until = 0, now + LOCK


def _matches(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_in(uow: UnitOfWork, user: User, *, user_agent: str | None) -> str:
    """Open a session and answer its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    uow.session.add(
        UserSession(
            token_hash=uow.vault.digest("session", token),
            user_id=user.id,
            created_at=uow.now,
            seen_at=uow.now,
            expires_at=uow.now + SESSION,
            ip=uow.actor.ip,
            user_agent=(user_agent or "")[:300],
        )
    )
    uow.audit(f"user:{user.id}", "sign_in", ip=uow.actor.ip)
    return token


def find_session(uow: UnitOfWork, token: str) -> UserSession:
    """The live session of a token; its `seen_at` is moved at most once a minute."""
    row = uow.session.scalar(
        select(UserSession).where(UserSession.token_hash == uow.vault.digest("session", token))
    )
    if row is None or row.revoked_at is not None or row.user.disabled_at is not None:
        raise SessionExpired()
    if uow.now >= row.expires_at or uow.now - row.seen_at > IDLE:
        raise SessionExpired()
    if uow.now - row.seen_at > SEEN_EVERY:
        row.seen_at = uow.now
    return row


_users, _sessions = User.__table__.c, UserSession.__table__.c
_SEEN_LATELY = (
    select(_users.id, _users.name, _users.roles, _users.unit_id)
    .join_from(User.__table__, UserSession.__table__, _sessions.user_id == _users.id)
    .where(
        _sessions.token_hash == bindparam("token_hash"),
        _sessions.revoked_at.is_(None),
        _sessions.expires_at > bindparam("now"),
        _sessions.seen_at >= bindparam("recently"),
        _users.disabled_at.is_(None),
    )
)


def seen_lately(session: Session, vault: Vault, token: str, now: datetime, ip: str | None) -> Actor | None:
    """Who holds a live session whose `seen_at` need not move yet: one look, for the many requests between two moves."""
    found = session.execute(
        _SEEN_LATELY,
        {"token_hash": vault.digest("session", token), "now": now, "recently": now - SEEN_EVERY},
    ).first()
    return found and _actor(session, found.id, found.name, found.roles, found.unit_id, ip)


def still_open(uow: UnitOfWork, tokens: set[str]) -> set[str]:
    """Those of the tokens whose session has not ended; for lines that stay open without requests."""
    by_hash = {uow.vault.digest("session", token): token for token in tokens}
    live = uow.session.scalars(
        select(UserSession.token_hash).where(
            UserSession.token_hash.in_(by_hash),
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > uow.now,
            UserSession.seen_at >= uow.now - IDLE,
            UserSession.user.has(User.disabled_at.is_(None)),
        )
    )
    return {by_hash[bytes(token_hash)] for token_hash in live}


def note_activity(uow: UnitOfWork, tokens: set[str]) -> None:
    """Being there counts as activity, for those whose work is to wait; ended and expired sessions stay so."""
    hashes = [uow.vault.digest("session", token) for token in tokens]
    uow.session.execute(
        update(UserSession)
        .where(
            UserSession.token_hash.in_(hashes),
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > uow.now,
            UserSession.seen_at.between(uow.now - IDLE, uow.now - SEEN_EVERY),
        )
        .values(seen_at=uow.now)
    )


def actor_of(session: Session, user: User, ip: str | None) -> Actor:
    return _actor(session, user.id, user.name, user.roles, user.unit_id, ip)


def _actor(
    session: Session, user_id: int, name: str, role_names: list[str], unit_id: int | None, ip: str | None
) -> Actor:
    roles = frozenset(Role(role) for role in role_names)
    unit_ids = frozenset[int]()
    if unit_id is not None and roles & UNIT_ROLES:
        unit_ids = with_units_below(session, unit_id)
    return Actor(user_id=user_id, name=name, roles=roles, unit_id=unit_id, unit_ids=unit_ids, ip=ip)


def sign_out(uow: UnitOfWork, token: str) -> None:
    row = uow.session.scalar(
        select(UserSession).where(UserSession.token_hash == uow.vault.digest("session", token))
    )
    if row is not None and row.revoked_at is None:
        row.revoked_at = uow.now
        uow.audit(f"user:{row.user_id}", "sign_out")


def open_sessions(uow: UnitOfWork, user_id: int | None) -> list[UserSession]:
    """Sessions that still open something, the latest used first."""
    live = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > uow.now,
            UserSession.seen_at >= uow.now - IDLE,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    )
    return list(uow.session.scalars(live))


def end_own_session(uow: UnitOfWork, session_id: int) -> None:
    row = uow.session.get(UserSession, session_id)
    if row is None or row.user_id != uow.actor.user_id:
        raise NotFound()
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.audit(f"user:{row.user_id}", "end_session", session_id=row.id)


def change_password(uow: UnitOfWork, *, old: str, new: str, keep: str) -> None:
    """A new password for oneself; every session but the one of the token `keep` ends."""
    user = uow.session.get_one(User, uow.actor.user_id, with_for_update=True)
    problems = []
    if not _matches(user.password_hash, old):
        problems.append({"field": "old", "reason": "原密码不对"})
    if len(new) < MIN_PASSWORD:
        problems.append({"field": "new", "reason": f"密码至少 {MIN_PASSWORD} 位"})
    elif new == old or user.username.casefold() in new.casefold():
        problems.append({"field": "new", "reason": "不能与原密码相同，也不能包含账号"})
    if problems:
        raise Invalid(problems)
    user.password_hash = hasher.hash(new)
    others = update(UserSession).where(
        UserSession.user_id == user.id,
        UserSession.revoked_at.is_(None),
        UserSession.token_hash != uow.vault.digest("session", keep),
    )
    uow.session.execute(others.values(revoked_at=uow.now))
    uow.audit(f"user:{user.id}", "change_password")


def revoke_sessions(uow: UnitOfWork, user_id: int, reason: str) -> int:
    """End every session of a user at once; answers how many there were."""
    require(uow.actor, Permission.SESSION_REVOKE)
    live = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    count = uow.session.execute(live.values(revoked_at=uow.now)).rowcount  # type: ignore[attr-defined]
    uow.audit(f"user:{user_id}", "revoke_sessions", reason=reason, count=count)
    return int(count)


def add_user(
    uow: UnitOfWork,
    *,
    username: str,
    name: str,
    password: str,
    roles: frozenset[Role],
    unit_id: int | None = None,
    work_no: str | None = None,
    team: str | None = None,
) -> User:
    """Add a person who may sign in; a person of a unit needs its unit."""
    require(uow.actor, Permission.USER_MANAGE)
    problems = []
    if len(password) < MIN_PASSWORD:
        problems.append({"field": "password", "reason": f"密码至少 {MIN_PASSWORD} 位"})
    if uow.session.scalar(select(User.id).where(User.username == username)) is not None:
        problems.append({"field": "username", "reason": "用户名已存在"})
    if roles & UNIT_ROLES and unit_id is None:
        problems.append({"field": "unit_id", "reason": "承办单位人员必须选择所属单位"})
    if {Role.ADMIN, Role.SECURITY} <= roles:
        problems.append({"field": "roles", "reason": "系统管理员与安全审计员不得由同一人担任"})
    if problems:
        raise Invalid(problems)
    user = User(
        username=username,
        name=name,
        password_hash=hasher.hash(password),
        roles=sorted(roles),
        unit_id=unit_id,
        work_no=work_no,
        team=team,
        failed_logins=0,
        created_at=uow.now,
    )
    uow.session.add(user)
    # The audit row names the id.
    uow.session.flush()
    uow.audit(f"user:{user.id}", "add_user", username=username, roles=sorted(roles))
    return user
