// The fields of the case form, what changed in them, and what two places that changed them disagree on.
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

export function changesBetween(from: Partial<DraftValues>, to: Partial<DraftValues>): Changes {
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
export function conflictsOf(base: Partial<DraftValues>, mine: Partial<DraftValues>, theirs: DraftValues): Conflict[] {
  const own = changesBetween(base, mine)
  const foreign = changesBetween(base, theirs)
  return FIELDS.filter((field) => field in own && field in foreign && mine[field] !== theirs[field]).map((field) => ({
    field, mine: mine[field], theirs: theirs[field],
  }))
}

export function merged(base: Partial<DraftValues>, mine: Partial<DraftValues>, theirs: DraftValues): DraftValues {
  return { ...theirs, ...changesBetween(base, mine) } as DraftValues
}

/** The values of the fields that a change names. */
export function only(changes: Changes, values: DraftValues): Partial<DraftValues> {
  return Object.fromEntries(Object.keys(changes).map((field) => [field, values[field as DraftField]]))
}
