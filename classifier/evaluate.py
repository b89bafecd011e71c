"""Measures a task on files from outside, by the same code that answers in production.

python -m classifier.evaluate --task {category,unit,events} [--train CSV …] --test CSV [--pretokenised]
    [--prior CLASSES.csv] [--limit N] --json -
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from classifier.fitting import Options
from classifier.flat import FlatClassifier, train_flat
from classifier.hotspots import Hotspots
from classifier.metrics import label_scores, pair_scores, reliability
from classifier.tables import TableUnreadable, read_table, require
from classifier.taxonomy import Taxonomy
from classifier.text import Segmenter

UNIT_OPTIONS = Options()
Rows = list[dict[str, str]]


@click.command()
@click.option("--task", type=click.Choice(["category", "unit", "events"]), required=True)
@click.option("--train", "train_paths", type=click.Path(exists=True, path_type=Path), multiple=True)
@click.option("--test", "test_path", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--pretokenised", is_flag=True, help="texts are words with blanks between them")
@click.option(
    "--prior", "prior_path", type=click.Path(exists=True, path_type=Path), help="class scheme as CSV"
)
@click.option("--limit", type=int, help="use only the first N training rows")
@click.option(
    "--json", "target", type=click.Path(allow_dash=True), help="write figures here; - is the screen"
)
@click.argument("more_train", nargs=-1, type=click.Path(exists=True, path_type=Path))
def main(
    task: str,
    train_paths: Sequence[Path],
    test_path: Path,
    pretokenised: bool,
    prior_path: Path | None,
    limit: int | None,
    target: str | None,
    more_train: Sequence[Path],
) -> None:
    """Accuracy, macro-F1, top-3, calibration, speed and memory; for events pair precision and recall."""
    try:
        if task == "events":
            figures = events(_rows([test_path], "text", "msg_id"))
        else:
            training = _rows([*train_paths, *more_train], "text", "label")[:limit]
            scheme = Taxonomy.of_levels(read_table(prior_path).rows) if prior_path else None
            figures = labels(
                task, training, _rows([test_path], "text", "label"), scheme, pretokenised=pretokenised
            )
    except TableUnreadable as unreadable:
        raise click.ClickException(str(unreadable)) from unreadable
    written = json.dumps(figures, ensure_ascii=False, indent=2)
    if target in (None, "-"):
        click.echo(written)
    else:
        Path(str(target)).write_text(written + "\n", encoding="utf-8")


def labels(
    task: str, training: Rows, testing: Rows, scheme: Taxonomy | None, *, pretokenised: bool = False
) -> dict[str, Any]:
    """Without training rows the labels are those of the test file: the task is to tell them apart unseen."""
    started = time.perf_counter()
    classifier = train_flat(
        [r.get("title", "") for r in training],
        [r["text"] for r in training],
        [r["label"] for r in training],
        labels=[] if training else sorted({r["label"] for r in testing}),
        taxonomy=scheme,
        options=UNIT_OPTIONS if task == "unit" else Options(),
        pretokenised=pretokenised,
    )
    train_s = time.perf_counter() - started
    started = time.perf_counter()
    guesses = classifier.probabilities([r.get("title", "") for r in testing], [r["text"] for r in testing])
    test_s = time.perf_counter() - started
    column = {label: at for at, label in enumerate(classifier.model.labels)}
    truth = np.array([column.get(r["label"], -1) for r in testing], np.int64)
    return {
        "task": task,
        "train_rows": len(training),
        "test_rows": len(testing),
        "labels": len(column),
        **{name: round(value, 4) for name, value in label_scores(guesses, truth).items()},
        "reliability": reliability(guesses.max(1), guesses.argmax(1) == truth),
        "train_s": round(train_s, 2),
        "docs_per_s": round(len(testing) / max(test_s, 1e-9), 1),
        "one_p95_ms": round(_one_by_one(classifier, testing[:200]), 2),
        "peak_mb": _peak_mb(),
    }


def _one_by_one(classifier: FlatClassifier, rows: Rows) -> float:
    """95th percentile of a single question, in milliseconds."""
    spent = []
    for row in rows:
        started = time.perf_counter()
        classifier.probabilities([row.get("title", "")], [row["text"]])
        spent.append((time.perf_counter() - started) * 1000)
    return float(np.percentile(spent, 95)) if spent else 0.0


def events(rows: Rows) -> dict[str, Any]:
    """Cases are put into groups one after the other, in the order of their time, as they would come in."""
    order = sorted(range(len(rows)), key=lambda at: (_moment(rows[at].get("time", "")), at))
    groups = Hotspots(Segmenter())
    started = time.perf_counter()
    for at in order:
        groups.add(at, rows[at].get("title", ""), rows[at]["text"])
    spent = time.perf_counter() - started
    found = [groups.key_of(at) for at in range(len(rows))]
    scores = pair_scores(found, [row.get("event") or None for row in rows])
    return {
        "task": "events",
        "rows": len(rows),
        "groups": len(groups.groups()),
        **{name: round(value, 4) for name, value in scores.items()},
        "docs_per_s": round(len(rows) / max(spent, 1e-9), 1),
        "peak_mb": _peak_mb(),
        "found": [
            {
                "key": rows[key].get("msg_id", str(key)),
                "members": [rows[m].get("msg_id", str(m)) for m in members],
            }
            for key, members in groups.groups()[:50]
        ],
    }


def _moment(written: str) -> tuple[int, ...]:
    """2019/8/7 9:05:00 sorts before 2019-10-01; unreadable times come first."""
    parts = "".join(c if c.isdigit() else " " for c in written).split()
    return tuple(map(int, parts))


def _rows(paths: Sequence[Path], *needed: str) -> Rows:
    out: Rows = []
    for path in paths:
        table = read_table(path)
        require(table, *needed)
        for problem in table.problems[:5]:
            click.echo(f"{path.name} {problem}", err=True)
        out += table.rows
    return out


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    sys.exit(main())
