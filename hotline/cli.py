"""The command `hotline`: every command opens what it needs, calls one verb and says what came of it.

Imports of heavy parts stay inside their command, so that `hotline --help` answers at once.
"""

import getpass
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from hotline.core.errors import DomainError
from hotline.core.settings import Settings
from hotline.teaching import models, train
from hotline.trouble import Trouble

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hotline.core.house import House
    from hotline.core.uow import UnitOfWork


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """12345 政务服务便民热线 / the government service hotline.

    Settings come from HOTLINE_* environment variables or hotline.toml (see docs/operations.md).
    """


cli.add_command(train)
cli.add_command(models)


def main() -> None:
    """The edge: what a person can mend is one sentence and exit code 1, never a traceback."""
    try:
        cli(prog_name="hotline")
    except Trouble as trouble:
        _fail(f"{trouble.zh}\n{trouble.en}")
    except DomainError as refused:
        details = refused.details.get("fields") or []
        _fail("\n".join([refused.message, *(f"  {item['field']}: {item['reason']}" for item in details)]))
    except ValidationError as wrong:
        lines = [f"  {_setting(error['loc'])}{error['msg']}" for error in wrong.errors()]
        _fail("\n".join(["设置有误 / wrong settings:", *lines]))
    except tomllib.TOMLDecodeError as wrong:
        _fail(f"hotline.toml 写法有误 / cannot be read: {wrong}")


def _setting(place: tuple[int | str, ...]) -> str:
    return f"HOTLINE_{'_'.join(map(str, place)).upper()}: " if place else ""


def _fail(message: str) -> None:
    click.secho(message, fg="red", err=True)
    sys.exit(1)


@contextmanager
def _house(*, with_tables: bool = True) -> "Iterator[House]":
    from hotline.opening import open_house

    with open_house(Settings(), with_tables=with_tables) as house:
        yield house


@contextmanager
def _uow() -> "Iterator[UnitOfWork]":
    from hotline.core.identity import SYSTEM

    with _house() as house, house.open_uow(SYSTEM) as uow:
        yield uow


def _progress(items: list[Any]) -> Iterable[Any]:
    with click.progressbar(items, file=sys.stderr) as bar:
        yield from bar


# -- running


@cli.command()
@click.option("--demo", is_flag=True, help="装入演示数据 / with the demo house")
@click.option(
    "--tls", "with_tls", is_flag=True, help="HTTPS,没有证书时自制 / self-made certificate if none is set"
)
@click.option("--sip-workers", type=click.IntRange(1, 256), help="电话进程数 / number of SIP workers")
def up(demo: bool, with_tls: bool, sip_workers: int | None) -> None:
    """启动全部进程 / start the whole house in this terminal."""
    from hotline.up import up as start

    settings = Settings()
    if sip_workers:
        settings = settings.model_copy(update={"sip_workers": sip_workers})
    start(settings, demo=demo, with_tls=with_tls)


@cli.command()
@click.argument("part", type=click.Choice(["web", "worker", "beat", "sip"]))
@click.option("--index", type=int, help="第几个电话进程,从 0 起;不写则全部 / which SIP worker, all if absent")
def run(part: str, index: int | None) -> None:
    """运行单个进程 / become one process of a real installation (systemd)."""
    from hotline import processes

    settings = Settings()
    if settings.database_url is None:
        raise Trouble(
            "单独运行进程需要 HOTLINE_DATABASE_URL;内置数据库请用 hotline up。",
            "A single process needs HOTLINE_DATABASE_URL; the embedded database comes with `hotline up`.",
        )
    command = processes.sip(settings, index) if part == "sip" else getattr(processes, part)(settings)
    os.execv(command[0], command)  # noqa: S606 - our own command line


@cli.command("demo-call")
@click.option(
    "--wav", type=click.Path(exists=True, dir_okay=False), help="来电人说的话 / what the caller says"
)
@click.option("--text", help="由 espeak-ng 朗读 / spoken by espeak-ng")
@click.option("--number", help="主叫号码 / the caller's number")
@click.option("--seconds", type=float, help="接通多少秒后挂断 / hang up after")
def demo_call(**options: str | float | None) -> None:
    """拨打热线 / place a real SIP call with speech."""
    from telephony import demo_call as caller

    given = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    sys.exit(caller.main([Settings().sip_bind, *(word for pair in given for word in pair)]))


