"""Tables of people, units and places: who works here, for which office, and where in the city things are."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.core.db import Base, Key


class Unit(Base):
    """An office that cases are dispatched to (department, township) or that runs the hotline (centre, office).

    `level` 1 is a unit of the city, 2 and 3 are below it. A unit that was renamed, split or merged stays, with
    `closed_on` and the unit that took over, so that its history keeps its meaning.
    """

    __tablename__ = "unit"
    id: Mapped[Key]
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str]
    level: Mapped[int] = mapped_column(Integer, default=1)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    phone: Mapped[str | None]
    duties: Mapped[str] = mapped_column(Text, default="")
    closed_on: Mapped[date | None] = mapped_column(Date)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class Area(Base):
    """A county, township or village by its code; `aliases` are the names that callers use."""

    __tablename__ = "area"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class User(Base):
    """A person who signs in. `locked_until`: set by failed sign-ins (`accounts.login`).

    A secret without `totp_since` waits for its first code; `totp_step` is the last step that opened.
    """

    __tablename__ = "app_user"
    id: Mapped[Key]
    username: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str]
    work_no: Mapped[str | None] = mapped_column(Text, unique=True)
    password_hash: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    team: Mapped[str | None]
    mobile: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    disabled_at: Mapped[datetime | None]
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])


class UserSession(Base):
    """One signed-in browser; only a keyed hash of its token is stored, so that the table opens no session."""

    __tablename__ = "user_session"
    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (Index("ix_user_session_user_id", "user_id"),)


class ApiToken(Base):
    """A token of a unit's own system (`accounts.tokens`); only a keyed hash of it is stored."""

    __tablename__ = "api_token"
    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    used_ip: Mapped[str | None]
