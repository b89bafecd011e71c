"""Reports over HTTP: telephone figures, agents, units, staffing, the table of formulas, and all of them as files."""

from flask import Response

from hotline.core.clock import local
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from hotline.reports import call_formulas, call_kpi, case_formulas, case_kpi, export, sheets, staffing
from hotline.reports.export import MEDIA_TYPES, Format, Sheet
from web.api.report_schemas import (
    AgentReportOut,
    CallExport,
    CallLineOut,
    CallQuery,
    CallReportOut,
    FormulasOut,
    PeriodExport,
    PeriodQuery,
    StaffingExport,
    StaffingOut,
    StaffingQuery,
    UnitLineOut,
    UnitReportOut,
    figures,
    formula_table,
)
from web.api.schemas import reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to

bp = resource("reports", "统计报表")

CALLS, UNITS = Permission.CALL_REPORT_SEE, Permission.REPORT_SEE
FILE = {
    "description": "带水印的文件",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
}
AGENT_FORMULAS = {name: call_formulas.FORMULAS[name] for name in call_formulas.OF_AGENT}


@bp.get("/reports/formulas", responses={200: FormulasOut})
@opens_to(CALLS, UNITS)
def formulas() -> Response:
    """Every figure with its formula, variant, target and source."""
    with open_uow() as uow:
        return reply(
            FormulasOut(
                calls=formula_table(uow, call_formulas.FORMULAS, call_formulas.COUNTERS),
                units=formula_table(
                    uow, case_formulas.FORMULAS, case_formulas.COUNTERS, (case_formulas.THREE_RATES,)
                ),
            )
        )


@bp.get("/reports/calls", responses={200: CallReportOut})
@opens_to(CALLS)
def calls(query: CallQuery) -> Response:
    """Telephone figures by interval and by queue."""
    table = call_formulas.FORMULAS
    with open_uow() as uow:
        report = call_kpi.by_interval(
            uow, query.period, query.interval, queue_id=query.queue_id, within_s=query.within_s
        )
        queues = call_kpi.by_queue(uow, query.period, within_s=query.within_s)
        return reply(
            CallReportOut(
                since=query.since,
                until=query.until,
                interval=query.interval,
                within_s=query.within_s,
                lines=[CallLineOut.of(uow, line, table) for line in report.lines],
                queues=[CallLineOut.of(uow, line, table) for line in queues],
                total=CallLineOut.of(uow, report.total, table),
            )
        )


@bp.get("/reports/agents", responses={200: AgentReportOut})
@opens_to(CALLS)
def agents(query: PeriodQuery) -> Response:
    with open_uow() as uow:
        report = call_kpi.by_agent(uow, query.period)
        return reply(
            AgentReportOut(
                since=query.since,
                until=query.until,
                lines=[CallLineOut.of(uow, line, AGENT_FORMULAS) for line in report.lines],
                total=CallLineOut.of(uow, report.total, AGENT_FORMULAS),
            )
        )


@bp.get("/reports/units", responses={200: UnitReportOut})
@opens_to(UNITS)
def units(query: PeriodQuery) -> Response:
    """Order handling by unit; a unit sees itself and what is below it."""
    with open_uow() as uow:
        report = case_kpi.by_unit(uow, query.period)
        return reply(
            UnitReportOut(
                since=query.since,
                until=query.until,
                all_units=report.all_units,
                smoothing=uow.settings.score_smoothing,
                lines=[UnitLineOut.of(uow, line) for line in report.lines],
                total=figures(uow, case_formulas.FORMULAS, report.total),
                three_rates=report.three_rates,
            )
        )


@bp.get("/reports/staffing", responses={200: StaffingOut})
@opens_to(CALLS)
def seats(query: StaffingQuery) -> Response:
    """Seats needed per half hour of a week: forecast from history and Erlang C."""
    with open_uow() as uow:
        return reply(StaffingOut.model_validate(_plan(uow, query)))


def _plan(uow: UnitOfWork, query: StaffingQuery) -> staffing.Plan:
    return staffing.plan(uow, query.week, wish=query.wish, queue_id=query.queue_id)


@bp.get("/reports/calls/export", responses={200: FILE})
@opens_to(CALLS)
def export_calls(query: CallExport) -> Response:
    """The file is watermarked and the export is audited, as all of them."""
    with open_uow() as uow:
        sheet = sheets.intervals(
            uow, query.period, query.interval, queue_id=query.queue_id, within_s=query.within_s
        )
        return _file(uow, sheet, query.format)


@bp.get("/reports/agents/export", responses={200: FILE})
@opens_to(CALLS)
def export_agents(query: PeriodExport) -> Response:
    with open_uow() as uow:
        return _file(uow, sheets.agents(uow, query.period), query.format)


@bp.get("/reports/units/export", responses={200: FILE})
@opens_to(UNITS)
def export_units(query: PeriodExport) -> Response:
    with open_uow() as uow:
        return _file(uow, sheets.units(uow, query.period), query.format)


@bp.get("/reports/staffing/export", responses={200: FILE})
@opens_to(CALLS)
def export_seats(query: StaffingExport) -> Response:
    with open_uow() as uow:
        return _file(uow, sheets.seats(uow, _plan(uow, query)), query.format)


def _file(uow: UnitOfWork, sheet: Sheet, form: Format) -> Response:
    response = Response(export.write(uow, sheet, form), mimetype=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = (
        f"attachment; filename={sheet.name}-{local(uow.now):%Y%m%d}.{form}"
    )
    return response
