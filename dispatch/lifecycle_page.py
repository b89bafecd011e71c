"""Prints the lifecycle table for domain experts: `python -m dispatch.lifecycle_page > docs/lifecycle.md`.

A test keeps the file equal to the table.
"""

import sys
from collections.abc import Iterable, Iterator

from dispatch.buck_passing import ACCOUNTABILITY_AT, ORDER_AT
from dispatch.guards.base import (
    CLOSE_AFTER_ATTEMPTS,
    FALSE_REPORTS,
    MAX_HOPS,
    REWORKS_BEFORE_ESCALATION,
    REWORKS_BEFORE_ORDER,
    UNITS_BEFORE_ESCALATION,
)
from dispatch.guards.words import WORDS
from dispatch.limit_rules import HOUSE_LIMITS
from dispatch.moves import Check, Level, Row, Target
from dispatch.status import AssignmentStatus, CaseStatus, ClockName
from dispatch.steps import STEPS, When, WorkdaysAfter, at_due
from dispatch.transitions import LIVE_STATES, TABLE
from dispatch.transitions_beside import SENT_STATES
from hotline.core.identity import ROLE_LABELS

HEAD = """# 工单生命周期

本页由 `dispatch/transitions.py`、`transitions_beside.py` 打印（`python -m dispatch.lifecycle_page`），请勿手改。§ 指业务规则章节。

级别：C = 工单，A = 单个承办单位的办理任务。工单派出后的状态由各单位的任务汇总得出：工单随主办单位走，
全部单位提交后才进入待办结审核。时钟：`+` 开始（暂停的则继续） `-` 结束 `~` 暂停 `>` 恢复并补回中间的时间，
`-all` 工单的全部时钟，`-unit` 该单位的全部时钟。先决条件决定操作是否出现，条件在提交表单后检查。
"""


def page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    yield from _diagram()
    yield from _table("工单的操作（C）", [row for row in TABLE if row.level is Level.CASE])
    yield from _table("承办单位的操作（A）", [row for row in TABLE if row.level is Level.ASSIGNMENT])
    yield from _guard_table()
    yield from _clock_table()
    yield from _thresholds()


def _guard_table() -> Iterator[str]:
    used = dict.fromkeys(check.__name__ for row in TABLE for check in (*row.early, *row.guards))
    yield "## 条件的含义\n"
    yield "| 条件 | 含义 |"
    yield "|---|---|"
    yield from (f"| `{name}` | {WORDS[name]} |" for name in used)
    yield ""


def _diagram() -> Iterator[str]:
    yield "## 状态图\n\n```mermaid\nstateDiagram-v2"
    for status in CaseStatus:
        yield f'    state "{status.label}" as {status.name}'
    yield f"    [*] --> {CaseStatus.DRAFT.name}"
    for (source, target), labels in _edges().items():
        yield f"    {source} --> {target}: {'、'.join(labels)}"
    yield f"    {CaseStatus.ARCHIVED.name} --> [*]\n```\n"
    yield f"任何未结束的状态都可以 {_any_live()}。\n"


def _any_live() -> str:
    rows = [row for row in TABLE if row.sources == LIVE_STATES]
    return "、".join(f"{row.label}（{CaseStatus(row.target).label}）" for row in rows)


def _edges() -> dict[tuple[str, str], list[str]]:
    """Moves between states of the case; where the units decide, the states that can result."""
    edges: dict[tuple[str, str], list[str]] = {}
    for row in TABLE:
        if row.sources == LIVE_STATES:
            continue
        for source, target in _ways(row):
            edges.setdefault((source.name, target.name), []).append(row.label)
    return edges


_ROLLED: dict[str, tuple[CaseStatus, ...]] = {
    "dispatch": (CaseStatus.PENDING_SIGN,),
    "designate": (CaseStatus.PENDING_SIGN,),
    "reject_audit": (CaseStatus.HANDLING, CaseStatus.REWORK),
    "resume": (CaseStatus.HANDLING, CaseStatus.REWORK),
    "uphold_return": (CaseStatus.PENDING_DISPATCH,),
    "submit_result": (CaseStatus.SUBMITTED,),
}


