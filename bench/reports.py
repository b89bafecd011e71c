"""Figures of the reports on PostgreSQL with a year of calls: `python bench/reports.py [--calls 1000000]`.

Wanted on 2 idle cores with 1,000,000 calls, 3,000,000 stretches of seats and 300,000 orders: a day by the quarter hour
and a staffing plan under 1 s; a month by the day, agents and units of a month under 2 s; a year by the month under
10 s, units of a year under 15 s. Each is asked three times, the median counts. The server is a private one, thrown away afterwards.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import ARRAY, Column, Connection, text

from hotline import embedded, subscribers, tables  # noqa: F401 - tables fills the metadata
from hotline.core.clock import LOCAL, FixedClock
from hotline.core.db import Base
from hotline.core.house import House, build
from hotline.core.identity import SYSTEM
from hotline.core.settings import Settings
from hotline.reports import call_kpi, case_kpi, staffing
from hotline.reports.intervals import Interval, Period

NOW = datetime(2026, 9, 18, 16, 0, tzinfo=LOCAL)
AGENTS, UNITS = 60, 68
FILL = (
    """insert into app_user (username, name, work_no, password_hash, roles, failed_logins, created_at)
    select 'a' || n, '话务员' || n, 'a' || n, '-', '{agent}', 0, :now from generate_series(1, :agents) n""",
    """insert into seat (user_id, number, state, since, misses, calls, talk_s, skills, tiers)
    select id, work_no, 'signed_out', :now, 0, 0, 0, '{}', '{}' from app_user""",
    """insert into unit (code, name, short_name, kind, level, duties)
    select 'u' || n, '单位' || n, '单位' || n, 'department', 1, '' from generate_series(1, :units) n""",
    """insert into call (direction, state, sip_call_id, called, number_masked, priority, needs, muted, hold_s, rang_at,
      answered_at, queued_at, talking_at, ended_at, outcome, seat_id, user_id, wrap_up_s, number_hash)
    select 'inbound', 'ended', 'x', '12345', '138****', 0, '{}', false, case when n % 5 = 0 then 20 else 0 end, at, at,
      at + interval '6 s', case when n % 20 > 0 then at + interval '6 s' + n % 40 * interval '1 s' end,
      at + interval '6 s' + (n % 40 + n % 300) * interval '1 s',
      case when n % 20 > 0 then 'answered' when n % 3 = 0 then 'unstaffed' else 'abandoned' end,
      1 + n % :agents, 1 + n % :agents, 20, int8send(n % 200000)
    from (select n, cast(:now as timestamptz) - n * interval '1 year' / :calls as at from generate_series(1, :calls) n) x""",
    """insert into seat_span (seat_id, user_id, state, started_at, ended_at)
    select seat_id, user_id, (array['talking', 'wrap_up', 'available'])[k], talking_at + (k - 1) * interval '60 s',
      talking_at + k * interval '60 s'
    from call, generate_series(1, 3) k where talking_at is not null""",
    """insert into call_back_request (number_hash, number_masked, state, missed_calls, first_missed_at, last_missed_at,
      due_at, attempts, first_attempt_at)
    select number_hash, number_masked, 'done', 1, ended_at, ended_at, ended_at, 1, ended_at + interval '20 min'
    from call where talking_at is null""",
    """insert into hotline_case (status, version, case_no, query_salt, channel, caller_kind, anonymous, secrecy,
      secrecy_asked, case_type, category_code, title, facts, demand, address, urgency, difficulty, is_group,
      is_sensitive, is_repeat, is_conduct, solved_on_call, refusal_objected, created_at, updated_at, accepted_at,
      reviewed_at, first_dispatched_at, audited_at, first_rated_at, first_satisfaction, citizen_solved, hop_count,
      return_count, rework_count, reject_count, urge_count, follow_up_attempts, is_supervised, excluded_from_score,
      agent_id, call_id, caller_no_hash, identity_masked, labels, demands, keywords, risk_words)
    select 'closed', 1, 'XX' || lpad(n::text, 14, '0'), uuid_send(gen_random_uuid()), 'phone', 'person', false, 'open', true, 'complaint',
      'A010' || n % 10, '标题', repeat('内容', 100), '诉求', '地址', 'normal', 'ordinary', false, false, false, false, false,
      false, at, at, at, at, at, at + interval '3 days', at + interval '4 days', 'satisfied', 'yes', 1, 0, 0, 0, 0, 1,
      false, false, 1 + n % :agents, n, int8send(n % 100000), '{}', '[]', '[]', '[]', '[]'
    from (select n, cast(:now as timestamptz) - n * interval '1 year' / (:calls * 3 / 10) as at
          from generate_series(1, :calls * 3 / 10) n) x""",
    """insert into assignment (case_id, unit_id, role, status, hop, dispatched_at, round_started_at, replied_at,
      designated, sign_limit, contact_limit, handle_limit, extensions_allowed, extension_count, returns_allowed,
      return_count, rework_no, sign_late, beyond_duty, demands_answered, reply_findings)
    select id, 1 + id % :units, 'lead', 'replied', 1, accepted_at, accepted_at, accepted_at + interval '2 days', false,
      '4wh', '1wd', '5wd', 1, 0, 1, 0, 0, false, false, '[]', '[]' from hotline_case""",
    """insert into deadline (case_id, assignment_id, clock, state, template, limit_text, started_at, pauses, extensions,
      due_at, original_due_at, ended_at, provisional, steps_fired)
    select a.case_id, a.id, clock, 'met', 'county', '5wd', dispatched_at, '[]', '[]', dispatched_at + interval '5 days',
      dispatched_at + interval '5 days', replied_at, false, '[]'
    from assignment a, unnest(array['sign', 'contact', 'handle']) clock""",
    """insert into follow_up (case_id, attempt_no, via, at, reached)
    select id, 1, 'sms', first_rated_at, true from hotline_case""",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.start(Path(folder) / "pg", throwaway=True)
        try:
            settings = Settings(
                database_url=server.url, data_dir=Path(folder), secret_key="bench-secret-" * 4
            )
            house = replace(build(settings, routes=subscribers.ROUTES), clock=FixedClock(NOW))
            fill(house, calls)
            measure(house)
            house.engine.dispose()
        finally:
            server.stop()


def fill(house: House, calls: int) -> None:
    Base.metadata.create_all(house.engine)
    with house.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                give_default(connection, column)
    for number, statement in enumerate(FILL, start=1):
        names = {"now": NOW, "calls": calls, "agents": AGENTS, "units": UNITS}
        wanted = {name: value for name, value in names.items() if f":{name}" in statement}
        with house.engine.begin() as connection:
            connection.execute(text(statement), wanted)
        print(f"\rfilling {number}/{len(FILL)}", end="", flush=True)
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    print()


def give_default(connection: Connection, column: Column) -> None:
    """What the models fill in themselves, the database fills in here, since it is filled without them."""
    if column.default is None:
        return
    value = column.default.arg if column.default.is_scalar else column.default.arg(None)
    empty = "{}" if isinstance(value, dict) or isinstance(column.type, ARRAY) else "[]"
    plain = str(value) if column.default.is_scalar else empty
    connection.execute(
        text(f'alter table "{column.table.name}" alter column "{column.name}" set default \'{plain}\'')
    )


def measure(house: House) -> None:
    day = Period(date(2026, 6, 18), date(2026, 6, 18))
    month = Period(date(2026, 6, 1), date(2026, 6, 30))
    year = Period(date(2025, 9, 19), date(2026, 9, 18))
    asked: dict[str, Callable] = {
        "a day by 15 min": lambda uow: call_kpi.by_interval(uow, day, Interval.QUARTER),
        "a month by day": lambda uow: call_kpi.by_interval(uow, month, Interval.DAY),
        "a month by hour": lambda uow: call_kpi.by_interval(uow, month, Interval.HOUR),
        "a year by month": lambda uow: call_kpi.by_interval(uow, year, Interval.MONTH),
        "agents of a month": lambda uow: call_kpi.by_agent(uow, month),
        "units of a month": lambda uow: case_kpi.by_unit(uow, month),
        "units of a year": lambda uow: case_kpi.by_unit(uow, year),
        "staffing plan": staffing.plan,
    }
    for name, ask in asked.items():
        spent = []
        for _ in range(3):
            begin = time.perf_counter()
            with house.open_uow(SYSTEM) as uow:
                ask(uow)
            spent.append(time.perf_counter() - begin)
        print(f"{name:20} {statistics.median(spent):7.2f} s", flush=True)


if __name__ == "__main__":
    main()
