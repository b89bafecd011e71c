"""Figures of the case engine in a city with many cases: `python bench/cases.py [--cases 1000000] [--keep DIR]`.

Wanted on 2 idle cores with 1,000,000 cases and 1,000,000 running clocks: an idle tick under 5 ms; work lists and
searches p95 under 100 ms; moves at 20/s by 8 clients p95 under 50 ms; cases created by 8 clients at 150/s or more,
p95 under 80 ms; 10,000 due steps with all their effects under 30 s; 100,000 clocks reckoned anew after a change of the
calendar under 60 s. Pages, moves and creating go through HTTP; creating is held against a bare Flask application that
does one INSERT, in the same run. `--keep` leaves the filled house for another run.
"""

# ruff: noqa: E402 - the project comes before this directory, which has a module named like a package of it

import argparse
import http.client
import json
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

sys.path[0] = str(Path(__file__).parents[1])

from rich.progress import Progress
from sqlalchemy import text

from bench.bare import bare_flask
from bench.running import Running, demo_house, machine, quantiles
from dispatch import calendar, timers
from dispatch.workdays import Day
from hotline.core.clock import local_date
from hotline.core.house import House
from hotline.core.identity import SYSTEM

CLIENTS = 8
IDLE_S = 10
"""The web closes lines that were idle for longer."""
DUE = 10_000
MOVES_PER_S, MOVES = 20, 400
CREATES_EACH = 200
NEW_CASE = {"title": "路灯不亮", "facts": "人民路路灯三天不亮", "case_type": "request"}
PAGES = (
    ("reviewer1", "to_review", ""), ("reviewer1", "all", ""), ("followup1", "to_follow_up", ""),
    ("coordinator1", "overdue", ""), ("coordinator1", "supervised", ""), ("zhujian_clerk", "to_sign", ""),
    ("zhujian_clerk", "in_hand", ""), ("zhujian_clerk", "replied", ""), ("reviewer1", "all", "小区"),
    ("reviewer1", "all", "采空区"), ("reviewer1", "all", "路灯不亮"), ("reviewer1", "all", "没有这样的事"),
    ("zhujian_clerk", "in_hand", "小区"), ("zhujian_clerk", "replied", "小区"), ("zhujian_clerk", "in_hand", "采空区"),
    ("agent1", "mine", "小区"),
)  # fmt: skip
COUNTED = ("reviewer1", "coordinator1", "zhujian_clerk")


class Client:
    """One connection that stays open; as light as Python has it, because it shares the cores with the house."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self.line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.used_at = time.perf_counter()
        self.headers = {"Content-Type": "application/json"} | (headers or {})

    def ask(self, method: str, path: str, body: object = None) -> object:
        if time.perf_counter() - self.used_at > IDLE_S:
            self.line.close()
        self.used_at = time.perf_counter()
        self.line.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.line.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {content.decode()[:300]}")
        return json.loads(content)


def signed_in(house: Running, username: str) -> Client:
    session = house.sign_in(username)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    return Client(house.url, {"Cookie": cookies, "X-CSRF-Token": str(session.headers["X-CSRF-Token"])})


@dataclass
class Figures:
    """What was measured; `missed` are the figures beyond their bar."""

    missed: list[str] = field(default_factory=list)

    def times(self, what: str, spent: list[float], bar_ms: float, more: str = "") -> None:
        median, p95 = quantiles(spent)
        self._line(
            what, p95 > bar_ms, f"p50 {median:7.1f} ms  p95 {p95:7.1f} ms  bar {bar_ms:4.0f} ms  {more}"
        )

    def seconds(self, what: str, spent: float, bar_s: float) -> None:
        self._line(what, spent > bar_s, f"{spent:8.1f} s  bar {bar_s:.0f} s")

    def rate(self, what: str, found: float, bar: float, more: str) -> None:
        self._line(what, found < bar, f"{found:8.0f}/s  bar {bar:.0f}/s  {more}")

    def note(self, what: str, more: str) -> None:
        self._line(what, False, more)

    def _line(self, what: str, missed: bool, said: str) -> None:
        print(f"{'!' if missed else ' '} {what:<46} {said}", flush=True)
        if missed:
            self.missed.append(what)


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Seconds of each call."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begin)
    return spent


def idle_tick(house: House, figures: Figures) -> None:
    fired = timers.fire_due(house.open_uow, house.clock.now())
    spent = timed(lambda: timers.fire_due(house.open_uow, house.clock.now()), 100)
    figures.times("idle tick", spent, 5, f"({len(fired)} fired before)")


def pages(running: Running, figures: Figures) -> None:
    clients = {name: signed_in(running, name) for name in {name for name, _, _ in PAGES}}
    for name, work_list, q in PAGES:
        path = f"/api/v1/cases?list={work_list}" + (f"&q={quote(q)}" if q else "")
        rows = clients[name].ask("GET", path)
        spent = timed(partial(clients[name].ask, "GET", path), 30)
        found = f"({len(rows['items'])} rows)"  # type: ignore[index]
        figures.times(f"{name} {work_list} {q}", spent, 100, found)
    for name in COUNTED:
        spent = timed(partial(clients[name].ask, "GET", "/api/v1/cases/counts"), 30)
        figures.times(f"{name} counts", spent, 100)


WAITING = """
select unit.code, array_agg(part.case_id) from unit join lateral (
  select case_id from assignment where unit_id = unit.id and status = 'pending_sign' order by id limit :each
) part on true group by unit.code having count(*) = :each order by unit.code limit :clients
"""


def moves(running: Running, house: House, figures: Figures) -> None:
    """Units sign what waits for them: eight clients, together twenty moves a second."""
    each = MOVES // CLIENTS
    with house.sessions() as session:
        found = session.execute(text(WAITING), {"each": each, "clients": CLIENTS}).all()
    clients = [(signed_in(running, f"{code}_clerk"), case_ids) for code, case_ids in found]
    begin = time.perf_counter()

    def work(number: int) -> list[float]:
        client, case_ids = clients[number]
        spent = []
        for turn, case_id in enumerate(case_ids):
            due = begin + (turn * CLIENTS + number) / MOVES_PER_S
            time.sleep(max(0.0, due - time.perf_counter()))
            spent += timed(partial(client.ask, "POST", f"/api/v1/cases/{case_id}/actions/sign", {}), 1)
        return spent

    figures.times(
        f"perform at {MOVES_PER_S}/s, {CLIENTS} clients", together(work, range(len(clients)))[0], 50
    )


def together(work: Callable[[int], list[float]], numbers: Iterable[int]) -> tuple[list[float], float]:
    """All that the clients took, and how many a second that was."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        spent = [one for each in pool.map(work, numbers) for one in each]
    return spent, len(spent) / (time.perf_counter() - begin)