# -- the database


@cli.command()
def migrate() -> None:
    """建表或升级数据结构 / bring the database to this release's schema."""
    from hotline import opening

    with _house(with_tables=False) as house:
        opening.upgrade(house)
    click.echo("数据结构已是最新 / the schema is up to date")


@cli.command("seed-demo")
def seed_demo() -> None:
    """装入演示数据 / load the demo house."""
    from hotline.demo import load

    with _uow() as uow:
        load.seed(uow)
    click.echo("演示数据已装入 / the demo house is loaded")


@cli.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """备份数据库与文件 / save database and files into one archive."""
    from hotline import backup as archive

    with _house() as house:
        archive.save(house, target, _progress)
    click.echo(f"已备份到 {target};HOTLINE_SECRET_KEY 请另行保管 / keep the secret key elsewhere")


@cli.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """恢复到空的系统 / bring an archive into an empty house."""
    from hotline import backup as archive
    from hotline import preflight

    settings = Settings()
    preflight.usable_dir(settings.data_dir)
    with preflight.only_instance(settings.data_dir), _house(with_tables=False) as house:
        archive.load(house, source, _progress)
    click.echo("已恢复 / restored")


@cli.command("verify-audit")
def verify_audit() -> None:
    """核验审计链 / prove that no audit row was changed, removed or cut off."""
    from hotline.core import audit

    with _house() as house, house.sessions() as session:
        breaches = list(audit.verify(session, house.vault))
    for breach in breaches:
        click.secho(f"{breach.subject} #{breach.seq}: {breach.reason}", fg="red")
    if breaches:
        _fail(f"审计链有 {len(breaches)} 处不符 / the audit trail does not hold")
    click.echo("审计链完整 / the audit trail is whole")


# -- people and data


@cli.command("add-user")
@click.argument("username")
@click.option("--name", required=True, help="姓名 / name on screen")
@click.option("--role", "roles", multiple=True, required=True, help="角色,可多次 / role, may be repeated")
@click.option("--unit", help="单位代码 / unit code")
@click.option("--work-no", help="工号 / work number")
def add_user(username: str, name: str, roles: tuple[str, ...], unit: str | None, work_no: str | None) -> None:
    """添加账号,口令从终端或标准输入读取 / add an account; the password is read, never an argument."""
    from hotline.accounts import login, units
    from hotline.core.identity import Role

    unknown = sorted(set(roles) - set(Role))
    if unknown:
        raise Trouble(
            f"没有角色 {', '.join(unknown)};可用:{', '.join(Role)}", f"No such role: {', '.join(unknown)}."
        )
    password = (
        getpass.getpass("口令 / password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    with _uow() as uow:
        unit_id = units.unit_by_code(uow.session, unit).id if unit else None
        held = frozenset(Role(role) for role in roles)
        login.add_user(
            uow, username=username, name=name, password=password, roles=held, unit_id=unit_id, work_no=work_no
        )
    click.echo(f"已添加 {username} / added")


@cli.command("phone-account")
@click.argument("username")
@click.option("--take-back", is_flag=True, help="收回账号 / the account is void from now on")
def phone_account(username: str, take_back: bool) -> None:
    """话机注册账号 / an account with which an agent's desk phone registers at the edge."""
    from hotline import processes
    from telephony import phone_accounts
    from telephony.edge import accounts

    with _uow() as uow:
        if take_back:
            phone_accounts.take_back(uow, username)
        else:
            name, password = phone_accounts.give(uow, username)
            click.echo(f"服务器 {uow.settings.sip_bind}  用户名 {name}  口令 {password}")
        known = phone_accounts.passwords(uow)
        folder = processes.edge_folder(uow.settings)
    accounts.write(folder, known)
    click.echo("数秒内生效 / true within seconds")


@cli.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="只检查,不写入 / only check, write nothing")
@click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="生效日期 / day from which rows hold"
)
def import_(kind: str, file: Path, check: bool, valid_from: datetime | None) -> None:
    """导入 CSV / import a list from CSV: whole or not at all, each wrong cell is named."""
    from dispatch import imports as catalogue
    from hotline.accounts import imports
    from hotline.core.identity import SYSTEM

    listings = imports.LISTINGS | catalogue.LISTINGS
    if kind not in listings:
        known = "、".join(f"{name}({listing.label})" for name, listing in listings.items())
        raise Trouble(f"没有“{kind}”这种清单;可用:{known}", f"No such list: {kind}.")
    on = valid_from.date() if valid_from else None
    with _house() as house:
        with house.open_uow(SYSTEM) as uow:
            done = imports.load(uow, listings[kind], file.read_bytes(), valid_from=on, only_check=check)
        if check:
            click.echo(f"检查通过,共 {done.unchanged} 行 / the file is right")
            return
        counts = f"新增 {done.created},更改 {done.changed},未变 {done.unchanged},终止 {done.ended}"
        click.echo(f"已导入:{counts}")
        if kind == catalogue.CALENDAR.name:
            _move_deadlines(house)


