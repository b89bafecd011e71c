"""Lists that forms choose from, for everybody signed in."""

from functools import cache

from flask import Response
from pydantic import Field
from sqlalchemy import select

from dispatch import status as words
from dispatch.models import Category
from hotline.accounts.models import Area, Unit
from hotline.core.identity import ROLE_LABELS, Role
from web.api.schemas import Choice, Choices, Outgoing, reply
from web.api.wiring import resource
from web.edge import STAFF, open_uow, opens_to

bp = resource("lookups", "下拉选项")


class FoundByInitials(Choice):
    initials: str = Field(description="pinyin initials of the name, by which people search")


class CategoryChoice(FoundByInitials):
    parent_code: str | None
    level: int
    keywords: list[str]
    default_urgency: str
    case_types: list[str]
    leaf: bool


class Categories(Outgoing):
    items: list[CategoryChoice]


class UnitChoice(FoundByInitials):
    id: int
    short_name: str
    kind: str
    level: int
    parent_id: int | None
    phone: str | None


class Units(Outgoing):
    items: list[UnitChoice]


class AreaChoice(FoundByInitials):
    level: str
    parent_code: str | None
    aliases: list[str]
    path: str = Field(description="name with the areas above it")


class Areas(Outgoing):
    items: list[AreaChoice]


class WordLists(Outgoing):
    """Every closed list of the case form by its name."""

    lists: dict[str, list[Choice]]


WORDS: dict[str, type[words.Labelled]] = {
    "case_types": words.CaseType,
    "urgencies": words.Urgency,
    "difficulties": words.Difficulty,
    "secrecy_levels": words.Secrecy,
    "channels": words.Channel,
    "caller_kinds": words.CallerKind,
    "statuses": words.CaseStatus,
    "satisfactions": words.Satisfaction,
    "solved": words.Solved,
    "refusal_codes": words.RefusalCode,
}


@cache
def initials(name: str) -> str:
    """`住建局` → `zjj`."""
    # Imported at the first need: its phrases are 60 MB that an idle house does not have to hold.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


@bp.get("/lookups/categories", responses={200: Categories})
@opens_to(STAFF)
def categories() -> Response:
    """The class tree, from the top down."""
    with open_uow() as uow:
        rows = list(uow.session.scalars(select(Category).where(Category.active).order_by(Category.code)))
    parents = {row.parent_code for row in rows}
    items = [
        CategoryChoice(
            code=row.code,
            name=row.name,
            initials=initials(row.name),
            parent_code=row.parent_code,
            level=row.level,
            keywords=row.keywords,
            default_urgency=row.default_urgency,
            case_types=row.case_types,
            leaf=row.code not in parents,
        )
        for row in rows
    ]
    return reply(Categories(items=items))


@bp.get("/lookups/units", responses={200: Units})
@opens_to(STAFF)
def units() -> Response:
    """Every unit that is not closed."""
    with open_uow() as uow:
        rows = uow.session.scalars(select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.level, Unit.id))
        return reply(Units(items=[unit_choice(row) for row in rows]))


def unit_choice(unit: Unit) -> UnitChoice:
    return UnitChoice(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        initials=initials(unit.short_name),
        short_name=unit.short_name,
        kind=unit.kind,
        level=unit.level,
        parent_id=unit.parent_id,
        phone=unit.phone,
    )


@bp.get("/lookups/areas", responses={200: Areas})
@opens_to(STAFF)
def areas() -> Response:
    """Places from the county down to villages and communities."""
    with open_uow() as uow:
        rows = {row.code: row for row in uow.session.scalars(select(Area).order_by(Area.code))}
    return reply(Areas(items=[area_choice(row, rows) for row in rows.values()]))


def area_choice(area: Area, by_code: dict[str, Area]) -> AreaChoice:
    names, above = [area.name], by_code.get(area.parent_code or "")
    while above is not None:
        names.append(above.name)
        above = by_code.get(above.parent_code or "")
    return AreaChoice(
        code=area.code,
        name=area.name,
        initials=initials(area.name),
        level=area.level,
        parent_code=area.parent_code,
        aliases=area.aliases,
        path=" ".join(reversed(names)),
    )


def choices(kind: type[words.Labelled]) -> list[Choice]:
    return [Choice(code=word.value, name=word.label) for word in kind]


@bp.get("/lookups/words", responses={200: WordLists})
@opens_to(STAFF)
def word_lists() -> Response:
    """All closed lists at once."""
    return reply(WordLists(lists={name: choices(kind) for name, kind in WORDS.items()}))


@bp.get("/lookups/roles", responses={200: Choices})
@opens_to(STAFF)
def roles() -> Response:
    return reply(Choices(items=[Choice(code=role, name=ROLE_LABELS[role]) for role in Role]))


class RefusalChoice(Choice):
    route: str


class RefusalCodes(Outgoing):
    items: list[RefusalChoice]


@bp.get("/lookups/refusal_codes", responses={200: RefusalCodes})
@opens_to(STAFF)
def refusal_codes() -> Response:
    """Why a matter is not accepted, each with the legal route that the citizen is told."""
    items = [
        RefusalChoice(code=code.value, name=code.label, route=words.REFUSAL_ROUTES[code])
        for code in words.RefusalCode
    ]
    return reply(RefusalCodes(items=items))
