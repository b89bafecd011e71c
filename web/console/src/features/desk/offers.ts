// The classifier's answer as a numbered list of things that the agent can take with one key.
import type { SuggestionAnswer } from '@/api/types'
import { zh } from '@/locales/zh-CN'
import type { Changes, DraftField } from './draft'

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
