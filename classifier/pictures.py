"""Pictures of a model card as SVG: calibration, confusion, scores per branch, learning curve.

Words stay words in the picture, so the reader's own fonts write the Chinese. Called by training only.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

BLUE, AMBER, GREY = "#1f5fa8", "#b26a00", "#8a94a3"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hotline",
    "font.family": ["sans-serif"],
    "font.sans-serif": [
        "Noto Sans CJK SC",
        "WenQuanYi Zen Hei",
        "Microsoft YaHei",
        "PingFang SC",
        "DejaVu Sans",
    ],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(card: dict[str, Any]) -> dict[str, str]:
    """Every picture of a card by its name; one that has no figures yet is left out."""
    with _quietly():
        made = {name: painter(card) for name, painter in PAINTERS.items()}
    return {name: svg for name, svg in made.items() if svg}


@contextmanager
def _quietly() -> Iterator[None]:
    """Fonts that this machine lacks are the reader's to have."""
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*missing.*")
        try:
            yield
        finally:
            logger.setLevel(level)


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    written = out.getvalue()
    return written[written.index("<svg") :]


def _reliability(card: dict[str, Any]) -> str:
    """Stated probability against the share that was right; on the diagonal a stated 0.85 is right in 85 of 100."""
    if not any(card["reliability"].values()):
        return ""
    figure = Figure(figsize=(4.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    for field, colour, label in (("category", BLUE, "分类"), ("unit", AMBER, "承办单位")):
        bands = card["reliability"][field]
        if not bands:
            continue
        stated, hit = [band["stated"] for band in bands], [band["right"] for band in bands]
        sizes = [20 + 200 * band["count"] / sum(b["count"] for b in bands) for band in bands]
        axes.plot(stated, hit, color=colour, linewidth=1.2, label=label)
        axes.scatter(stated, hit, s=sizes, color=colour, alpha=0.6)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="建议时给出的把握", ylabel="实际正确率")
    axes.legend(frameon=False, loc="upper left")
    return _svg(figure)


def _confusion(card: dict[str, Any]) -> str:
    counts, names = np.array(card["confusion"]["counts"]), card["confusion"]["names"]
    if not counts.size:
        return ""
    size = max(3.4, 0.34 * len(names) + 1.6)
    figure = Figure(figsize=(size + 0.8, size), layout="constrained")
    axes = figure.add_subplot()
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    columns = [*names, "无建议"]
    axes.set_xticks(range(len(columns)), columns, rotation=60, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="建议", ylabel="实际")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if share[row, column] > 0.6 else "#22303c"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=7)
    return _svg(figure)


def _branches(card: dict[str, Any]) -> str:
    rows = sorted(card["tops"], key=lambda row: row["f1"])
    if not rows:
        return ""
    figure = Figure(figsize=(5.2, 0.26 * len(rows) + 0.9), layout="constrained")
    axes = figure.add_subplot()
    axes.barh([row["name"] for row in rows], [row["f1"] for row in rows], color=BLUE, height=0.6)
    for at, row in enumerate(rows):
        axes.text(
            min(row["f1"] + 0.01, 1.0), at, f"{row['f1']:.2f}  ({row['support']})", va="center", fontsize=7
        )
    axes.set(xlim=(0, 1.15), xlabel="F1（括号内为评测件数）")
    return _svg(figure)


def _curve(card: dict[str, Any]) -> str:
    points = card.get("curve") or []
    if len(points) < 2:
        return ""
    figure = Figure(figsize=(4.6, 3.2), layout="constrained")
    axes = figure.add_subplot()
    rows = [point["rows"] for point in points]
    for field, colour, label in (("category", BLUE, "分类"), ("unit", AMBER, "承办单位")):
        axes.plot(rows, [point[field] for point in points], marker="o", color=colour, label=label)
    axes.set_xscale("symlog", linthresh=100)
    axes.set_xticks(rows, [str(n) for n in rows])
    axes.minorticks_off()
    axes.set(ylim=(0, 1.02), xlabel="已学样例数（0：仅凭分类表与派单目录）", ylabel="首条建议正确率")
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


PAINTERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "reliability": _reliability,
    "branches": _branches,
    "confusion": _confusion,
    "curve": _curve,
}
TITLES = {
    "reliability": "把握与实际：校准图",
    "branches": "各大类得分",
    "confusion": "大类混淆",
    "curve": "学习曲线",
}
