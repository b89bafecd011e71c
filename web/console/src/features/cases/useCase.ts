// One case as the server shows it to this person; notices when someone else changed it and what.
import { ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { CaseView } from '@/api/types'
import { useEvents, watchCase } from '@/realtime/socket'
import { useLoad } from '@/components/useLoad'

export interface Change {
  field: string
  from: unknown
  to: unknown
}

const QUIET = new Set(['version', 'updated_at', 'actions', 'deadlines', 'assignments', 'fields', 'hidden', 'routes'])

export function differences(before: CaseView, after: CaseView): Change[] {
  const old = before as Record<string, unknown>
  return Object.entries(after)
    .filter(([field, to]) => !QUIET.has(field) && JSON.stringify(old[field]) !== JSON.stringify(to))
    .map(([field, to]) => ({ field, from: old[field], to }))
}

export function useCase(caseId: () => number) {
  const loaded = useLoad(() => api.get<CaseView>(`cases/${caseId()}`))
  const changes = shallowRef<Change[]>([])
  const isGone = ref(false)

  function show(next: CaseView): void {
    changes.value = []
    loaded.data.value = next
  }

  /** Someone else moved the case: show the new state together with what changed. */
  async function follow(): Promise<void> {
    const before = loaded.data.value
    try {
      const after = await api.get<CaseView>(`cases/${caseId()}`)
      if (before && before.id === after.id && before.version !== after.version) changes.value = differences(before, after)
      loaded.data.value = after
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 404) isGone.value = true
      else loaded.error.value = error
    }
  }

  watchCase(caseId)
  useEvents((event) => {
    const seen = loaded.data.value?.version ?? 0
    if (event.case_id === caseId() && (event.version === undefined || event.version > seen)) void follow()
  })

  return { ...loaded, changes, isGone, show, follow }
}
