// Columns of the list of calls and of the list of call-backs.
import type { CallBackRow, CallRow } from '@/api/types'
import type { Column } from '@/components/columns'
import { at, span } from '@/format'
import { zh } from '@/locales/zh-CN'

const words = zh.work.calls

export function resultOf(call: CallRow): string {
  return (call.outcome && words.outcomes[call.outcome]) || words.states[call.state] || call.state
}

const lightOf = (row: CallBackRow): string => (row.overdue ? 'red' : row.owner_id ? 'blue' : 'amber')

export const CALL_COLUMNS: Column<CallRow>[] = [
  { name: 'began', label: words.began, width: '140px', kind: 'number', text: (row) => at(row.rang_at) },
  { name: 'caller', label: words.caller, kind: 'link', text: (row) => row.caller_masked },
  { name: 'agent', label: words.agent, text: (row) => row.agent_name ?? zh.time.none },
  { name: 'state', label: words.state, kind: 'tag', text: resultOf, type: (row) => (row.outcome === 'answered' ? 'success' : 'info') },
  { name: 'wait', label: words.wait, kind: 'number', text: (row) => span(row.queue_s) },
  { name: 'talk', label: words.talk, kind: 'number', text: (row) => span(row.talk_s) },
  { name: 'hold', label: words.hold, kind: 'number', text: (row) => span(row.hold_s) },
]

const back = zh.work.callBacks

export const CALL_BACK_COLUMNS: Column<CallBackRow>[] = [
  { name: 'light', label: zh.work.columns.light, width: '76px', kind: 'light', text: lightOf },
  { name: 'caller', label: back.caller, kind: 'number', text: (row) => row.caller_masked },
  { name: 'missed', label: back.missed, kind: 'number', text: (row) => at(row.first_missed_at) },
  { name: 'times', label: back.times, kind: 'number', text: (row) => String(row.missed_calls) },
  { name: 'due', label: back.due, kind: 'due', text: (row) => row.due_at, tone: lightOf },
  { name: 'owner', label: back.owner, text: (row) => row.owner_name ?? back.free },
  { name: 'attempts', label: back.attempts, kind: 'number', text: (row) => String(row.attempts) },
  { name: 'state', label: back.state, kind: 'tag', text: (row) => back.states[row.state] ?? row.state },
]
