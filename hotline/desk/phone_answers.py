"""What a telephone has to be told by the rest of the house: working days, and how a case stands, in prompts.

Reached by the SIP workers by its name (`telephony.worker_main`); words are names of `telephony/prompts/texts.toml`.
"""

from collections.abc import Iterator
from datetime import date

from dispatch import citizen, deadlines
from dispatch.models_case import Case
from dispatch.status import CaseStatus, ClockName
from hotline.core.clock import local_date
from hotline.core.errors import DomainError
from hotline.core.uow import UnitOfWork
from telephony.prompts.book import number_words

STAGES: dict[CaseStatus, str] = {
    CaseStatus.DRAFT: "stage_review",
    CaseStatus.PENDING_REVIEW: "stage_review",
    CaseStatus.NEED_MORE: "stage_review",
    CaseStatus.PENDING_DISPATCH: "stage_dispatch",
    CaseStatus.PENDING_SIGN: "stage_dispatch",
    CaseStatus.RETURN_REVIEW: "stage_dispatch",
    CaseStatus.DISPUTE: "stage_dispatch",
    CaseStatus.HANDLING: "stage_handling",
    CaseStatus.SUSPENDED: "stage_handling",
    CaseStatus.REWORK: "stage_handling",
    CaseStatus.SUBMITTED: "stage_checking",
    CaseStatus.FOLLOW_UP: "stage_checking",
    CaseStatus.DIRECT_CLOSED: "stage_closed",
    CaseStatus.CLOSED: "stage_closed",
    CaseStatus.ARCHIVED: "stage_closed",
    CaseStatus.NOT_ACCEPTED: "stage_not_accepted",
}


def is_workday(uow: UnitOfWork, on: date) -> bool:
    return deadlines.book_of(uow.session).calendar.is_workday(on)


def progress(uow: UnitOfWork, digits: str, query_code: str, caller: bytes | None) -> tuple[str, ...] | None:
    """How the case stands and until when an answer is expected; None where number and code do not fit. `caller` is
    the keyed hash of the number that calls: who guesses by telephone waits, and nobody else."""
    source = f"tel:{caller.hex()}" if caller else None
    found = citizen.find(uow, uow.settings.number_prefix + digits, query_code, source=source)
    if isinstance(found, DomainError):
        return None
    leading = uow.session.get_one(Case, found.lead_case_id) if found.lead_case_id else found
    return (STAGES.get(leading.status, "stage_other"), *_until(uow, leading))


def _until(uow: UnitOfWork, case: Case) -> Iterator[str]:
    """The latest day on which an answer is due."""
    due = [
        row.due_at
        for row in deadlines.open_deadlines(uow.session, case.id)
        if row.clock is ClockName.HANDLE and row.due_at is not None
    ]
    if not due:
        return
    day = local_date(max(due))
    yield "expected_before"
    yield from number_words(day.month)
    yield "month"
    yield from number_words(day.day)
    yield from ("day", "expected_after")
