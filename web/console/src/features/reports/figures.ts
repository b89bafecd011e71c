// How a figure reads: its value by its measure, and its formula with the numbers of this very row.
import type { components } from '@/api/schema'
import { span } from '@/format'
import { zh } from '@/locales/zh-CN'

type Schemas = components['schemas']
export type Formula = Schemas['FormulaOut']
export type Figure = Schemas['FigureOut']
export type Figures = Record<string, Figure>
export type CallReport = Schemas['CallReportOut']
export type AgentReport = Schemas['AgentReportOut']
export type UnitReport = Schemas['UnitReportOut']
export type Staffing = Schemas['StaffingOut']

/** A row of a table of figures. */
export interface Line {
  key: string | number
  label: string
  note?: string | null
  figures: Figures
}

const words = zh.reports
const whole = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 })
const fine = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 1, minimumFractionDigits: 1 })

export const percent = (value: number): string => `${fine.format(value * 100)}%`
export const count = (value: number | null | undefined): string => (value === null || value === undefined ? zh.time.none : whole.format(value))
export const decimal = (value: number): string => fine.format(value)

function seconds(value: number): string {
  if (!value) return `0 ${words.unit.seconds}`
  return value < 60 ? `${fine.format(value)} ${words.unit.seconds}` : span(value)
}

export function valueText(value: number | null | undefined, measure: string): string {
  if (value === null || value === undefined) return zh.time.none
  if (measure === 'rate') return percent(value)
  if (measure === 'seconds') return seconds(value)
  if (measure === 'hours') return `${fine.format(value)} ${words.unit.hours}`
  if (measure === 'per_mille') return `${fine.format(value)}${words.unit.per_mille}`
  return whole.format(value)
}

/** The n of a rate; where it is seconds, as a time. */
export const wholeText = (formula: Formula, value: number): string => (formula.whole_is_time ? span(value) : count(value))

/** Texts with T said as the seconds that were asked for. */
export function withThreshold(formula: Formula, seconds: string): Formula {
  const said = (text: string | null): string | null => text?.replace(/T 秒/g, `${seconds} 秒`).replace(/T (?=[内后])/g, `${seconds} 秒`) ?? null
  return { ...formula, label: said(formula.label) ?? '', text: said(formula.text) ?? '', variant: said(formula.variant) }
}

/** 接通率 = 接通量 ÷ …, the variant, the target. */
export function explain(formula: Formula): string {
  const lines = [words.formula(formula.label, formula.text)]
  for (const text of [formula.variant, formula.note]) if (text) lines.push(text)
  if (formula.target) lines.push(words.target(formula.target))
  return lines.join('\n')
}

/** The same with the numerator and the denominator of one row. */
export function explainFigure(formula: Formula, figure: Figure | undefined): string {
  const about = explain(formula)
  if (!figure || figure.part === null) return `${about}\n${words.notCounted}`
  if (figure.whole === null) return about
  if (!figure.whole) return `${about}\n${words.noDenominator}`
  return `${about}\n${words.counted(wholeText(formula, figure.part), wholeText(formula, figure.whole))}`
}

/** Better or worse than wanted, where a simple target says so: ≥ 95%, ≤ 5%. */
export function toneOf(formula: Formula, value: number | null | undefined): string {
  const found = /^([≥≤]) (\d+(?:\.\d+)?)(%?)/.exec(formula.target ?? '')
  if (!found || value === null || value === undefined) return ''
  const wanted = Number(found[2]) / (found[3] ? 100 : 1)
  return (found[1] === '≥' ? value >= wanted : value <= wanted) ? 'green' : 'red'
}
