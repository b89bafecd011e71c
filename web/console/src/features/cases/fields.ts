// Names of a case's fields on screen, and how a bare value reads.
import { zh } from '@/locales/zh-CN'

export function labelOf(field: string): string {
  return zh.cases.fieldNames[field] ?? field
}

export function showValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return zh.time.none
  if (Array.isArray(value)) return value.map(showValue).join('、')
  if (typeof value === 'boolean') return value ? zh.cases.yes : zh.cases.no
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
