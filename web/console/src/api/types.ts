// The answers of the API that the console uses.

export interface MenuItem {
  name: string
  label?: string
  list?: string | null
}

export interface Me {
  user: { id: number; username: string; name: string; work_no: string | null; unit: string | null }
  roles: string[]
  permissions: string[]
  csrf_token: string
  home: string
  menu: (MenuItem | string)[]
  watermark: string
  server_time: string
  mode: string
}

export interface JsonSchema {
  type?: string | string[]
  title?: string
  description?: string
  format?: string
  enum?: (string | number)[]
  const?: unknown
  default?: unknown
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  [extension: `x-${string}`]: unknown
}

export interface Call {
  id: number
  state: string
  caller_masked: string
  offered_at: string | null
  answered_at: string | null
  on_hold: boolean
  muted: boolean
  case_id: number | null
}

export interface Seat {
  id: number
  number: string
  state: string
  state_label: string
  state_since: string
  busy_reason: string | null
  wrap_up_until: string | null
  next_state: string | null
  call: Call | null
  queue: { waiting: number; longest_wait_since: string | null }
}

export interface Attachment {
  id: number
  name: string
  media_type: string
  size_bytes: number
  added_at?: string
}

export interface Action {
  name: string
  label: string
  level: string
  assignment_id: number | null
  form: JsonSchema | null
  danger: boolean
}

export interface Route {
  routing_row_id: number
  lead_unit_id: number
  lead_unit_name: string
  co_units: { id: number; name: string }[]
  law: string | null
  article: string | null
  law_status: string | null
  note: string | null
}

export interface Assignment {
  id: number
  unit: string
  unit_name: string
  role: string
  role_label: string
  status: string
  status_label: string
  sign_late: boolean
  result: string | null
  public_reply: string | null
}

export interface Deadline {
  id: number
  clock: string
  label: string
  state: string
  due_at: string | null
  state_label: string
  light: string
  original_due_at: string | null
  assignment_id: number | null
}

export interface CaseView {
  id: number
  case_no: string
  version: number
  status: string
  status_label: string
  assignments: Assignment[]
  deadlines: Deadline[]
  actions: Action[]
  attachments: Attachment[]
  routes: Route[]
  fields: string[]
  hidden: string[]
  [field: string]: unknown
}

export interface CardCase {
  id: number
  case_no: string
  title: string
  status_label: string
  light?: string
  holder: string | null
  created_at: string
}

export interface CallerCard {
  name: string | null
  labels: string[]
  calls_today: number
  last_rating: string | null
  open_cases: CardCase[]
  history: CardCase[]
  same_place?: CardCase[]
}

export interface SuggestionItem {
  value: string
  label: string
  confidence: number
  is_confident: boolean
  reasons: string[]
}

export interface SuggestionAnswer {
  case_type: SuggestionItem[]
  category: SuggestionItem[]
  unit: SuggestionItem[]
  urgency: SuggestionItem[]
  place: SuggestionItem[]
  similar: { id: number; case_no: string; title: string; score: number; status_label: string }[]
  risk_words: string[]
}

export interface CaseRow {
  id: number
  case_no: string
  title: string
  version: number
  status: string
  status_label: string
  light: string
  due_at: string | null
  [column: string]: unknown
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export interface Explanation {
  rule: string
  started_at: string
  due_at: string
  steps: { day: string; counted: boolean; text: string }[]
}

export interface TimelineEntry {
  id: number
  at: string
  label: string
  actor_name: string
  role_label: string | null
  unit_name: string | null
  reason: string | null
  is_system: boolean
}

export interface Recording {
  id: number
  state: string
  duration_s: number | null
  sha256: string | null
}

export interface CallRow {
  id: number
  state: string
  outcome: string | null
  caller_masked: string
  agent_name: string | null
  case_ids: number[]
  rang_at: string
  answered_at: string | null
  queued_at: string | null
  first_offered_at: string | null
  talking_at: string | null
  ended_at: string | null
  queue_s: number | null
  talk_s: number | null
  hold_s: number
  wrap_up_s: number | null
}

export interface CallBackRow {
  id: number
  caller_masked: string
  state: string
  missed_calls: number
  first_missed_at: string
  due_at: string
  overdue: boolean
  owner_id: number | null
  owner_name: string | null
  attempts: number
  result: string | null
}

export interface Board {
  at: string
  waiting: { call_id: number; caller_masked: string; queued_at: string }[]
  seats: {
    seat_id: number
    number: string
    user_name: string
    state: string
    state_label: string
    since: string
    call_masked: string | null
  }[]
  seats_by_state: Record<string, number>
  today: { offered: number; answered: number; missed: number; answer_rate: number | null; service_level: number | null }
  open_call_backs: number
  overdue_call_backs: number
}

export interface UserRow {
  id: number
  username: string
  name: string
  work_no: string | null
  unit: string | null
  roles: string[]
  active: boolean
}
