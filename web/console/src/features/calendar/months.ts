// Days of a year as twelve sheets that begin on Monday, and how a day is painted.
import type { CalendarDay } from '@/api/types'

export interface Month {
  number: number
  before: number
  days: CalendarDay[]
}

const isWeekend = (on: string): boolean => [0, 6].includes(new Date(`${on}T12:00:00Z`).getUTCDay())

export function monthsOf(days: CalendarDay[]): Month[] {
  const months = new Map<number, CalendarDay[]>()
  for (const day of days) {
    const number = Number(day.on.slice(5, 7))
    months.set(number, [...(months.get(number) ?? []), day])
  }
  return [...months].map(([number, inMonth]) => ({
    number,
    before: (new Date(`${inMonth[0]?.on ?? ''}T12:00:00Z`).getUTCDay() + 6) % 7,
    days: inMonth,
  }))
}

export function kindOf(day: CalendarDay): 'work' | 'off' | 'holiday' | 'swapped' {
  if (day.is_workday) return isWeekend(day.on) ? 'swapped' : 'work'
  return day.name && day.name !== '周末' ? 'holiday' : 'off'
}
