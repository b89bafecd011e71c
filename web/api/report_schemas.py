"""What reports ask for and answer; every figure goes out with its numerator and denominator."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, Self

from pydantic import Field

from hotline.core.uow import UnitOfWork
from hotline.reports import scope
from hotline.reports.call_kpi import Line
from hotline.reports.case_formulas import FORMULAS as CASE_FORMULAS
from hotline.reports.case_kpi import UnitLine
from hotline.reports.figures import Composite, Counter, Counts, Formula, composite_text, evaluate, text_of
from hotline.reports.intervals import Interval, Period
from hotline.reports.staffing import Wish
from web.api.schemas import Outgoing
from web.validation import Id, Incoming


class PeriodQuery(Incoming):
    since: date = Field(description="首日（含），北京时间")
    until: date = Field(description="末日（含）")

    @property
    def period(self) -> Period:
        return Period(self.since, self.until)


class CallQuery(PeriodQuery):
    interval: Interval = Interval.HOUR
    queue_id: Id | None = None
    within_s: int = Field(15, ge=1, le=600, description="服务水平的阈值 T，秒")


class StaffingQuery(Incoming):
    week: date | None = Field(None, description="该周任一日；缺省为下周")
    queue_id: Id | None = None
    service_level: float = Field(0.9, gt=0, lt=1)
    within_s: int = Field(15, ge=1, le=600)
    max_occupancy: float = Field(0.85, ge=0.3, le=1)
    shrinkage: float = Field(0.3, ge=0, le=0.8)
    least: int = Field(1, ge=0, le=100)

    @property
    def wish(self) -> Wish:
        return Wish(
            service_level=self.service_level,
            within_s=self.within_s,
            max_occupancy=self.max_occupancy,
            shrinkage=self.shrinkage,
            least=self.least,
        )


class ExportFormat(Incoming):
    format: Literal["xlsx", "csv"] = "xlsx"


class CallExport(CallQuery, ExportFormat):
    pass


class PeriodExport(PeriodQuery, ExportFormat):
    pass


class StaffingExport(StaffingQuery, ExportFormat):
    pass


class FigureOut(Outgoing):
    value: float | None
    part: float | None
    whole: float | None = Field(description="n，分母")


Figures = dict[str, FigureOut]


def figures(uow: UnitOfWork, formulas: Mapping[str, Formula], counts: Counts) -> Figures:
    weights = scope.weights(uow.settings)
    return {
        name: FigureOut.model_validate(evaluate(formula, counts, weights))
        for name, formula in formulas.items()
    }


class FormulaOut(Outgoing):
    """One row of the table of formulas; `text` is read out of what is computed."""

    name: str
    label: str
    text: str
    measure: str
    better: str | None
    target: str | None
    variant: str | None
    source: str
    note: str | None
    whole_is_time: bool = Field(description="分母为秒数")


class CounterOut(Outgoing):
    name: str
    label: str
    meaning: str


class FormulaTable(Outgoing):
    formulas: list[FormulaOut]
    counters: list[CounterOut]


def formula_table(
    uow: UnitOfWork,
    formulas: Mapping[str, Formula],
    counters: Mapping[str, Counter],
    composites: tuple[Composite, ...] = (),
) -> FormulaTable:
    weights = scope.weights(uow.settings)
    labels = {name: formula.label for name, formula in formulas.items()}
    rows = [
        FormulaOut(
            name=one.name, label=one.label, text=text_of(one, counters, weights), measure=one.measure, better=one.better,
            target=one.target, variant=one.variant, source=one.source, note=one.note,
            whole_is_time=one.whole_is_time,
        )
        for one in formulas.values()
    ]  # fmt: skip
    rows += [
        FormulaOut(
            name=one.name, label=one.label, text=composite_text(one, labels, weights), measure="rate", better=one.better,
            target=None, variant=None, source=one.source, note=None,
            whole_is_time=False,
        )
        for one in composites
    ]  # fmt: skip
    return FormulaTable(formulas=rows, counters=[CounterOut.model_validate(one) for one in counters.values()])


class FormulasOut(Outgoing):
    calls: FormulaTable
    units: FormulaTable


class CallLineOut(Outgoing):
    """An interval (`at`: its local start), a queue or an agent (`id`)."""

    id: int | None
    at: datetime | None
    label: str
    note: str | None
    figures: Figures

    @classmethod
    def of(cls, uow: UnitOfWork, line: Line, formulas: Mapping[str, Formula]) -> Self:
        found = figures(uow, formulas, line.counts)
        return cls(id=line.id, at=line.at, label=line.label, note=line.note, figures=found)


class CallReportOut(Outgoing):
    since: date
    until: date
    interval: Interval
    within_s: int
    lines: list[CallLineOut]
    queues: list[CallLineOut]
    total: CallLineOut


class AgentReportOut(Outgoing):
    since: date
    until: date
    lines: list[CallLineOut]
    total: CallLineOut


class UnitLineOut(Outgoing):
    unit_id: int
    label: str
    group: str
    rank: int | None
    group_size: int
    three_rates: float | None
    smoothed: dict[str, float | None]
    figures: Figures

    @classmethod
    def of(cls, uow: UnitOfWork, line: UnitLine) -> Self:
        return cls.model_validate(vars(line) | {"figures": figures(uow, CASE_FORMULAS, line.counts)})


class UnitReportOut(Outgoing):
    since: date
    until: date
    all_units: bool = Field(description="否：只含本单位及下级单位")
    smoothing: float
    lines: list[UnitLineOut]
    total: Figures
    three_rates: float | None


class SlotOut(Outgoing):
    at: datetime
    calls: float
    load: float
    agents: int
    seats: int
    service_level: float
    occupancy: float
    answer_speed_s: float


class DayPlanOut(Outgoing):
    on: date
    is_workday: bool
    name: str
    like: str
    days: int
    calls: float
    slots: list[SlotOut]


class StaffingOut(Outgoing):
    week: date
    handling_s: float
    handling_known: bool
    history_days: int
    days: list[DayPlanOut]
