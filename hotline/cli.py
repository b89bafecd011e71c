"""The command `hotline`: every command opens what it needs, calls one verb and says what came of it.

Imports of heavy parts stay inside their command, so that `hotline --help` answers at once.
"""

import os
import sys

import click
from pydantic import ValidationError

from hotline.core.errors import DomainError
from hotline.core.settings import Settings
from hotline.trouble import Trouble


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """12345 政务服务便民热线 / the government service hotline.

    Settings come from HOTLINE_* environment variables or hotline.toml (see docs/operations.md).
    """


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
        lines = [f"  HOTLINE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in wrong.errors()]
        _fail("\n".join(["设置有误 / wrong settings:", *lines]))


def _fail(message: str) -> None:
    click.secho(message, fg="red", err=True)
    sys.exit(1)


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
@click.option("--index", default=0, help="第几个电话进程,从 0 起 / which SIP worker")
def run(part: str, index: int) -> None:
    """运行单个进程 / become one process of a real installation (systemd)."""
    from hotline import processes

    settings = Settings()
    command = processes.sip(settings, index) if part == "sip" else getattr(processes, part)(settings)
    os.execv(command[0], command)  # noqa: S606 - our own command line
