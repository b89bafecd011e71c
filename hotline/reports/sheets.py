"""The reports as sheets for export: which columns each has, and the legend that explains them."""

from collections.abc import Iterable, Mapping, Sequence

from hotline.core.uow import UnitOfWork
from hotline.reports import call_formulas, call_kpi, case_formulas, case_kpi, scope, staffing
from hotline.reports.export import Cell, Column, Sheet
from hotline.reports.figures import (
    Counter,
    Counts,
    Formula,
    Measure,
    composite_text,
    evaluate,
    terms,
    text_of,
)
from hotline.reports.intervals import LABELS, Interval, Period

Formulas = Mapping[str, Formula]
Counters = Mapping[str, Counter]


def intervals(
    uow: UnitOfWork, period: Period, interval: Interval, *, queue_id: int | None, within_s: int
) -> Sheet:
    report = call_kpi.by_interval(uow, period, interval, queue_id=queue_id, within_s=within_s)
    formulas = call_formulas.FORMULAS
    return Sheet(
        name="calls",
        title=f"话务报表（按{LABELS[interval]}，T={within_s} 秒）{_span(period)}",
        columns=[Column("时段"), *_columns(formulas)],
        rows=[[line.label, *_cells(uow, formulas, line.counts)] for line in (*report.lines, report.total)],
        legend=_legend(uow, formulas, call_formulas.COUNTERS),
    )


def agents(uow: UnitOfWork, period: Period) -> Sheet:
    report = call_kpi.by_agent(uow, period)
    formulas = {name: call_formulas.FORMULAS[name] for name in call_formulas.OF_AGENT}
    return Sheet(
        name="agents",
        title=f"话务员报表{_span(period)}",
        columns=[Column("话务员"), Column("工号"), *_columns(formulas)],
        rows=[
            [line.label, line.note, *_cells(uow, formulas, line.counts)]
            for line in (*report.lines, report.total)
        ],
        legend=_legend(uow, formulas, call_formulas.COUNTERS),
    )


def units(uow: UnitOfWork, period: Period) -> Sheet:
    report = case_kpi.by_unit(uow, period)
    formulas, three = case_formulas.FORMULAS, case_formulas.THREE_RATES
    heads = [Column("承办单位"), Column("分组"), Column("组内名次"), Column(three.label, Measure.RATE)]
    rows: list[Sequence[Cell]] = [
        [line.label, line.group, line.rank, line.three_rates, *_cells(uow, formulas, line.counts)]
        for line in report.lines
    ]
    rows.append(["合计", None, None, report.three_rates, *_cells(uow, formulas, report.total)])
    labels = {name: formula.label for name, formula in formulas.items()}
    legend = _legend(uow, formulas, case_formulas.COUNTERS)
    smoothing = f"按平滑后的三率综合排名：（好评 + k×全市均值）÷（n + k），k={uow.settings.score_smoothing:g}"
    return Sheet(
        name="units",
        title=f"承办单位报表{_span(period)}",
        columns=[*heads, *_columns(formulas)],
        rows=rows,
        legend=[
            (three.label, composite_text(three, labels, scope.weights(uow.settings))),
            ("组内名次", smoothing),
            *legend,
        ],
    )


def seats(uow: UnitOfWork, plan: staffing.Plan) -> Sheet:
    wish = plan.wish
    return Sheet(
        name="staffing",
        title=f"排班测算 {plan.week} 起一周",
        columns=[
            Column("时段"), Column("预计来电", Measure.DECIMAL), Column("话务量（Erlang）", Measure.DECIMAL),
            Column("在线话务员", Measure.COUNT), Column("排班人数", Measure.COUNT), Column("预计服务水平", Measure.RATE),
            Column("预计利用率", Measure.RATE), Column("预计平均等待", Measure.SECONDS),
        ],
        rows=[
            [f"{slot.at:%m-%d %H:%M}", slot.calls, slot.load, slot.agents, slot.seats, slot.service_level,
             slot.occupancy, slot.answer_speed_s]
            for day in plan.days for slot in day.slots
        ],
        legend=[
            ("目标", f"{wish.within_s} 秒内接通 {wish.service_level:.0%}，利用率不超过 {wish.max_occupancy:.0%}"),
            ("排班人数", f"在线话务员 ÷（1 − 缩减率 {wish.shrinkage:.0%}），向上取整；至少 {wish.least} 人在线"),
            ("平均处理时长", f"{plan.handling_s:.0f} 秒"),
            ("测算方法", "Erlang C；预计来电为历史同类日期各半小时的加权平均，每 4 周权重减半"),
            *((f"{day.on}", f"{day.name or ('工作日' if day.is_workday else '休息日')}：参照{day.like}（{day.days} 天）")
              for day in plan.days),
        ],
    )  # fmt: skip


def _span(period: Period) -> str:
    return f" {period.first} 至 {period.last}"


def _columns(formulas: Formulas) -> list[Column]:
    found = []
    for formula in formulas.values():
        found.append(Column(formula.label, formula.measure))
        if formula.whole:
            found.append(Column("n", Measure.SECONDS if formula.whole_is_time else Measure.COUNT))
    return found


def _cells(uow: UnitOfWork, formulas: Formulas, counts: Counts) -> list[Cell]:
    weights = scope.weights(uow.settings)
    cells: list[Cell] = []
    for formula in formulas.values():
        figure = evaluate(formula, counts, weights)
        cells.append(figure.value)
        if formula.whole:
            cells.append(figure.whole)
    return cells


def _legend(uow: UnitOfWork, formulas: Formulas, counters: Counters) -> list[tuple[str, str]]:
    weights = scope.weights(uow.settings)
    found = [("指标", "公式（n 为分母）")]
    for formula in formulas.values():
        about = "；".join(text for text in (formula.variant, formula.note) if text)
        target = f"；参考值 {formula.target}" if formula.target else ""
        found.append(
            (formula.label, text_of(formula, counters, weights) + (f"；{about}" if about else "") + target)
        )
    used = _used(formulas.values())
    return [*found, ("计数", "含义"), *((c.label, c.meaning) for c in counters.values() if c.name in used)]


def _used(formulas: Iterable[Formula]) -> set[str]:
    return {
        name
        for formula in formulas
        for expression in (formula.part, formula.whole or "")
        for _, _, name in terms(expression)
    }
