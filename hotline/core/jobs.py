"""Locks between processes: who may run a periodic job, which process is alive."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def alone(session: Session, job: str) -> bool:
    """Whether this transaction is the only one now running `job`; the lock goes with the transaction."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(job, 0)))))
