"""What every guard module needs: the common ancestor of refusals, and figures that several rules share."""

from hotline.core.errors import DomainError

MAX_HOPS = 3
CLOSE_AFTER_ATTEMPTS = 3
REOPEN_DAYS = 15
QA_WORKING_DAYS = 3
CONFIDENT = 0.85
UNITS_BEFORE_ESCALATION = 3
REWORKS_BEFORE_ORDER, REWORKS_BEFORE_ESCALATION = 2, 3
FALSE_REPORTS = 2
EVIDENCE_KINDS = ("evidence", "photo", "document", "recording")


class Refused(DomainError):
    status = 409