def _ways(row: Row) -> Iterator[tuple[CaseStatus, CaseStatus]]:
    if row.target is Target.SAME:
        return
    for source in row.sources:
        sources = _as_case(source)
        targets = _ROLLED.get(row.action) or (row.case_target or CaseStatus(row.target),)
        for begin in sources:
            for target in targets:
                if begin is not target and not (row.level is Level.ASSIGNMENT and source == row.target):
                    yield begin, target


def _as_case(source: CaseStatus | AssignmentStatus) -> tuple[CaseStatus, ...]:
    if source is AssignmentStatus.HANDLING:
        return (CaseStatus.HANDLING, CaseStatus.REWORK)
    return (CaseStatus(source.value),)


def _table(title: str, rows: Iterable[Row]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| 操作 | 从 | 到 | 谁 | 先决条件 | 条件 | 记录 | 时钟 | § |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        cells = (
            f"`{row.action}` {row.label}",
            _sources(row),
            _target(row),
            "、".join(ROLE_LABELS[role] for role in row.who),
            _names(row.early),
            _names(row.guards),
            _names(row.effects),
            " ".join(f"`{sign}`" for sign in row.clocks) or "–",
            row.rule,
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _sources(row: Row) -> str:
    if row.sources == LIVE_STATES:
        return "任何未结束状态"
    if row.sources == SENT_STATES:
        return "任何未结束状态（草稿除外）"
    return "、".join(source.label for source in row.sources)


def _target(row: Row) -> str:
    if row.case_target is not None:
        return f"{AssignmentStatus(row.target).label}，工单→{row.case_target.label}"
    if row.target is Target.ROLL_UP:
        return "*按单位汇总*"
    if row.target is Target.SAME:
        return "不变"
    return str(getattr(row.target, "label", row.target))


def _names(checks: tuple[Check, ...]) -> str:
    return "、".join(f"`{check.__name__}`" for check in checks) or "–"


def _clock_table() -> Iterator[str]:
    yield "## 时钟与自动动作\n"
    yield "办理、联系、签收时限来自时限规则表；下列为热线自身的时限（可在系统中修改）。\n"
    yield "| 时钟 | 热线时限 | 到时系统自动 |"
    yield "|---|---|---|"
    for clock, steps in STEPS.items():
        done = "、".join(f"{step.label}（{_when(step.when)}）" for step in steps)
        yield f"| `{clock.value}` {clock.label} | {_limits(clock)} | {done} |"


def _thresholds() -> Iterator[str]:
    yield "\n## 自动升级的门槛\n"
    yield "| 情形 | 门槛 | 系统自动 | § |"
    yield "|---|---|---|---|"
    for cause, threshold, done, rule in (
        ("派单次数", f"{MAX_HOPS} 次仍申请退单", "不再退回重派；次日晨未审的转争议协调指定", "§1.4"),
        ("先后主办的单位", f"{UNITS_BEFORE_ESCALATION} 个", "提级督办单", "§1.5"),
        ("重办", f"{REWORKS_BEFORE_ORDER} 次", "督办单", "§1.5、§1.6"),
        ("重办", f"{REWORKS_BEFORE_ESCALATION} 次", "提级督办单", "§1.5"),
        ("诉求人反映办理不实", f"{FALSE_REPORTS} 次", "问责建议函", "§1.1、§1.5"),
        ("提级督办单", "逾期未回复", "红牌、问责建议函", "§1.5"),
        ("推诿扯皮指数（每日晨）", f"{ORDER_AT} 分", "督办单", "§1.4"),
        ("推诿扯皮指数（每日晨）", f"{ACCOUNTABILITY_AT} 分", "问责建议函", "§1.5"),
        ("回访未接通", f"{CLOSE_AFTER_ATTEMPTS} 次", "办结", "§1.6"),
        ("作风类投诉经查属实", "一次", "红牌、责令停止通知书", "§1.5"),
    ):
        yield f"| {cause} | {threshold} | {done} | {rule} |"


def _when(rule: When) -> str:
    if isinstance(rule, WorkdaysAfter):
        return f"到期后第 {rule.count} 个工作日"
    return "到期时" if rule is at_due else "剩 1 个工作日"


def _limits(clock: ClockName) -> str:
    limits = HOUSE_LIMITS.get(clock)
    if limits is None:
        return "时限规则表"
    return "，".join(f"{urgency.label if urgency else '其他'} {text}" for urgency, text in limits.items())


if __name__ == "__main__":
    sys.stdout.write(page())
