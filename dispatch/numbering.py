"""The id and the number of a new case, known before it is written, so that all of it is written at once."""

from dispatch.models_case import Case
from hotline.core import numbers
from hotline.core.clock import local_date
from hotline.core.uow import UnitOfWork


def give_number(uow: UnitOfWork, case: Case) -> None:
    day = local_date(uow.now)
    case.id, number = numbers.draw(uow.session, Case.__tablename__, day)
    case.case_no = numbers.case_no(uow.settings.number_prefix, day, number)
