// Columns of the work lists; every list starts with the traffic light.
import type { CaseRow } from '@/api/types'
import type { Column } from '@/components/columns'
import { at } from '@/format'
import { zh } from '@/locales/zh-CN'

const words = zh.work.columns

const URGENCY_TYPE: Record<string, 'danger' | 'warning' | 'info'> = { critical: 'danger', urgent: 'warning', normal: 'info' }

const ALL: Record<string, Column<CaseRow>> = {
  light: { name: 'light', label: words.light, width: '76px', kind: 'light', text: (row) => row.light },
  title: { name: 'title', label: words.title, kind: 'link', text: (row) => row.title || row.case_no },
  case_no: { name: 'case_no', label: words.case_no, width: '142px', kind: 'number', text: (row) => row.case_no },
  type: { name: 'type', label: words.type, width: '72px', kind: 'number', text: (row) => row.case_type_label ?? '' },
  urgency: {
    name: 'urgency', label: words.urgency, width: '64px', kind: 'tag', text: (row) => row.urgency_label,
    type: (row) => URGENCY_TYPE[row.urgency] ?? 'info',
  },
  place: { name: 'place', label: words.place, width: '104px', text: (row) => row.area ?? '' },
  status: { name: 'status', label: words.status, width: '88px', kind: 'number', text: (row) => row.status_label },
  holder: { name: 'holder', label: words.holder, width: '104px', text: (row) => row.holder ?? '' },
  due: { name: 'due', label: words.due, width: '136px', kind: 'due', text: (row) => row.due_at ?? '', tone: (row) => row.light, deadline: (row) => row.deadline_id },
  created: { name: 'created', label: words.created, width: '108px', kind: 'number', text: (row) => at(row.created_at) },
}

const SHAPES: Record<string, string[]> = {
  my_cases: ['light', 'title', 'case_no', 'type', 'urgency', 'status', 'holder', 'due', 'created'],
  desk: ['light', 'title', 'urgency', 'place', 'due'],
  unit: ['light', 'title', 'case_no', 'type', 'urgency', 'place', 'status', 'due', 'created'],
}
const USUAL = ['light', 'title', 'case_no', 'type', 'urgency', 'place', 'status', 'holder', 'due', 'created']

export function columnsOf(list: string): Column<CaseRow>[] {
  return (SHAPES[list] ?? USUAL).flatMap((name) => ALL[name] ?? [])
}
