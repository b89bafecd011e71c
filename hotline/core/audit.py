"""The audit trail: append-only, one hash chain per subject, sealed every night.

A row's hash covers its content and the previous row of the same subject (a single chain would be a lock on every
write). A seal hashes the heads of all chains together, so that a chain cut off at its end is noticed as well.
The hash is keyed: who can write to the database but lacks the secret key cannot forge a chain.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.db import Base, Key, Xid8
from hotline.core.identity import Actor
from hotline.core.privacy import Vault

_ORIGIN = b"\x00" * 32


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    id: Mapped[Key]
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    subject: Mapped[str] = mapped_column(Text(collation="C"))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    roles: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    ip: Mapped[str | None]
    action: Mapped[str]
    details: Mapped[dict[str, Any]]
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("subject", "seq"),
        Index("ix_audit_entry_actor_at", "actor_id", "at"),
        Index("ix_audit_entry_action_at", "action", "at"),
    )


class AuditSeal(Base):
    """`digest` covers the heads of all chains as of the transactions below `horizon`, and the previous seal."""

    __tablename__ = "audit_seal"
    id: Mapped[Key]
    at: Mapped[datetime]
    horizon: Mapped[int] = mapped_column(BigInteger)
    subjects: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


RULES = """
create or replace function refuse_change() returns trigger language plpgsql as
$$ begin raise exception '% is append-only', tg_table_name; end $$;
create trigger audit_entry_append_only before update or delete on audit_entry
for each row execute function refuse_change();
create trigger audit_seal_append_only before update or delete on audit_seal
for each row execute function refuse_change();
create or replace function audit_heads(wanted text[])
returns table (subject text, seq integer, hash bytea) language plpgsql as
$$ begin
  perform pg_advisory_xact_lock(hashtextextended(one, 12345)) from unnest(wanted) one;
  return query select one, head.seq, head.hash from unnest(wanted) one cross join lateral (
    select entry.seq, entry.hash from audit_entry entry where entry.subject = one order by entry.seq desc limit 1
  ) head;
end $$;
"""
event.listen(AuditSeal.__table__, "after_create", DDL(RULES.replace("%", "%%")))  # type: ignore[no-untyped-call]

_HEADS = text("select subject, seq, hash from audit_heads(cast(:subjects as text[]))")
"""Writers of one subject wait here for each other until commit; a function, because it must look after it has waited."""
_UNCHAINED = "audit_unchained"
_BORN = "audit_born"


def write(
    session: Session,
    vault: Vault,
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    action: str,
    details: dict[str, Any],
) -> AuditEntry:
    """Append one row to the subject's chain with the next flush, which knows its place and hash."""
    entry = _entry(actor, now, subject, action, details)
    session.add(entry)
    session.info.setdefault(_UNCHAINED, []).append((vault, entry))
    return entry


def born(session: Session, subject: str) -> None:
    """The subject comes into being in this transaction: its chain begins here, and nobody else can be at it."""
    session.info.setdefault(_BORN, set()).add(subject)


@event.listens_for(Session, "before_flush")
def _chain(session: Session, *_: Any) -> None:
    """Give the waiting entries their place in their chains, all in one look at the heads."""
    waiting: list[tuple[Vault, AuditEntry]] = session.info.pop(_UNCHAINED, [])
    if not waiting:
        return
    heads = _heads_of(session, {entry.subject for _, entry in waiting})
    for vault, entry in waiting:
        seq, previous = heads.get(entry.subject, (0, _ORIGIN))
        entry.seq = seq + 1
        entry.hash = _hash(vault.key("audit"), previous, entry)
        heads[entry.subject] = (entry.seq, entry.hash)


def _heads_of(session: Session, subjects: set[str]) -> dict[str, tuple[int, bytes]]:
    known = subjects - session.info.pop(_BORN, set())
    if not known:
        return {}
    # Sorted, so that two units of work never wait for each other crosswise.
    rows = session.execute(_HEADS, {"subjects": sorted(known)})
    return {row.subject: (row.seq, row.hash) for row in rows}


def _entry(actor: Actor, now: datetime, subject: str, action: str, details: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        subject=subject,
        # As the database will give it back: the hash must not depend on the zone it was said in.
        at=now.astimezone(UTC),
        actor_id=actor.user_id,
        actor_name=actor.name,
        roles=",".join(sorted(actor.roles)),
        unit_id=actor.unit_id,
        ip=actor.ip,
        action=action,
        # Floats as text: the database may spell them differently than they were hashed.
        details=json.loads(json.dumps(details, default=str), parse_float=str),
    )


def _hash(key: bytes, previous: bytes, entry: AuditEntry) -> bytes:
    content = [
        entry.subject, entry.seq, entry.at.isoformat(), entry.actor_id, entry.actor_name, entry.roles, entry.unit_id,
        entry.ip, entry.action, entry.details,
    ]  # fmt: skip
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key, previous + body.encode(), "sha256")


@dataclass(frozen=True)
class Breach:
    """Where a chain does not hold: `seq` is the first row that is wrong, or 0 for a whole seal."""

    subject: str
    seq: int
    reason: str


def verify(session: Session, vault: Vault) -> Iterator[Breach]:
    """Every breach of every chain and seal; nothing is yielded for a whole trail."""
    key = vault.key("audit")
    subject, seq, previous, broken = "", 0, _ORIGIN, False
    rows = select(AuditEntry).order_by(AuditEntry.subject, AuditEntry.seq).execution_options(yield_per=1000)
    for entry in session.scalars(rows):
        if entry.subject != subject:
            subject, seq, previous, broken = entry.subject, 0, _ORIGIN, False
        if broken:
            continue
        if entry.seq != seq + 1:
            broken = True
            yield Breach(subject, seq + 1, "缺少记录")
        elif not hmac.compare_digest(entry.hash, _hash(key, previous, entry)):
            broken = True
            yield Breach(subject, entry.seq, "内容被改动")
        seq, previous = entry.seq, entry.hash
    before = _ORIGIN
    for seal in session.scalars(select(AuditSeal).order_by(AuditSeal.id)):
        _, digest = _heads(session, key, before, seal.horizon)
        if not hmac.compare_digest(seal.digest, digest):
            yield Breach(f"seal:{seal.id}", 0, "封存后有审计链被截断或改动")
        before = seal.digest


def seal(session: Session, vault: Vault, now: datetime) -> AuditSeal:
    """Hash the heads of all chains together with the previous seal."""
    horizon = session.scalar(select(text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))) or 0
    before = session.scalar(select(AuditSeal.digest).order_by(AuditSeal.id.desc()).limit(1)) or _ORIGIN
    subjects, digest = _heads(session, vault.key("audit"), before, horizon)
    row = AuditSeal(at=now, horizon=horizon, subjects=subjects, digest=digest)
    session.add(row)
    return row


def _heads(session: Session, key: bytes, before: bytes, horizon: int) -> tuple[int, bytes]:
    heads = session.execute(
        text(
            "select distinct on (subject) subject, seq, hash from audit_entry"
            " where xid < cast(cast(:horizon as text) as xid8) order by subject, seq desc"
        ),
        {"horizon": str(horizon)},
        execution_options={"yield_per": 1000},
    )
    digest, count = hmac.new(key, before, "sha256"), 0
    for subject, seq, chain_hash in heads:
        digest.update(f"{subject}:{seq}:".encode() + bytes(chain_hash))
        count += 1
    return count, digest.digest()
