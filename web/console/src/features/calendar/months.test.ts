import { expect, it } from 'vitest'
import { kindOf, monthsOf } from './months'

const day = (on: string, is_workday: boolean, name = '') => ({ on, is_workday, name, source: '通知', provisional: false })

it('begins each month under its own weekday', () => {
  const months = monthsOf([day('2026-10-01', false, '国庆节'), day('2026-10-02', false, '国庆节'), day('2026-11-01', false, '周末')])
  // 1 October 2026 is a Thursday, 1 November a Sunday.
  expect(months.map((month) => [month.number, month.before, month.days.length])).toEqual([[10, 3, 2], [11, 6, 1]])
})

it('tells holidays from weekends and swapped days from ordinary ones', () => {
  expect(kindOf(day('2026-10-01', false, '国庆节'))).toBe('holiday')
  expect(kindOf(day('2026-10-17', false, '周末'))).toBe('off')
  expect(kindOf(day('2026-10-10', true, '国庆节调休上班'))).toBe('swapped')
  expect(kindOf(day('2026-10-12', true))).toBe('work')
})
