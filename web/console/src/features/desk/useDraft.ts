// One case form: autosave with the version seen, a local copy until the server confirms, merge when another place saved.
import { computed, onUnmounted, reactive, ref, shallowRef, watch } from 'vue'
import { api } from '@/api/client'
import { ApiError, type FieldProblem } from '@/api/errors'
import type { CaseView } from '@/api/types'
import { online } from '@/realtime/socket'
import { forgetLocally, keepLocally, localCopy } from '@/stores/localDrafts'
import { changesBetween, conflictsOf, EMPTY, FIELDS, merged, only, valuesOf, type Conflict, type DraftField, type DraftValues } from './draft'

const SAVE_AFTER_MS = 1500
const RETRY_AFTER_MS = 4000

export type SaveState = 'fresh' | 'unsaved' | 'saving' | 'saved' | 'kept' | 'refused'

export interface Origin {
  caseId?: number
  callId?: number
  /** Saved only when the person says so, and forgotten when they do not. */
  onDemand?: boolean
}

export function useDraft(origin: Origin) {
  const view = shallowRef<CaseView | null>(null)
  const values = reactive<DraftValues>({ ...EMPTY })
  const state = ref<SaveState>('fresh')
  const savedAt = ref<number | null>(null)
  const problems = shallowRef<FieldProblem[]>([])
  const conflicts = shallowRef<Conflict[]>([])
  const restored = ref(false)
  const failure = shallowRef<ApiError | null>(null)
  let base: DraftValues = { ...EMPTY }
  let timer = 0
  let saving: Promise<boolean> | null = null

  const caseId = computed(() => view.value?.id ?? origin.caseId ?? null)
  const open = computed(() => new Set(view.value?.fields ?? FIELDS))
  const canEdit = (field: string): boolean => open.value.has(field)
  const localKey = (): string => (caseId.value ? `case.${caseId.value}` : `call.${origin.callId ?? 'none'}`)
  const isDirty = (): boolean => Object.keys(changesBetween(base, values)).length > 0

  function adopt(next: CaseView, mine: DraftValues): void {
    view.value = next
    base = valuesOf(next)
    Object.assign(values, mine)
  }

  function keep(): void {
    if (origin.onDemand) return
    const changes = changesBetween(base, values)
    if (Object.keys(changes).length) keepLocally(localKey(), only(changes, base), only(changes, values))
    else forgetLocally(localKey())
  }

  /** Opens the case of this call, or the given one, and puts back what this browser still held for it. */
  async function load(): Promise<void> {
    const keyBefore = localKey()
    const held = origin.onDemand ? null : localCopy<DraftValues>(keyBefore)
    try {
      const next = caseId.value
        ? await api.get<CaseView>(`cases/${caseId.value}`)
        : await api.post<CaseView>('cases', origin.callId ? { call_id: origin.callId } : {})
      failure.value = null
      // After a reload only the call is known; what was typed since its case is open lies under the case's own key.
      const copy = held ?? (origin.onDemand ? null : localCopy<DraftValues>(`case.${next.id}`))
      receive(next, copy?.base ?? base, copy?.values ?? { ...values })
      restored.value = copy !== null && isDirty()
      if (keyBefore !== localKey()) forgetLocally(keyBefore)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failure.value = error
      if (held) Object.assign(values, held.values)
    }
    if (isDirty()) touched()
  }

  function receive(next: CaseView, from: Partial<DraftValues>, mine: Partial<DraftValues>): void {
    const theirs = valuesOf(next)
    conflicts.value = conflictsOf(from, mine, theirs)
    adopt(next, merged(from, mine, theirs))
  }

  function touched(): void {
    state.value = 'unsaved'
    if (origin.onDemand) return
    keep()
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void save(), SAVE_AFTER_MS)
  }

  /** True when the server holds everything that is on screen. */
  function save(): Promise<boolean> {
    // One after the other: each save must see the version that the one before it made. A save that broke has told
    // its own caller and does not stop the next.
    saving = (saving ?? Promise.resolve(true)).catch(() => false).then(saveOnce)
    return saving
  }

  async function saveOnce(): Promise<boolean> {
    window.clearTimeout(timer)
    if (conflicts.value.length) return false
    if (!view.value) await load()
    if (!view.value) return retryLater()
    const changes = changesBetween(base, values)
    if (!Object.keys(changes).length) return true
    state.value = 'saving'
    try {
      const next = await api.patch<CaseView>(`cases/${view.value.id}`, { seen_version: view.value.version, ...changes })
      return confirm(next, changes)
    } catch (error) {
      return refused(error)
    }
  }

  function confirm(next: CaseView, sent: Partial<Record<DraftField, unknown>>): boolean {
    view.value = next
    base = { ...base, ...sent } as DraftValues
    problems.value = []
    savedAt.value = Date.now()
    keep()
    if (isDirty()) touched()
    else state.value = 'saved'
    return true
  }

  async function refused(error: unknown): Promise<boolean> {
    if (!(error instanceof ApiError)) throw error
    keep()
    if (error.status === 422) {
      problems.value = error.fields
      state.value = 'refused'
      return false
    }
    if (error.status === 409 && view.value) {
      const mine = { ...values }
      const from = base
      receive(await api.get<CaseView>(`cases/${view.value.id}`), from, mine)
      if (!conflicts.value.length && open.value.size) touched()
      return false
    }
    failure.value = error
    return retryLater()
  }

  function retryLater(): boolean {
    if (origin.onDemand) return false
    state.value = 'kept'
    timer = window.setTimeout(() => void save(), RETRY_AFTER_MS)
    return false
  }

  function settle(keepMine: boolean): void {
    if (!keepMine) {
      for (const conflict of conflicts.value) Object.assign(values, { [conflict.field]: conflict.theirs })
    }
    conflicts.value = []
    touched()
  }

  watch(values, () => {
    if (isDirty()) touched()
  })
  watch(online, (isOnline) => {
    if (isOnline && state.value === 'kept') void save()
  })
  window.addEventListener('pagehide', keep)
  onUnmounted(() => {
    window.removeEventListener('pagehide', keep)
    window.clearTimeout(timer)
    keep()
  })

  return { view, values, state, savedAt, problems, conflicts, restored, failure, caseId, canEdit, load, save, settle }
}

export type Draft = ReturnType<typeof useDraft>
