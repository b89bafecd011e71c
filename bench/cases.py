"""Figures of the case engine on PostgreSQL with many cases: `python bench/cases.py [--cases 1000000]`.

Baselines (issue figures on 2 cores): idle tick < 5 ms; 10,000 due steps with all effects < 30 s; list and search pages
p95 < 100 ms; `perform` p95 < 50 ms at 20 moves/s with 8 clients; a calendar change over 100,000 deadlines < 60 s;
opening and submitting cases ≥ 150/s with 8 clients. The server is a private one, thrown away afterwards.
"""

import argparse
import platform
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text

from dispatch import calendar, cases, timers, workflow, worklists
from dispatch.models import LimitRule
from dispatch.workdays import Day
from hotline import embedded, subscribers
from hotline.accounts.models import Area, Unit
from hotline.core.clock import LOCAL, FixedClock
from hotline.core.db import Base
from hotline.core.house import House, build
from hotline.core.identity import SYSTEM, Actor, Role
from hotline.core.settings import Settings

NOW = datetime(2026, 9, 18, 16, 0, tzinfo=LOCAL)
UNITS = 70
DUE = 10_000
CLIENTS = 8

FILL_CASES = """
insert into hotline_case (
  status, version, case_no, query_salt, channel, caller_kind, anonymous, secrecy, secrecy_asked, case_type,
  category_code, title, facts, demand, address, area_code, urgency, difficulty, is_group, is_sensitive, is_repeat,
  is_conduct, solved_on_call, refusal_objected, created_at, updated_at, first_dispatched_at, hop_count, return_count,
  rework_count, reject_count, urge_count, follow_up_attempts, is_supervised, excluded_from_score, agent_id,
  identity_masked, labels, demands, keywords, risk_words, search)
select
  (array['handling','pending_sign','pending_review','closed','follow_up','pending_dispatch'])[1 + least(5, (n % 40) / 5)],
  1, 'XX' || lpad(n::text, 14, '0'), uuid_send(gen_random_uuid()), 'phone', 'person', false, 'open', true, 'complaint',
  'A0101', '标题 ' || n, '内容', '诉求', '地址 ' || (n % 5000), 'C' || (n % 300), 'normal', 'ordinary', false, false,
  false, false, false, false, cast(:now as timestamptz) - (n % 8760) * interval '1 hour', :now, :now, 1, 0, 0, 0, 0, 0,
  false, false, n % 40, '{}', '[]', '[]', '[]', '[]',
  to_tsvector('simple', 'word' || (n % 20000) || ' common' || (n % 50))
from generate_series(1, :count) n
"""
FILL_PARTS = """
insert into assignment (case_id, unit_id, role, status, hop, dispatched_at, round_started_at, designated, sign_limit,
  contact_limit, handle_limit, extensions_allowed, extension_count, returns_allowed, return_count, rework_no, sign_late,
  beyond_duty, demands_answered, reply_findings)
select id, 1 + id % :units, 'lead', case status when 'pending_sign' then 'pending_sign' when 'handling' then 'handling'
  else 'replied' end, 1, :now, :now, false, '4wh', '1wd', '5wd', 1, 0, 1, 0, 0, false, false, '[]', '[]'
from hotline_case where status <> 'pending_review'
"""
FILL_DEADLINES = """
insert into deadline (case_id, assignment_id, clock, state, template, limit_text, started_at, pauses, extensions,
  due_at, original_due_at, provisional, steps_fired, next_step, next_at)
select a.case_id, a.id, 'handle', 'running', 'county', '5wd', :now, cast('[]' as jsonb), cast('[]' as jsonb),
  cast(:now as timestamptz) + interval '6 days' + a.id % 86400 * interval '1 second',
  cast(:now as timestamptz) + interval '6 days', false, cast('[]' as jsonb), 'yellow_card',
  cast(:now as timestamptz) + interval '5 days' + a.id % 86400 * interval '1 second'
from assignment a
union all
select a.case_id, a.id, 'contact', 'running', 'county', '1wd', :now, cast('[]' as jsonb), cast('[]' as jsonb),
  cast(:now as timestamptz) + interval '4 days', cast(:now as timestamptz) + interval '4 days', false, cast('[]' as jsonb), 'overdue',
  cast(:now as timestamptz) + interval '4 days' + a.id % 86400 * interval '1 second'
from assignment a where a.status <> 'replied'
"""


