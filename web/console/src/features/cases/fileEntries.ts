// The lists of a case's file as lines of one shape, so that one template shows them all; nothing is decided here.
import { urlOf } from '@/api/client'
import type { CaseFile, CaseView } from '@/api/types'
import { at, dayOf } from '@/format'
import { zh } from '@/locales/zh-CN'

export type Tone = 'primary' | 'success' | 'info' | 'warning' | 'danger'

export interface Entry {
  id: number | string
  title: string
  when: string
  text?: string | null
  tag?: string | null
  tone?: Tone
  lines: string[]
  links: { label: string; url: string }[]
  caseId?: number
  caseNo?: string
}

export interface Section {
  name: string
  label: string
  entries: Entry[]
}

const words = zh.file
const TONES: Record<string, Tone> = { open: 'warning', granted: 'success', refused: 'danger', disputed: 'warning', dropped: 'info' }

const fileLink = (label: string, id: number | null): Entry['links'] =>
  id ? [{ label, url: urlOf(`attachments/${id}`) }] : []
const kept = (...lines: (string | false | null | undefined)[]): string[] => lines.filter((line): line is string => Boolean(line))

interface Decided {
  id: number
  unit: string | null
  asked_at: string
  asked_by: string | null
  decision: string
  decision_label: string
  decided_at: string | null
  decided_by: string | null
  decision_reason: string | null
  reason: string
}

function decided(row: Decided, lines: string[], links: Entry['links'] = []): Entry {
  const decision = row.decided_at && words.decided(row.decided_by ?? words.system, at(row.decided_at))
  return {
    id: row.id, title: row.unit ?? '', when: words.asked(row.asked_by ?? words.system, at(row.asked_at)), text: row.reason,
    tag: row.decision_label, tone: TONES[row.decision] ?? 'info', links,
    lines: kept(...lines, decision && (row.decision_reason ? `${decision}：${row.decision_reason}` : decision)),
  }
}

const READERS: { [name in keyof typeof words.sections]?: (file: CaseFile, view: CaseView) => Entry[] } = {
  returns: (file) => file.returns.map((row) => decided(
    row,
    kept(`${row.reason_class_label} · ${words.basis}：${row.law_basis}`, row.suggested_unit && `${words.suggested}：${row.suggested_unit}`,
      row.dispatch_error && words.dispatchError),
    [...row.attachment_ids.flatMap((id, index) => fileLink(words.evidence(index + 1), id)), ...fileLink(words.letter, row.official_letter_id)],
  )),
  extensions: (file) => file.extensions.map((row) => decided(
    row,
    kept(words.longer(row.limit_text), `${words.planText}：${row.plan}`, row.caller_told && words.callerTold,
      row.new_due_at && words.movedTo(at(row.old_due_at), at(row.new_due_at))),
  )),
  suspensions: (file) => file.suspensions.map((row) => decided(row, [`${words.planText}：${row.plan}`, words.untilDay(dayOf(row.until.slice(0, 10)))])),
  exclusions: (file) => file.exclusions.map((row) => decided(row, [], row.attachment_ids.flatMap((id, index) => fileLink(words.evidence(index + 1), id)))),
  contacts: (file) => file.contacts.map((row) => ({
    id: row.id, title: `${row.unit ?? ''} ${row.how_label}`, when: at(row.contacted_at), text: row.note,
    tag: row.reached ? null : words.notReached, tone: 'warning', lines: kept(row.number_masked, row.recorded_by),
    links: fileLink(words.proof, row.attachment_id),
  })),
  notes: (file) => file.notes.map((row) => ({
    id: row.id, title: row.unit ?? row.actor_name, when: at(row.at), text: row.text, lines: [], links: [],
  })),
  cards: (file) => file.cards.map((row) => ({
    id: row.id, title: row.unit ?? '', when: at(row.dated_at), text: row.reason, tag: row.colour_label,
    tone: row.colour === 'red' ? 'danger' : 'warning', links: [],
    lines: kept(row.withdrawn_at && words.withdrawn(row.withdrawn_reason ?? '')),
  })),
  orders: (_, view) => view.orders.map((row) => ({
    id: row.id, title: `${row.kind_label} ${row.order_no}`, when: at(row.dated_at), text: row.demand, tag: row.state_label,
    tone: 'primary', lines: kept(row.cause, row.answer && `${words.answer}：${row.answer}`),
    links: Object.entries(words.download).map(([kind, label]) => ({ label, url: urlOf(`supervision/orders/${row.id}/document`, { kind }) })),
  })),
  instructions: (file) => file.instructions.map((row) => ({
    id: row.id, title: row.leader_name, when: at(row.at), text: row.text, lines: [], links: [],
  })),
  urges: (file) => file.urges.map((row) => ({
    id: row.id, title: row.by_citizen ? words.byCitizen : (row.by ?? words.system), when: at(row.at), text: row.text, lines: [row.urge_no], links: [],
  })),
  follow_ups: (file) => file.follow_ups.map((row) => ({
    id: row.attempt_no, title: `${words.attempt(row.attempt_no)} ${row.via_label}`, when: at(row.at), text: row.opinion ?? row.reason,
    tag: row.reached ? row.satisfaction : words.notReached, tone: row.reached ? 'primary' : 'warning', links: [],
    lines: kept(row.solved && `${words.solved}：${row.solved}`, row.truthful !== null && words.truthful(row.truthful),
      row.staff_contacted !== null && words.contacted(row.staff_contacted)),
  })),
  followers: (file) => file.followers.map((row) => ({
    id: row.id, title: row.title, when: '', lines: [], links: [], caseId: row.id, caseNo: row.case_no,
  })),
}

/** Sections that hold something, in the order of the labels. */
export function entriesOf(file: CaseFile, view: CaseView): Section[] {
  return Object.entries(words.sections).flatMap(([name, label]) => {
    const entries = READERS[name as keyof typeof words.sections]?.(file, view) ?? []
    return entries.length ? [{ name, label, entries }] : []
  })
}