@cli.command("sync-calendar")
def sync_calendar() -> None:
    """更新工作日历 / working days of this and the next year; official days stand."""
    from dispatch import calendar_days
    from hotline.core.identity import SYSTEM

    with _house() as house:
        first, last = _two_years(house)
        with house.open_uow(SYSTEM) as uow:
            changed = calendar_days.sync(uow, first, last)
        click.echo(f"{first.year}、{last.year} 年:更新 {changed} 天 / days changed")
        _move_deadlines(house)


def _two_years(house: "House") -> tuple[date, date]:
    from hotline.core.clock import local_date

    year = local_date(house.clock.now()).year
    return date(year, 1, 1), date(year + 1, 12, 31)


def _move_deadlines(house: "House") -> None:
    from dispatch import calendar

    moves = calendar.recompute(house.open_uow, *_two_years(house))
    looked, moved, total = next(moves)
    with click.progressbar(length=total, label="核对时限 / deadlines", file=sys.stderr) as bar:
        for done in moves:
            bar.update(done[0] - looked)
            looked, moved, _ = done
    click.echo(f"已核对时限 {looked} 项,顺延 {moved} 项 / deadlines checked, moved later")


@cli.command()
@click.option("--from", "start", required=True, help="起算时刻 / start, e.g. 2026-09-30T16:40 (local time)")
@click.option("--limit", required=True, help="时限 / 15min, 4wh (working hours), 24h, 5wd, 7d")
@click.option("--rule", help="计时规则,默认为当前模板 / counting rule")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / machine-readable")
def deadline(start: str, limit: str, rule: str | None, as_json: bool) -> None:
    """逐日推算时限 / explain a limit day by day: --from 2026-09-30T16:40 --limit 5wd."""
    from dispatch import reckoner
    from hotline.core.errors import DomainError

    with _calendar_of_the_house() as session:
        try:
            answer = reckoner.reckon(session, start, limit, rule)
        except DomainError as wrong:
            raise Trouble(wrong.message, f"Cannot reckon {limit} from {start}.") from wrong
    click.echo(answer.as_json() if as_json else answer.as_text())


@contextmanager
def _calendar_of_the_house() -> "Iterator[Session | None]":
    """Where this machine has no house, the shipped calendar has to do."""
    from hotline import embedded

    settings = Settings()
    if settings.database_url is None and not embedded.exists(settings.data_dir):
        click.echo("本机没有系统数据,按随附日历推算 / no house here: by the shipped calendar", err=True)
        yield None
        return
    with _house() as house, house.sessions() as session:
        yield session


@cli.command()
def doctor() -> None:
    """检查各部件并给出办法 / name each missing part and its remedy."""
    from hotline import doctor as examination

    marks = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}
    findings = []
    for finding in examination.examine(Settings()):
        findings.append(finding)
        mark, colour = marks[finding.level]
        click.echo(f"{click.style(mark, fg=colour)} {finding.part}: {finding.text}")
        if finding.remedy:
            click.echo(f"    → {finding.remedy}")
    sys.exit(1 if examination.worst(findings) is examination.Level.BAD else 0)
