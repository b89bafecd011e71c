// The figures of a department as label, value and what the value is made of.
import type { UnitFigures } from '@/api/types'
import { zh } from '@/locales/zh-CN'

export const rateOf = (value: number | null): string => (value === null ? zh.time.none : `${(value * 100).toFixed(1)}%`)

export function figuresOf(found: UnitFigures): [string, string | number, string][] {
  const { of, figures: label } = zh.unit
  return [
    [label.dispatched, found.dispatched, ''],
    [label.replied, found.replied, ''],
    [label.on_time_rate, rateOf(found.on_time_rate), of(found.on_time, found.due)],
    [label.signed_late, found.signed_late, ''],
    [label.reworked, found.reworked, ''],
    [label.extended, found.extended, ''],
    [label.returns, found.returns, ''],
    [label.returns_refused, found.returns_refused, ''],
    [label.yellow_cards, found.yellow_cards, ''],
    [label.red_cards, found.red_cards, ''],
  ]
}
