"""The commands `hotline train` and `hotline models`: teach the classifier, look at its models, bring one back.

Registered by `hotline.cli`. Imports of heavy parts stay inside, so that `hotline --help` answers at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hotline.core.settings import Settings
from hotline.trouble import Trouble

if TYPE_CHECKING:
    from classifier.importing import Imported
    from hotline.core.house import House

STEPS = 12
PROBLEMS_SHOWN = 10
PREVIEW_ROWS = 5


@click.command()
@click.option(
    "--csv",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="更多样例,CSV 或 XLSX / further labelled cases; they are kept for later trainings",
)
@click.option(
    "--map", "mapping", multiple=True, help="列对应,如 --map 正文=诉求描述 / our column = the file's header"
)
@click.option(
    "--preview", is_flag=True, help="只看文件怎样被读懂,不训练 / show how the files are read, train nothing"
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="评测报告 / write an HTML report there"
)
def train(files: tuple[Path, ...], mapping: tuple[str, ...], preview: bool, report: Path | None) -> None:
    """训练智能建议模型 / teach the classifier from the lists, closed cases and files."""
    from hotline.desk import brain, training

    with _house() as house, house.sessions() as session:
        now = house.clock.now()
        for path in files:
            found = _read(house, session, now, path, _columns(mapping))
            _show(path, found, rows=preview)
            if not preview:
                training.keep(house.settings, path, found.examples)
        if preview:
            return
        with _progress() as tell:
            done = training.retrain(house.settings, session, now, tell=tell)
        _say(done)
        if report is not None:
            _write(report, brain.folder(house.settings), done.name if done.promoted else None)


@click.group()
def models() -> None:
    """查看与回退模型 / the saved models."""


@models.command("list")
def list_models() -> None:
    """列出模型 / the saved models, the newest first; * is in use."""
    from classifier import store
    from hotline.desk import brain

    where = brain.folder(Settings())
    current = store.current(where)
    for name in store.names(where):
        card = store.card(where, name) or {}
        figures = card.get("figures", {})
        shares = "  ".join(
            f"{label} {figures[field]['accuracy']:.3f}"
            for field, label in (("category", "分类"), ("unit", "单位"))
            if field in figures
        )
        click.echo(f"{'*' if name == current else ' '} {name}  {shares or '未评测 / not measured'}")


@models.command("use")
@click.argument("name")
@click.option("--reason", required=True, help="原因,记入审计 / why; it goes on record")
def use_model(name: str, reason: str) -> None:
    """启用某个模型 / bring a saved model back."""
    from hotline.core.identity import SYSTEM
    from hotline.desk import model_board

    with _house() as house, house.open_uow(SYSTEM) as uow:
        model_board.use(uow, name, reason)
    click.echo(f"已启用 {name},各进程一分钟内生效 / in use within a minute")


@contextmanager
def _house() -> "Iterator[House]":
    from hotline.opening import open_house

    with open_house(Settings()) as house:
        yield house


def _columns(mapping: tuple[str, ...]) -> dict[str, str]:
    """正文=诉求描述 → text: 诉求描述; ours may be given in Chinese or as the column's name."""
    from classifier.tables import ALIASES

    ours = {name: column for column, names in ALIASES.items() for name in names}
    found = {}
    for pair in mapping:
        name, sign, header = pair.partition("=")
        if not sign or name.strip() not in ours:
            known = "、".join(names[1] if len(names) > 1 else names[0] for names in ALIASES.values())
            raise Trouble(
                f"--map {pair}:应写成 我方列=文件列,我方列有:{known}",
                f"--map {pair}: write our column = the file's header.",
            )
        found[ours[name.strip()]] = header.strip()
    return found


def _read(house: "House", session: Any, now: Any, path: Path, mapping: dict[str, str]) -> "Imported":
    from zipfile import BadZipFile

    from classifier.tables import TableUnreadable
    from hotline.desk import training

    try:
        return training.bring(house.settings, session, now, path, mapping)
    except (TableUnreadable, BadZipFile) as wrong:
        raise Trouble(
            f"{path.name}:{wrong}", "The file cannot be read: check its header and encoding."
        ) from wrong


def _show(path: Path, found: "Imported", *, rows: bool) -> None:
    click.echo(f"{path.name}: 可用 {len(found.examples)} 条 / usable rows")
    click.echo("  列 / columns: " + ", ".join(f"{ours}={theirs}" for ours, theirs in found.columns.items()))
    for problem in found.problems[:PROBLEMS_SHOWN]:
        click.echo(f"  {problem}", err=True)
    if len(found.problems) > PROBLEMS_SHOWN:
        click.echo(f"  …共 {len(found.problems)} 处 / problems in all", err=True)
    for name, count in found.unknown.most_common(PROBLEMS_SHOWN):
        click.echo(f"  未知 / unknown {name} ×{count}", err=True)
    for one in found.examples[:PREVIEW_ROWS] if rows else ():
        line = " | ".join((one.category_code, one.unit_code, one.case_type, one.title or one.text))
        click.echo("  " + " ".join(line.split())[:100])


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A bar at a terminal; a line a step where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: click.echo(step, err=True)
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("准备 / preparing", total=STEPS)
        yield lambda step: bar.update(task, description=step, advance=1)
        bar.update(task, completed=STEPS)


def _say(done: Any) -> None:
    verdict = "已启用 / in use" if done.promoted else "未启用 / not taken"
    click.echo(f"{done.name}: {done.examples} 条样例 / examples, {verdict}:{done.why}")
    if done.challenger is not None:
        click.echo(
            f"最新 {done.compared} 件分类与单位正确率 / right classes and units: "
            f"{done.challenger:.3f} (现用 / in use {done.champion:.3f})"
        )


def _write(report: Path, where: Path, name: str | None) -> None:
    from classifier import store
    from classifier.report import render

    name = name or store.current(where)
    card = store.card(where, name) if name else None
    if name is None or card is None:
        raise Trouble("现用模型没有评测数据", "The model in use has never been measured.")
    report.write_text(render(card, name), encoding="utf-8")
    click.echo(f"报告 / report: {report}")
