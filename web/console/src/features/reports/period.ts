// Dates of a report in the city's time; the address carries them, so that a report can be sent as a link.
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { zh } from '@/locales/zh-CN'

const DAY = 86_400_000
const date = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' })

/** 2026-09-18 of an instant. */
export const dateOf = (instant: number): string => date.format(instant)

type Span = [string, string]

export function spans(now: number): [string, Span][] {
  const today = dateOf(now)
  const monthStart = `${today.slice(0, 7)}-01`
  const lastMonthEnd = dateOf(Date.parse(`${monthStart}T00:00:00+08:00`) - DAY)
  const names = zh.reports.shortcuts
  return [
    [names.today, [today, today]],
    [names.yesterday, [dateOf(now - DAY), dateOf(now - DAY)]],
    [names.week, [dateOf(now - 6 * DAY), today]],
    [names.month, [monthStart, today]],
    [names.lastMonth, [`${lastMonthEnd.slice(0, 7)}-01`, lastMonthEnd]],
  ]
}

/** Questions that live in the address; what is absent has its default. */
export function useQuestion<T extends Record<string, string>>(defaults: T) {
  const route = useRoute()
  const router = useRouter()
  const asked = computed<T>(() => {
    const given = Object.entries(route.query).filter(([name, value]) => name in defaults && typeof value === 'string' && value)
    return { ...defaults, ...Object.fromEntries(given) }
  })
  const ask = (change: Partial<T>): void => void router.replace({ query: { ...asked.value, ...change } })
  return { asked, ask }
}
