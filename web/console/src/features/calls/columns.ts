// Columns of the list of calls and of the list of call-backs.
import type { CallBackRow, CallRow } from '@/api/types'
import type { Column } from '@/components/columns'
import { at, span } from '@/format'
import { zh } from '@/locales/zh-CN'

const words = zh.work.calls

export const CALL_COLUMNS: Column<CallRow>[] = [
  { name: 'began', label: words.began, width: '140px', kind: 'number', text: (row) => at(row.rang_at) },
  { name: 'caller', label: words.caller, kind: 'link', text: (row) => row.number_masked ?? zh.time.none },
  { name: 'agent', label: words.agent, text: (row) => row.agent_name ?? zh.time.none },
  { name: 'state', label: words.state, kind: 'tag', text: (row) => row.outcome_label ?? row.state_label, type: (row) => (row.outcome === 'answered' ? 'success' : 'info') },
  { name: 'wait', label: words.wait, kind: 'number', text: (row) => span(row.wait_s) },
  { name: 'talk', label: words.talk, kind: 'number', text: (row) => span(row.talk_s) },
  { name: 'hold', label: words.hold, kind: 'number', text: (row) => span(row.hold_s) },
]

const back = zh.work.callBacks

export const CALL_BACK_COLUMNS: Column<CallBackRow>[] = [
  { name: 'light', label: zh.work.columns.light, width: '76px', kind: 'light', text: (row) => row.light },
  { name: 'caller', label: back.caller, kind: 'number', text: (row) => row.number_masked ?? zh.time.none },
  { name: 'missed', label: back.missed, kind: 'number', text: (row) => at(row.created_at) },
  { name: 'times', label: back.times, kind: 'number', text: (row) => String(row.missed_count) },
  { name: 'due', label: back.due, kind: 'due', text: (row) => row.due_at ?? '', tone: (row) => row.light },
  { name: 'owner', label: back.owner, text: (row) => row.owner_name ?? back.free },
  { name: 'attempts', label: back.attempts, kind: 'number', text: (row) => String(row.attempts) },
  { name: 'state', label: back.state, kind: 'tag', text: (row) => row.state_label },
]
