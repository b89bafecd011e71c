"""Loading the demo house from its data files: lists, accounts, cases, knowledge. Refused in production.

A list is loaded only where its table is empty, so that what a visitor changed stays; a second run does nothing.
"""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dispatch import imports as catalogue
from dispatch.models import CalendarDay, Case, Category, LimitRule, LimitTemplate, RoutingRow, TownshipDuty
from hotline.accounts import imports
from hotline.accounts.imports import Listing
from hotline.accounts.models import Area, Unit
from hotline.core.errors import DomainError
from hotline.core.settings import Mode
from hotline.core.uow import UnitOfWork
from hotline.demo import knowledge, people, stories
from hotline.knowledge.models import Article

DATA = Path(__file__).parent
VALID_FROM = date(2024, 1, 1)
"""Before the first day of the calendar file, so that every demo case finds its rules."""

LISTS: tuple[tuple[Listing, Any], ...] = (
    (imports.AREAS, Area.code),
    (imports.UNITS, Unit.id),
    (catalogue.CATEGORIES, Category.code),
    (catalogue.TOWNSHIP_DUTIES, TownshipDuty.category_code),
    (catalogue.ROUTING, RoutingRow.id),
    (catalogue.LIMITS, LimitRule.id),
    (catalogue.CALENDAR, CalendarDay.on),
)


class NoDemoInProduction(DomainError):
    code, status, text = "demo.refused", 409, "生产模式不能装入演示数据"


def seed(uow: UnitOfWork, data_dir: Path = DATA) -> None:
    """Make the demo house, or what is still missing of it."""
    if uow.settings.mode is Mode.PRODUCTION:
        raise NoDemoInProduction()
    for listing, column in LISTS:
        if uow.session.scalar(select(column).limit(1)) is None:
            data = (data_dir / f"{listing.name}.csv").read_bytes()
            imports.load(uow, listing, data, valid_from=VALID_FROM)
    _choose_template(uow)
    people.add_missing(uow)
    if uow.session.scalar(select(Case.id).limit(1)) is None:
        stories.tell(uow, data_dir / "stories.csv")
    if uow.session.scalar(select(Article.id).limit(1)) is None:
        knowledge.publish(uow, data_dir / "knowledge.csv")


def _choose_template(uow: UnitOfWork) -> None:
    """The county template, unless somebody chose one."""
    if uow.session.scalar(select(LimitTemplate.name).where(LimitTemplate.active)) is None:
        uow.session.get_one(LimitTemplate, "county").active = True
        uow.session.flush()
