"""A city's worth of cases for benches: `fill(house, 1_000_000)` copies them into the tables of a seeded demo house.

Texts, classes and units are those of the demo house, so that searches meet rare and common words; clocks are reckoned
by the house's own calendar. Of a million cases 420,000 are with units or wait at the hotline, the others are over;
about a million clocks run, all of their next steps at least an hour away. Minutes for a million: indexes come last.
"""

import csv
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import psycopg
from rich.progress import track
from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateIndex

from dispatch import search, steps
from dispatch.clocks import due as due_of
from dispatch.deadlines import book_of
from dispatch.limits import parse
from dispatch.models import Assignment, Case, Category, Deadline
from dispatch.status import ClockName
from hotline.accounts.models import Area, Unit, User
from hotline.core import numbers
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.demo.load import DATA

CHUNK = 20_000
OPENED_WITHIN_S = 3600
LATE_DAYS = 9
OTHERS_NUMBERS = 10_000_000
"""Beyond what the house gives out on a day."""
HARD_LIMIT = "30wd"
"""One case in ten is hard: a change of the calendar some weeks away touches only these."""

# Per thousand cases: status, status of the unit's part, the clocks that run.
KINDS: tuple[tuple[int, str, str | None, tuple[str, ...]], ...] = (
    (280, "handling", "handling", ("contact", "handle")),
    (20, "handling", "handling", ("late",)),
    (90, "pending_sign", "pending_sign", ("sign", "contact", "handle")),
    (10, "pending_review", None, ("review",)),
    (10, "pending_dispatch", None, ("dispatch",)),
    (10, "follow_up", "replied", ("follow_up",)),
    (120, "closed", "replied", ("archive",)),
    (460, "archived", "replied", ()),
)
LIMITS = {
    "sign": "4wh", "contact": "1wd", "handle": "5wd", "late": "5wd", "review": "4wh", "dispatch": "4wh",
    "follow_up": "3wd", "archive": "30d",
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One text of the demo house and what the search knows of it."""

    title: str
    facts: str
    category_code: str
    unit_id: int
    urgency: str
    case_type: str
    words: str


def fill(house: House, count: int) -> None:
    with house.sessions() as session:
        made = _Maker(house, session)
    with house.engine.connect() as connection:
        tables = [Case.__table__, Assignment.__table__, Deadline.__table__]
        indexes = _drop_indexes(connection, tables)
        raw: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        for first in track(range(1, count + 1, CHUNK), "cases"):
            made.copy(raw, range(first, min(first + CHUNK, count + 1)))
            raw.commit()
        _make_indexes(connection, indexes)
    _settle(house)


class _Maker:
    """Rows of the three tables; one instance per filling, because clocks are reckoned once per minute and limit."""

    def __init__(self, house: House, session: Any) -> None:
        book = book_of(session)
        self.template, self.calendar = book.template, book.calendar
        self.counting = book.counting(self.template)
        self.now = house.clock.now()
        self.prefix = house.settings.number_prefix
        self.random = random.Random(12345)
        units = {code: number for code, number in session.query(Unit.code, Unit.id)}
        self.agents = [number for (number,) in session.query(User.id).filter(User.roles.any("agent"))]
        self.areas = [code for (code,) in session.query(Area.code).order_by(Area.code)]
        known = {code for (code,) in session.query(Category.code)}
        self.stories = list(_stories(units, known))
        self.first = {
            table.name: session.scalar(text(f"select coalesce(max(id), 0) from {table.name}"))
            for table in (Case.__table__, Assignment.__table__, Deadline.__table__)
        }
        self.kinds = [kind for kind in KINDS for _ in range(kind[0])]
        self.clock = cache(self._clock)
        self.part_no = self.first["assignment"]

    def copy(self, raw: psycopg.Connection, cases: Iterable[int]) -> None:
        rows: dict[Any, list[dict[str, Any]]] = {Case: [], Assignment: [], Deadline: []}
        for number in cases:
            self._one(number, rows)
        for model, found in rows.items():
            _copy(raw, model.__table__, found)

    def _one(self, number: int, rows: dict[Any, list[dict[str, Any]]]) -> None:
        _, status, part_status, clocks = self.kinds[self.random.randrange(len(self.kinds))]
        story = self.random.choice(self.stories)
        live = status not in ("closed", "archived")
        age = timedelta(
            seconds=self.random.randrange(OPENED_WITHIN_S) if live else self.random.randrange(31536000)
        )
        if clocks == ("late",):
            age += timedelta(days=LATE_DAYS)
        at = (self.now - age).replace(second=0, microsecond=0)
        case_id = self.first["hotline_case"] + number
        rows[Case].append(self._case(case_id, number, status, story, at))
        part_id = None
        if part_status is not None:
            self.part_no += 1
            part_id = self.part_no
            rows[Assignment].append(self._part(part_id, case_id, part_status, story, at))
        hard = number % 10 == 0
        for clock in clocks:
            limit = HARD_LIMIT if hard and clock == "handle" else LIMITS[clock]
            started = self.now.replace(second=0, microsecond=0) if clock == "archive" else at
            own = part_id if clock in ("sign", "contact", "handle", "late") else None
            rows[Deadline].append(
                {"case_id": case_id, "assignment_id": own, **self.clock(clock, limit, started)}
            )

    def _case(self, case_id: int, number: int, status: str, story: Story, at: datetime) -> dict[str, Any]:
        place = f"{number % 5000} 号"
        case_no = numbers.case_no(self.prefix, at.date(), OTHERS_NUMBERS + number)
        over = at + timedelta(days=4) if status in ("closed", "archived") else None
        return {
            "id": case_id, "status": status, "version": 3, "case_no": case_no, "agent_id": self.agents[number % len(self.agents)],
            "secrecy_asked": True, "case_type": story.case_type, "category_code": story.category_code,
            "title": story.title, "facts": story.facts, "demand": story.title, "address": place,
            "area_code": self.areas[number % len(self.areas)], "urgency": story.urgency, "created_at": at, "updated_at": at,
            "accepted_at": at, "first_dispatched_at": at, "closed_at": over, "hop_count": 1,
            "caller_no_hash": b"%031x" % (number % 400_000), "query_salt": b"%015x" % number,
            "search": f"'{case_no.lower()}' '{number % 5000}' {story.words}",
        }  # fmt: skip

    def _part(self, part_id: int, case_id: int, status: str, story: Story, at: datetime) -> dict[str, Any]:
        return {
            "id": part_id, "case_id": case_id, "unit_id": story.unit_id, "role": "lead", "status": status, "hop": 1,
            "dispatched_at": at, "round_started_at": at, "sign_limit": "4wh", "contact_limit": "1wd",
            "handle_limit": "5wd", "extensions_allowed": 1, "extension_limit": "5wd", "returns_allowed": 1,
        }  # fmt: skip

    def _clock(self, name: str, limit: str, started: datetime) -> dict[str, Any]:
        """A running clock as the house would have it now: due instant, steps that have fired, the next one."""
        clock = ClockName.HANDLE if name == "late" else ClockName(name)
        due = due_of(parse(limit), started, self.counting, self.calendar)
        term = steps.Term(
            limit=parse(limit), started_at=started, due_at=due, counting=self.counting, calendar=self.calendar
        )
        fired: list[list[str]] = []
        found = steps.next_step(clock, set(), term)
        while found is not None and found[1] <= self.now + timedelta(minutes=1):
            fired.append([found[0], found[1].isoformat()])
            found = steps.next_step(clock, {step for step, _ in fired}, term)
        step, next_at = found or (None, None)
        return {
            "clock": clock.value, "state": "running", "template": self.template, "limit_text": limit,
            "started_at": started, "due_at": due, "original_due_at": due, "steps_fired": fired, "next_step": step,
            "next_at": next_at,
        }  # fmt: skip


def _stories(units: Mapping[str, int], categories: set[str]) -> Iterator[Story]:
    towns = [number for number in units.values()]
    with (DATA / "examples.csv").open(encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if row["category_code"] not in categories:
                continue
            content = f"{row['title']} {row['text']} {row['place']}"
            found = dict.fromkeys((*search.words_of(content), *search.pairs_of(content)))
            words = " ".join(f"'{word}'" for word in found if word.isalnum())
            yield Story(
                row["title"], row["text"], row["category_code"], units.get(row["unit_code"], towns[number % len(towns)]),
                row["urgency"], row["case_type"], words,
            )  # fmt: skip


# -- into the tables


def _copy(raw: psycopg.Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """What a row does not say has the model's own default."""
    if not rows:
        return
    given = list(rows[0])
    others = [column for column in table.columns if column.default is not None and column.name not in given]
    names = ", ".join([*given, *(column.name for column in others)])
    tail = "".join(f"\t{_text(_default(column))}" for column in others) + "\n"
    with raw.cursor() as cursor, cursor.copy(f"copy {table.name} ({names}) from stdin") as copying:
        copying.write("".join("\t".join(map(_text, row.values())) + tail for row in rows))


def _default(column: Any) -> Any:
    given = column.default
    return given.arg(None) if given.is_callable else getattr(given.arg, "value", given.arg)


def _text(value: Any) -> str:
    """A value as COPY reads it."""
    return _WRITERS[type(value)](value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: lambda value: value,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda value: "\\N",
    datetime: cache(lambda value: str(value.isoformat())),
    bytes: lambda value: "\\\\x" + value.hex(),
    list: json.dumps,
    dict: json.dumps,
}


def _drop_indexes(connection: Connection, tables: list[Table]) -> list[Any]:
    """Filling without indexes and making them afterwards takes a third of the time."""
    indexes = [index for table in tables for index in table.indexes]
    for index in indexes:
        connection.execute(text(f'drop index "{index.name}"'))
    connection.commit()
    return indexes


def _make_indexes(connection: Connection, indexes: list[Any]) -> None:
    connection.execute(text("set maintenance_work_mem = '1GB'"))
    for index in track(indexes, "indexes"):
        connection.execute(CreateIndex(index))
    connection.commit()


def _settle(house: House) -> None:
    """Sequences go on after the copied keys; statistics are those of a house that has run for a while."""
    with house.open_uow(SYSTEM) as uow:
        for name in ("hotline_case", "assignment", "deadline"):
            uow.session.execute(text(f"select setval('{name}_id_seq', (select max(id) from {name}))"))
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
