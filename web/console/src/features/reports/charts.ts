// Options of the charts, from rows that are already loaded. Colours mean what they mean everywhere else.
import type { EChartsOption } from 'echarts'
import { dayOf } from '@/format'
import { zh } from '@/locales/zh-CN'
import { decimal, percent, type CallReport, type Formula, type Staffing, type UnitReport } from './figures'

const BLUE = '#1f5fbf'
const PALE = '#bcd0ee'
const GREEN = '#1b7f4b'
const AMBER = '#a85a00'
const TEXT = { color: '#3a4353', fontSize: 12 }
const words = zh.reports

const frame: EChartsOption = {
  animation: false,
  textStyle: TEXT,
  grid: { left: 48, right: 52, top: 32, bottom: 28 },
  tooltip: { trigger: 'axis' },
  legend: { top: 0, right: 0, itemHeight: 10, textStyle: TEXT },
}
const counts = { type: 'value' as const, minInterval: 1, splitLine: { lineStyle: { color: '#eef1f5' } } }
const rates = { type: 'value' as const, min: 0, max: 1, axisLabel: { formatter: (value: number) => percent(value) }, splitLine: { show: false } }

const rateText = (value: unknown): string => (typeof value === 'number' ? percent(value) : zh.time.none)

/** Bars of calls, lines of the two rates that the shift leader answers for. */
export function callCurve(report: CallReport, formulas: Record<string, Formula>, level: string): EChartsOption {
  const line = (name: string, color: string) => ({
    name: formulas[name]?.label ?? name, type: 'line' as const, yAxisIndex: 1, symbolSize: 5, color, connectNulls: false,
    tooltip: { valueFormatter: rateText },
    data: report.lines.map((row) => row.figures[name]?.value ?? null),
  })
  const bars = (name: string, color: string) => ({
    name: formulas[name]?.label ?? name, type: 'bar' as const, barGap: '-100%', color, data: report.lines.map((row) => row.figures[name]?.value ?? 0),
  })
  return {
    ...frame,
    xAxis: { type: 'category', data: report.lines.map((row) => row.label), axisTick: { show: false } },
    yAxis: [counts, rates],
    series: [bars('offered', PALE), bars('answered', BLUE), line('answer_rate', GREEN), line(level, AMBER)],
  }
}

/** Units by their smoothed composite, best first. */
export function unitRanking(report: UnitReport): EChartsOption {
  const ranked = report.lines
    .filter((row) => row.rank !== null && row.smoothed.three_rates != null)
    .sort((a, b) => (b.smoothed.three_rates ?? 0) - (a.smoothed.three_rates ?? 0))
    .slice(0, 40)
  return {
    ...frame,
    legend: undefined,
    grid: { left: 48, right: 12, top: 12, bottom: 84 },
    tooltip: { trigger: 'axis', valueFormatter: rateText },
    xAxis: { type: 'category', data: ranked.map((row) => row.label), axisTick: { show: false }, axisLabel: { rotate: 50, interval: 0, width: 88, overflow: 'truncate' } },
    yAxis: { ...rates, splitLine: { lineStyle: { color: '#eef1f5' } } },
    series: [{ name: words.rankChart, type: 'bar', color: BLUE, barMaxWidth: 28, data: ranked.map((row) => row.smoothed.three_rates ?? 0) }],
  }
}

/** Calls expected and seats needed through one day. */
export function dayPlan(day: Staffing['days'][number]): EChartsOption {
  return {
    ...frame,
    xAxis: { type: 'category', data: day.slots.map((slot) => slot.at.slice(11, 16)), axisTick: { show: false } },
    yAxis: [counts, { ...counts, splitLine: { show: false } }],
    series: [
      { name: words.calls_, type: 'bar', color: PALE, data: day.slots.map((slot) => slot.calls), tooltip: { valueFormatter: (value) => (typeof value === 'number' ? decimal(value) : '') } },
      { name: words.agents, type: 'line', step: 'middle', yAxisIndex: 1, color: GREEN, showSymbol: false, data: day.slots.map((slot) => slot.agents) },
      { name: words.seats, type: 'line', step: 'middle', yAxisIndex: 1, color: BLUE, showSymbol: false, data: day.slots.map((slot) => slot.seats) },
    ],
    aria: { enabled: true, label: { description: dayOf(day.on) } },
  }
}
