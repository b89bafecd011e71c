// How instants, spans and numbers read on screen; every instant is shown in the time of Shanghai.
import { zh } from '@/locales/zh-CN'

const zone = 'Asia/Shanghai'
const dayTime = new Intl.DateTimeFormat('zh-CN', {
  timeZone: zone, month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false,
})
const full = new Intl.DateTimeFormat('zh-CN', {
  timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
})
const clock = new Intl.DateTimeFormat('zh-CN', {
  timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
})
const weekday = new Intl.DateTimeFormat('zh-CN', { timeZone: zone, month: 'numeric', day: 'numeric', weekday: 'short' })
const year = new Intl.DateTimeFormat('zh-CN', { timeZone: zone, year: 'numeric' })

function parts(format: Intl.DateTimeFormat, instant: string | number): Record<string, string> {
  return Object.fromEntries(format.formatToParts(new Date(instant)).map((part) => [part.type, part.value]))
}

/** 9月20日 17:30, with the year when it is not this one. */
export function at(instant: string | null | undefined): string {
  if (!instant) return zh.time.none
  const p = parts(dayTime, instant)
  const text = `${zh.time.monthDay(p.month ?? '', p.day ?? '')} ${p.hour}:${p.minute}`
  return year.format(new Date(instant)) === year.format(new Date()) ? text : `${year.format(new Date(instant))}${text}`
}

/** 9月20日 周日, for a date without a time. */
export function dayOf(date: string): string {
  const p = parts(weekday, `${date}T12:00:00+08:00`)
  return `${zh.time.monthDay(p.month ?? '', p.day ?? '')} ${p.weekday}`
}

export function fullAt(instant: string | null | undefined): string {
  if (!instant) return zh.time.none
  const p = parts(full, instant)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`
}

export function clockAt(instant: string | number | null | undefined): string {
  return instant ? clock.format(new Date(instant)) : zh.time.none
}

/** 2:14, or 1:02:14 above an hour. */
export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return zh.time.none
  const whole = Math.max(0, Math.floor(seconds))
  const h = Math.floor(whole / 3600)
  const m = Math.floor((whole % 3600) / 60)
  const s = String(whole % 60).padStart(2, '0')
  return h ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`
}

/** 1 天 3 小时: the two largest parts of a span, which is what a person decides by. */
export function roughly(seconds: number): string {
  const whole = Math.abs(Math.floor(seconds))
  const days = Math.floor(whole / 86400)
  const hours = Math.floor((whole % 86400) / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  if (days) return hours ? `${zh.time.days(days)} ${zh.time.hours(hours)}` : zh.time.days(days)
  if (hours) return minutes ? `${zh.time.hours(hours)} ${zh.time.minutes(minutes)}` : zh.time.hours(hours)
  return minutes ? zh.time.minutes(minutes) : zh.time.seconds(whole)
}

export function leftText(due: string, now: number): string {
  const seconds = (Date.parse(due) - now) / 1000
  return seconds >= 0 ? zh.time.left(roughly(seconds)) : zh.time.over(roughly(seconds))
}

/** 还剩 1 天 3 小时（9月20日 17:30） */
export function dueText(due: string, now: number): string {
  return `${leftText(due, now)}（${at(due)}）`
}

export function fileSize(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
