// The classifier's answer as a numbered list of things that the agent can take with one key.
import type { SuggestionAnswer } from '@/api/types'
import { zh } from '@/locales/zh-CN'
import { at, dayOf } from '@/format'
import { FIELDS, type Changes, type DraftField, type DraftValues } from './draft'

export interface Offer {
  key: string
  kind: string
  label: string
  percent: number
  isConfident: boolean
  reasons: string[]
  changes: Changes | null
}

const KINDS: { name: 'case_type' | 'category' | 'urgency' | 'place' | 'unit'; field: DraftField | null; most: number }[] = [
  { name: 'case_type', field: 'case_type', most: 1 },
  { name: 'category', field: 'category_code', most: 3 },
  { name: 'urgency', field: 'urgency', most: 1 },
  { name: 'place', field: 'area_code', most: 1 },
  { name: 'unit', field: null, most: 2 },
]

export function offersOf(answer: SuggestionAnswer): Offer[] {
  return KINDS.flatMap(({ name, field, most }) =>
    answer[name].slice(0, most).map((item) => ({
      key: `${name}-${item.value}`,
      kind: zh.desk.assist[name === 'case_type' ? 'caseType' : name],
      label: item.label,
      percent: Math.round(item.confidence * 100),
      isConfident: item.is_confident,
      reasons: item.reasons,
      changes: field ? { [field]: item.value } : null,
    })),
  )
}

/** What the text says for one field, with its place in the text: before, the words themselves, after. */
export interface FormFill {
  field: string
  label: string
  value: string
  percent: number
  isSure: boolean
  before: string
  quote: string
  after: string
  changes: Changes | null
}

const AROUND = 10
const SURE = 0.7

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/
const DATE = /^\d{4}-\d\d-\d\d$/

/** A time as the text gives it: an instant, a day, an hour of no certain day, or a month or year as they stand. */
function momentOf(value: string): string {
  if (INSTANT.test(value)) return at(`${value}+08:00`)
  return DATE.test(value) ? dayOf(value) : value.replace(/^T/, '')
}

/** Only what the form does not say yet; fields that the form has not got are shown to be read. */
export function fillsOf(answer: SuggestionAnswer, values: DraftValues): FormFill[] {
  const texts = values as unknown as Record<string, unknown>
  return answer.fills.flatMap((one) => {
    // Places count characters, not the halves of a pair that JavaScript counts.
    const text = [...String(texts[one.source] ?? '')]
    const part = (from: number, to: number): string => text.slice(Math.max(0, from), to).join('')
    const quote = part(one.start, one.end)
    const known = (FIELDS as string[]).includes(one.field)
    // The form has moved on since the question was asked, or holds a value already.
    if (!quote || (known && texts[one.field])) return []
    return [{
      field: one.field,
      label: one.label,
      value: one.field === 'event_at' ? momentOf(one.value) : one.value,
      percent: Math.round(one.confidence * 100),
      isSure: one.confidence >= SURE,
      before: part(one.start - AROUND, one.start),
      quote,
      after: part(one.end, one.end + AROUND),
      changes: known ? { [one.field]: one.value } : null,
    }]
  })
}
