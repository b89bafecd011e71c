"""`hotline deadline` against deadlines that were reckoned by hand, on the notices of 2024–2026 and to the second."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli import cli
from hotline.core.house import House

BY_HAND = Path(__file__).parents[1] / "golden" / "deadlines.csv"


def ask(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["deadline", *arguments], env=environment)


@pytest.fixture
def environment(quiet_house: House) -> dict[str, str]:
    settings = quiet_house.settings
    return {
        "HOTLINE_DATABASE_URL": settings.database_url or "",
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "HOTLINE_SECRET_KEY": "test-secret-" * 4,
    }


def test_every_deadline_is_the_one_that_was_reckoned_by_hand(environment: dict[str, str]) -> None:
    rows = list(csv.DictReader(BY_HAND.read_text(encoding="utf-8").splitlines()))
    assert len(rows) >= 60
    wrong = []
    for row in rows:
        said = ask(
            "--from", row["from"], "--limit", row["limit"], "--rule", row["rule"], "--json", **environment
        )
        due = json.loads(said.stdout)["due"] if said.exit_code == 0 else repr(said.exception)
        if due != f"{row['due']}+08:00":
            wrong.append((row, due))
    assert wrong == []


def test_json_names_rule_days_and_why(environment: dict[str, str]) -> None:
    said = ask("--from", "2026-09-30T16:40", "--limit", "1wd", "--json", **environment)
    answer = json.loads(said.stdout)
    assert {name: answer[name] for name in ("from", "limit", "rule", "due", "provisional")} == {
        "from": "2026-09-30T16:40:00+08:00", "limit": "1wd", "rule": "county", "due": "2026-10-08T17:30:00+08:00",
        "provisional": False,
    }  # fmt: skip
    assert [step["on"] for step in answer["steps"] if step["counted"]] == ["2026-10-08"]
    assert answer["steps"][1]["text"] == "10月1日（周四，国庆节）：休息日，不计"


def test_where_no_house_is_the_shipped_calendar_answers_and_nothing_is_made(tmp_path: Path) -> None:
    nowhere = {"HOTLINE_DATABASE_URL": "", "HOTLINE_DATA_DIR": str(tmp_path / "none")}
    said = ask("--from", "2026-09-30T16:40", "--limit", "5wd", **nowhere)
    assert said.exit_code == 0, said.output
    assert "到期 / due: 2026-10-13 17:30:00" in said.stdout
    assert "随附日历" in said.stderr
    assert not (tmp_path / "none").exists()
