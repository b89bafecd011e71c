// What the keepers see in their lists: how long an article is still valid comes first.
import type { Article, KnowledgeReport } from '@/api/types'
import type { Column } from '@/components/columns'
import { at } from '@/format'
import { zh } from '@/locales/zh-CN'

const words = zh.knowledge
const SOON_DAYS = 30
const DAY_MS = 86_400_000

export type Validity = 'valid' | 'soon' | 'expired' | 'withdrawn'

export function validityOf(article: Pick<Article, 'withdrawn_at' | 'expired' | 'expires_on'>, now: number): Validity {
  if (article.withdrawn_at) return 'withdrawn'
  if (article.expired) return 'expired'
  return Date.parse(`${article.expires_on}T23:59:59+08:00`) - now < SOON_DAYS * DAY_MS ? 'soon' : 'valid'
}

const TYPES = { valid: 'success', soon: 'warning', expired: 'danger', withdrawn: 'info' } as const

export function articleColumns(): Column<Article>[] {
  const state = (row: Article): Validity => validityOf(row, Date.now())
  return [
    { name: 'state', label: words.columns.state, width: '84px', kind: 'tag', text: (row) => words.states[state(row)] ?? '', type: (row) => TYPES[state(row)] },
    { name: 'title', label: words.columns.title, kind: 'link', text: (row) => row.title },
    { name: 'unit', label: words.columns.unit, text: (row) => row.unit ?? '' },
    { name: 'expires', label: words.columns.expires, kind: 'number', text: (row) => row.expires_on },
    { name: 'version', label: words.columns.version, kind: 'number', text: (row) => String(row.version) },
    { name: 'used', label: words.columns.used, kind: 'number', text: (row) => String(row.used) },
  ]
}

export const REPORT_COLUMNS: Column<KnowledgeReport>[] = [
  { name: 'kind', label: words.columns.kind, width: '96px', kind: 'tag', text: (row) => row.kind_label, type: (row) => (row.kind === 'wrong' ? 'danger' : 'warning') },
  { name: 'text', label: words.columns.text, text: (row) => row.text },
  { name: 'title', label: words.columns.title, text: (row) => row.article_title ?? '' },
  { name: 'times', label: words.columns.times, kind: 'number', text: (row) => words.times(row.times) },
  { name: 'at', label: words.columns.at, kind: 'number', text: (row) => at(row.reported_at) },
]