@contextmanager
def house_with(count: int) -> Iterator[House]:
    """A throw-away server filled with `count` cases; about as many deadlines are open."""
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.start(Path(folder) / "pg", throwaway=True)
        try:
            settings = Settings(
                database_url=server.url, data_dir=Path(folder), secret_key="bench-secret-" * 4
            )
            house = build(settings, routes=subscribers.ROUTES, pool_size=CLIENTS * 2)
            house = House(**{**vars(house), "clock": FixedClock(NOW)})
            Base.metadata.create_all(house.engine)
            fill(house, count)
            yield house
            house.engine.dispose()
        finally:
            server.stop()


def fill(house: House, count: int) -> None:
    with house.open_uow(SYSTEM) as uow:
        for number in range(1, UNITS + 1):
            uow.session.add(
                Unit(code=f"u{number}", name=f"单位{number}", short_name=f"单位{number}", kind="department")
            )
        uow.session.add(Area(code="C1", name="地", level="county", parent_code=None, aliases=[]))
        uow.session.add(
            LimitRule(
                template="county", sign="4wh", contact="1wd", handle="5wd", extension_times=1, return_window="4wh",
                max_returns=1, valid_from=date(2020, 1, 1),
            )
        )  # fmt: skip
        uow.session.execute(
            text(
                "insert into category (code, name, level, keywords, default_urgency, case_types, active)"
                " values ('A0101', '类', 3, '[]', 'normal', '[]', true)"
            )
        )
        for statement in (FILL_CASES, FILL_PARTS, FILL_DEADLINES):
            uow.session.execute(text(statement), {"count": count, "now": NOW, "units": UNITS})
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def person(role: Role, unit_id: int | None = None) -> Actor:
    units = frozenset({unit_id}) if unit_id else frozenset()
    return Actor(user_id=1, name=role.value, roles=frozenset({role}), unit_id=unit_id, unit_ids=units)


