"""Reports over HTTP: whose doors they are, what they answer, and files that name their taker."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from hotline.accounts.models import Unit
from hotline.core.audit import AuditEntry
from hotline.core.identity import SYSTEM, Role
from telephony.models import Call, CallState, Outcome

DAY = "since=2026-09-18&until=2026-09-18"
SHEETS = {
    "calls": f"reports/calls/export?{DAY}",
    "agents": f"reports/agents/export?{DAY}",
    "units": f"reports/units/export?{DAY}",
    "staffing": "reports/staffing/export?week=2026-09-21",
}


@pytest.fixture
def two_calls(quiet_house):
    """At 15:30 one caller is answered after 10 s, another gives up after 20 s."""
    with quiet_house.open_uow(SYSTEM) as uow:
        rang_at = uow.now - timedelta(minutes=30)
        common = {
            "state": CallState.ENDED,
            "sip_call_id": "x",
            "called": "12345",
            "rang_at": rang_at,
            "queued_at": rang_at,
        }
        answered_at = rang_at + timedelta(seconds=10)
        uow.session.add(
            Call(
                **common,
                talking_at=answered_at,
                ended_at=answered_at + timedelta(seconds=60),
                outcome=Outcome.ANSWERED,
            )
        )
        uow.session.add(Call(**common, ended_at=rang_at + timedelta(seconds=20), outcome=Outcome.ABANDONED))


def test_day_when_asked_for_by_the_hour_then_every_figure_has_its_n(person, two_calls):
    answer = person(Role.SHIFT_LEADER).get(f"reports/calls?{DAY}&interval=hour").json
    assert len(answer["lines"]) == 24
    assert answer["total"]["figures"]["answer_rate"] == {"value": 0.5, "part": 1, "whole": 2}
    hour = answer["lines"][15]
    assert (hour["label"], hour["at"]) == ("9月18日 15:00", "2026-09-18T15:00:00")
    assert hour["figures"]["service_level"] == {"value": 0.5, "part": 1, "whole": 2}
    assert answer["lines"][3]["figures"]["answer_rate"] == {"value": None, "part": 0, "whole": 0}


def test_formulas_when_read_then_variant_target_and_text_are_there(person):
    answer = person(Role.UNIT_HEAD, unit_id=None).get("reports/formulas").json
    table = {row["name"]: row for row in answer["calls"]["formulas"]}
    assert table["answer_rate"]["text"] == "接通量 ÷ （接通量 + 放弃量 + 未能接入量）"
    assert table["answer_rate"]["target"] == "≥ 95%"
    assert table["service_level"]["variant"].startswith("口径四")
    rates = {row["name"]: row["text"] for row in answer["units"]["formulas"]}
    assert rates["three_rates"] == "30%×响应率 + 35%×解决率 + 35%×满意率"


def test_agents_and_units_when_nothing_happened_then_empty_not_broken(person):
    head = person(Role.CENTRE_HEAD)
    assert head.get(f"reports/agents?{DAY}").json["lines"] == []
    answer = head.get(f"reports/units?{DAY}").json
    assert (answer["lines"], answer["all_units"], answer["three_rates"]) == ([], True, None)


def test_unit_head_when_asking_then_only_the_own_unit_is_there(person, quiet_house):
    with quiet_house.open_uow(SYSTEM) as uow:
        unit = Unit(code="zhujian", name="市住建局", short_name="市住建局", kind="department")
        uow.session.add(unit)
        uow.session.flush()
        unit_id = unit.id
    answer = person(Role.UNIT_HEAD, unit_id=unit_id).get(f"reports/units?{DAY}")
    assert answer.json["all_units"] is False


def test_staffing_when_there_is_no_history_then_the_least_and_said_so(person):
    answer = person(Role.SHIFT_LEADER).get("reports/staffing?least=2&shrinkage=0.5").json
    assert (answer["week"], answer["history_days"], answer["handling_known"]) == ("2026-09-21", 0, False)
    assert {(slot["agents"], slot["seats"]) for day in answer["days"] for slot in day["slots"]} == {(2, 4)}


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("reports/calls?since=2026-09-18&until=2026-09-17", "until"),
        (f"reports/calls?{DAY}&within_s=0", "within_s"),
        ("reports/units?since=2026-09-18", "until"),
        ("reports/staffing?shrinkage=1", "shrinkage"),
    ],
)
def test_question_when_wrong_then_the_field_is_named(person, address: str, field: str):
    answer = person(Role.CENTRE_HEAD).get(address)
    assert answer.status_code == 422
    assert answer.json["details"][0]["field"] == field


def test_intervals_when_too_fine_for_the_period_then_the_refusal_says_what_to_do(person):
    answer = person(Role.CENTRE_HEAD).get("reports/calls?since=2026-08-01&until=2026-09-18&interval=15min")
    assert (answer.status_code, answer.json["code"]) == (422, "report.interval_too_fine")
    assert "请缩短日期范围" in answer.json["message"]


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_export_when_taken_then_it_names_its_taker_and_is_audited(
    person, quiet_house, two_calls, name: str, form: str
):
    head = person(Role.CENTRE_HEAD)
    answer = head.get(f"{SHEETS[name]}&format={form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}-20260918.{form}"
    if form == "csv":
        assert answer.data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    else:
        book = load_workbook(io.BytesIO(answer.data))
        rows = [
            [cell for cell in row if cell is not None] for row in book["数据"].iter_rows(values_only=True)
        ]
        assert book["口径"].max_row > 5
    assert "centre_head1号 Wcentre_head1 2026-09-18 16:00" in rows[1][0]
    assert len(rows) > 3
    with quiet_house.open_uow(SYSTEM) as uow:
        entry = uow.session.scalars(select(AuditEntry).where(AuditEntry.subject == f"report:{name}")).one()
        assert (entry.action, entry.details["format"]) == ("export", form)


def test_export_when_one_may_only_look_then_refused(person):
    contractor = person(Role.CONTRACTOR)
    assert contractor.get(f"reports/calls?{DAY}").status_code == 200
    answer = contractor.get(SHEETS["calls"])
    assert (answer.status_code, answer.json["code"]) == (403, "permission.missing")
