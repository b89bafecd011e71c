"""The command `hotline`: what it does, and one sentence instead of a traceback where it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from hotline.accounts.models import User
from hotline.core.identity import SYSTEM
from telephony.edge import accounts

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def hotline(house):
    """Runs a command on the test's house."""

    def run(*arguments, stdin=None, **environment):
        settings = house.settings
        given = {
            "HOTLINE_DATABASE_URL": settings.database_url,
            "HOTLINE_DATA_DIR": str(settings.data_dir),
            "HOTLINE_SECRET_KEY": settings.secret_key.get_secret_value(),
        }
        return subprocess.run(
            [sys.executable, "-m", "hotline", *arguments],
            cwd=PROJECT,
            env=os.environ | given | environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def refused(done):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_add_user_when_right_then_the_account_may_sign_in(hotline, house):
    done = hotline("add-user", "agent9", "--name", "话务员九号", "--role", "agent", stdin="Demo-12345-long\n")
    assert done.returncode == 0, done.stderr
    with house.sessions() as session:
        user = session.scalars(select(User)).one()
    assert (user.username, user.roles) == ("agent9", ["agent"])
    assert "Demo-12345-long" not in user.password_hash


@pytest.mark.parametrize(
    ("options", "password", "reason"),
    [
        (("--role", "agent"), "short\n", "密码至少"),
        (("--role", "king"), "Demo-12345-long\n", "没有角色 king"),
        (("--role", "unit_clerk"), "Demo-12345-long\n", "必须选择所属单位"),
        (("--role", "unit_clerk", "--unit", "nowhere"), "Demo-12345-long\n", "没有代码为“nowhere”的单位"),
    ],
)
def test_add_user_when_something_is_wrong_then_says_what(hotline, options, password, reason):
    done = hotline("add-user", "agent9", "--name", "话务员九号", *options, stdin=password)
    assert reason in refused(done)


def test_phone_account_when_given_and_taken_back_then_the_edge_knows(hotline, house):
    account = house.settings.data_dir / "edge" / "accounts" / "account"
    assert (
        hotline(
            "add-user", "agent9", "--name", "话务员九号", "--role", "agent", stdin="Demo-12345-long\n"
        ).returncode
        == 0
    )
    given = hotline("phone-account", "agent9")
    name, password = given.stdout.split("用户名 ")[1].split("\n")[0].split("  口令 ")
    assert f"{name}:0:0:{accounts.digest(name, password)}:0\n" in account.read_text()
    assert hotline("phone-account", "agent9", "--take-back").returncode == 0
    assert account.read_text() == accounts.HEAD + "\n"
    assert "没有找到" in refused(hotline("phone-account", "nobody"))


def test_verify_audit_when_whole_then_says_so(hotline, house):
    with house.open_uow(SYSTEM) as uow:
        uow.audit("case:1", "open")
    done = hotline("verify-audit")
    assert done.returncode == 0, done.stderr
    assert "审计链完整" in done.stdout


def test_verify_audit_when_a_row_was_changed_then_names_it(hotline, house):
    with house.open_uow(SYSTEM) as uow:
        uow.audit("case:1", "open")
    with house.engine.begin() as connection:
        connection.execute(text("alter table audit_entry disable trigger user"))
        connection.execute(text("update audit_entry set action = 'close'"))
        connection.execute(text("alter table audit_entry enable trigger user"))
    done = hotline("verify-audit")
    assert "case:1 #1: 内容被改动" in done.stdout
    assert "1 处不符" in refused(done)


def test_deadline_when_over_a_swapped_sunday_then_counts_it_as_a_working_day(hotline):
    done = hotline("deadline", "--from", "2026-09-18T16:00", "--limit", "1wd")
    assert done.returncode == 0, done.stderr
    assert "9月20日（周日，国庆节调休上班" in done.stdout
    assert "due: 2026-09-20" in done.stdout


def test_deadline_when_limit_is_unreadable_then_shows_how_limits_are_written(hotline):
    assert "15min、4wh、24h、5wd" in refused(
        hotline("deadline", "--from", "2026-09-18T16:00", "--limit", "soon")
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"HOTLINE_SIP_WORKERS": "many"}, "HOTLINE_SIP_WORKERS"),
        ({"HOTLINE_MODE": "production", "HOTLINE_SECRET_KEY": ""}, "必须设置 HOTLINE_SECRET_KEY"),
        ({"HOTLINE_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}, "连不上数据库"),
    ],
)
def test_any_command_when_settings_are_wrong_then_names_the_setting(hotline, environment, words):
    assert words in refused(hotline("verify-audit", **environment))


def test_any_command_when_tables_are_missing_then_names_migrate(hotline, tmp_path):
    fresh = {"HOTLINE_DATABASE_URL": "", "HOTLINE_DATA_DIR": str(tmp_path / "fresh")}
    assert "hotline migrate" in refused(hotline("verify-audit", **fresh))


def test_run_when_no_database_is_named_then_points_to_up(hotline):
    assert "hotline up" in refused(hotline("run", "worker", HOTLINE_DATABASE_URL=""))


def test_help_when_asked_then_lists_every_promised_command(hotline):
    listed = hotline("--help").stdout
    promised = "up demo-call migrate seed-demo add-user train sync-calendar verify-audit backup restore doctor deadline import"
    assert [name for name in promised.split() if f"  {name} " not in listed] == []
