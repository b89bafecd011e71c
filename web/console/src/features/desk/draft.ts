// The fields of the case form, what changed in them, and the copy kept in this browser until the server has it.
import type { CaseView } from '@/api/types'

export interface DraftValues {
  case_type: string | undefined
  category_code: string | null
  area_code: string | null
  address: string
  urgency: string
  title: string
  facts: string
  demand: string
  target_name: string
  name: string
  contact_no: string
  anonymous: boolean
  secrecy: string
  secrecy_asked: boolean
  contact_times: string
  answer: string
  knowledge_id: number | null
}

export type DraftField = keyof DraftValues
export type Changes = Partial<Record<DraftField, unknown>>

export const EMPTY: DraftValues = {
  case_type: undefined, category_code: null, area_code: null, address: '', urgency: 'normal', title: '', facts: '', demand: '',
  target_name: '', name: '', contact_no: '', anonymous: false, secrecy: 'open', secrecy_asked: false,
  contact_times: '', answer: '', knowledge_id: null,
}

export const FIELDS = Object.keys(EMPTY) as DraftField[]

export function valuesOf(view: Partial<CaseView>): DraftValues {
  const values: Record<string, unknown> = { ...EMPTY }
  for (const field of FIELDS) {
    const value = (view as Record<string, unknown>)[field]
    if (value !== undefined && value !== null) values[field] = value
  }
  return values as unknown as DraftValues
}

export function changesBetween(from: DraftValues, to: DraftValues): Changes {
  const changes: Changes = {}
  for (const field of FIELDS) if (from[field] !== to[field]) changes[field] = to[field]
  return changes
}

export interface Conflict {
  field: DraftField
  mine: unknown
  theirs: unknown
}

/** Fields that both this form and someone else changed, and to different values; all others merge by themselves. */
export function conflictsOf(base: DraftValues, mine: DraftValues, theirs: DraftValues): Conflict[] {
  const own = changesBetween(base, mine)
  const foreign = changesBetween(base, theirs)
  return FIELDS.filter((field) => field in own && field in foreign && mine[field] !== theirs[field]).map((field) => ({
    field, mine: mine[field], theirs: theirs[field],
  }))
}

export function merged(base: DraftValues, mine: DraftValues, theirs: DraftValues): DraftValues {
  return { ...theirs, ...changesBetween(base, mine) } as DraftValues
}

export interface LocalCopy {
  base: DraftValues
  values: DraftValues
  saved_at: number
}

const PREFIX = 'hotline.draft.'

export function keepLocally(key: string, copy: LocalCopy): void {
  localStorage.setItem(PREFIX + key, JSON.stringify(copy))
}

export function forgetLocally(key: string): void {
  localStorage.removeItem(PREFIX + key)
}

export function localCopy(key: string): LocalCopy | null {
  const text = localStorage.getItem(PREFIX + key)
  return text ? (JSON.parse(text) as LocalCopy) : null
}