def timed(work: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds of each call."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begin) * 1000)
    return spent


def show(what: str, spent: list[float]) -> None:
    spent = sorted(spent)
    p95 = spent[min(len(spent) - 1, int(len(spent) * 0.95))]
    print(
        f"{what:<58} p50 {statistics.median(spent):8.1f} ms   p95 {p95:8.1f} ms   n {len(spent)}", flush=True
    )


def idle_tick(house: House) -> None:
    show("idle tick", timed(lambda: timers.fire_due(house.open_uow, NOW), 50))


def due_steps(house: House) -> None:
    """10,000 cases that nobody signed: the system signs each, with timeline, audit and events."""
    with house.open_uow(SYSTEM) as uow:
        uow.session.execute(
            text(
                "insert into deadline (case_id, assignment_id, clock, state, template, limit_text, started_at, pauses,"
                " extensions, due_at, original_due_at, provisional, steps_fired, next_step, next_at)"
                " select case_id, id, 'sign', 'running', 'county', '4wh', :now, '[]', '[]', :now, :now, false, '[]',"
                " 'sign_late', :now from assignment where status = 'pending_sign' order by id limit :due"
            ),
            {"now": NOW, "due": DUE},
        )
    begin = time.perf_counter()
    fired = timers.fire_due(house.open_uow, NOW)
    print(
        f"{len(fired)} due steps fired with all effects in {time.perf_counter() - begin:.1f} s (bar 30 s)",
        flush=True,
    )


def pages(house: House) -> None:
    def page(actor: Actor, name: str, q: str | None = None) -> None:
        with house.open_uow(actor) as uow:
            worklists.page(uow, name, q=q)

    show("list to_review", timed(lambda: page(person(Role.REVIEWER), "to_review"), 30))
    show("list to_follow_up", timed(lambda: page(person(Role.FOLLOW_UP), "to_follow_up"), 30))
    show(
        "list in_hand of a unit",
        timed(lambda: page(person(Role.UNIT_CLERK, random.randint(1, UNITS)), "in_hand"), 30),
    )
    show("list overdue", timed(lambda: page(person(Role.COORDINATOR), "overdue"), 30))
    show("list supervised", timed(lambda: page(person(Role.COORDINATOR), "supervised"), 30))
    show("list all", timed(lambda: page(person(Role.REVIEWER), "all"), 30))
    show(
        "search by words",
        timed(lambda: page(person(Role.REVIEWER), "all", f"word{random.randint(0, 19999)}"), 30),
    )
    show("search by a common word", timed(lambda: page(person(Role.REVIEWER), "all", "common7"), 30))

    def counts(role: Role) -> None:
        with house.open_uow(person(role)) as uow:
            worklists.counts(uow)

    show("counts of a reviewer", timed(lambda: counts(Role.REVIEWER), 30))
    show("counts of a coordinator", timed(lambda: counts(Role.COORDINATOR), 30))


def moves(house: House) -> None:
    """Eight clients, together twenty moves a second: units sign what waits for them."""
    with house.sessions() as session:
        rows = session.execute(
            text(
                "select case_id, unit_id from assignment where status = 'pending_sign' order by id desc limit 400"
            )
        ).all()
    spent: list[float] = []
    lock = threading.Lock()
    begin = time.perf_counter()

    def sign(number: int) -> None:
        time.sleep(max(0.0, begin + number / 20 - time.perf_counter()))
        case_id, unit_id = rows[number]
        started = time.perf_counter()
        with house.open_uow(person(Role.UNIT_CLERK, unit_id)) as uow:
            workflow.perform(uow, case_id, "sign")
        with lock:
            spent.append((time.perf_counter() - started) * 1000)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(sign, range(len(rows))))
    show(f"perform at 20/s with {CLIENTS} clients (bar p95 50 ms)", spent)


def openings(house: House) -> None:
    """Eight clients open complete cases as fast as they can."""
    fields = {
        "case_type": "complaint", "category_code": "A0101", "title": "电梯停运", "facts": "金沙小区 3 栋电梯停运三天，老人出行困难。",
        "demand": "尽快修好", "area_code": "C1", "name": "张三", "contact_no": "13800138000", "secrecy_asked": True,
    }  # fmt: skip
    spent: list[float] = []

    def client(_: int) -> None:
        for _ in range(100):
            started = time.perf_counter()
            with house.open_uow(person(Role.AGENT)) as uow:
                cases.open_case(uow, fields)
            spent.append((time.perf_counter() - started) * 1000)

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    rate = len(spent) / (time.perf_counter() - begin)
    show(f"open_case with {CLIENTS} clients, {rate:.0f}/s", spent)


def notice(house: House) -> None:
    """A swapped day inside the span of the open deadlines."""
    with house.open_uow(SYSTEM) as uow:
        uow.session.execute(
            text(
                "update deadline set state = 'dropped', next_at = null where id > 100000 and state = 'running'"
            )
        )
        calendar.declare(uow, [Day(date(2026, 9, 22), False, "休市", "演练", False)])
    begin = time.perf_counter()
    for looked, moved in calendar.recompute(house.open_uow, date(2026, 9, 22), date(2026, 9, 22)):
        print(f"\r{looked} deadlines looked at, {moved} moved", end="", flush=True)
    print(
        f"\r{looked} open deadlines recomputed, {moved} moved, in {time.perf_counter() - begin:.1f} s (bar 60 s)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    count = parser.parse_args().cases
    print(
        f"{platform.node()}: {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )
    begin = time.perf_counter()
    with house_with(count) as house:
        print(f"{count} cases made in {time.perf_counter() - begin:.0f} s", flush=True)
        idle_tick(house)
        pages(house)
        moves(house)
        openings(house)
        due_steps(house)
        notice(house)


if __name__ == "__main__":
    main()