def creates(running: Running, figures: Figures) -> None:
    """Eight clients create cases as fast as they can; before them, the same with a bare application."""
    with bare_flask(running) as url:
        others = [Client(url) for _ in range(CLIENTS)]
        spent, rate = together(lambda n: create_many(others[n], "/cases"), range(CLIENTS))
        median, p95 = quantiles(spent)
        figures.note(
            "baseline: bare Flask, one INSERT", f"{rate:8.0f}/s  p50 {median:.1f} ms  p95 {p95:.1f} ms"
        )
    clients = [signed_in(running, f"agent{1 + number % 4}") for number in range(CLIENTS)]
    together(lambda n: create_many(clients[n], "/api/v1/cases", 10), range(CLIENTS))
    cpu = running.web_cpu_s()
    spent, rate = together(lambda n: create_many(clients[n], "/api/v1/cases"), range(CLIENTS))
    cpu = (running.web_cpu_s() - cpu) / len(spent) * 1000
    figures.rate(f"cases created, {CLIENTS} clients", rate, 150, f"web CPU {cpu:.1f} ms each")
    figures.times("creating a case", spent, 80)


def create_many(client: Client, path: str, count: int = CREATES_EACH) -> list[float]:
    return timed(lambda: client.ask("POST", path, NEW_CASE), count)


MAKE_DUE = """
update deadline set next_at = :now - interval '1 second' * (id % 600) where id in (
  (select id from deadline where clock = 'sign' and state = 'running' order by id desc limit :due / 2)
  union all
  (select id from deadline where clock = 'handle' and state = 'running' and next_step = 'yellow_card'
   order by id limit :due / 4)
  union all
  (select id from deadline where clock = 'contact' and state = 'running' order by id limit :due / 4)
)
"""


def due_steps(house: House, figures: Figures) -> None:
    """Late signing, yellow cards and overdue contacts, each with timeline, audit, events and outbox."""
    now = house.clock.now()
    with house.open_uow(SYSTEM) as uow:
        uow.session.execute(text(MAKE_DUE), {"now": now, "due": DUE})
    begin = time.perf_counter()
    fired = timers.fire_due(house.open_uow, now)
    figures.seconds(f"{len(fired)} due steps with all effects", time.perf_counter() - begin, 30)


def notice(house: House, figures: Figures) -> None:
    """A day off five weeks from now: only the clocks of hard cases reach it."""
    on = local_date(house.clock.now() + timedelta(days=35))
    with house.open_uow(SYSTEM) as uow:
        book = calendar.deadlines.book_of(uow.session).calendar
        on = book.next_workday(on)
        calendar.declare(uow, [Day(on, False, "临时休市", "演练", False)])
    begin = time.perf_counter()
    moves = calendar.recompute(house.open_uow, on, on)
    looked, moved, total = next(moves)
    with Progress() as progress:
        task = progress.add_task("deadlines", total=total)
        for looked, moved, _ in moves:  # noqa: B007 - both are said below
            progress.update(task, completed=looked)
    what = f"{looked} clocks reckoned anew, {moved} moved"
    figures.seconds(what, time.perf_counter() - begin, 60)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a directory for the filled house")
    given = parser.parse_args()
    print(machine(), flush=True)
    begin, figures = time.perf_counter(), Figures()
    with demo_house(cases=given.cases, keep=given.keep) as running:
        print(f"{given.cases} cases, ready after {time.perf_counter() - begin:.0f} s", flush=True)
        house = running.house()
        creates(running, figures)
        pages(running, figures)
        moves(running, house, figures)
        idle_tick(house, figures)
        due_steps(house, figures)
        notice(house, figures)
        house.engine.dispose()
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main())
