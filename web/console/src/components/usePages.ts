// A list that comes in pages by cursor: first page, further pages, states.
import { computed, ref, shallowRef, watch } from 'vue'
import { ApiError } from '@/api/errors'
import type { Page } from '@/api/types'
import { resumed } from '@/realtime/socket'

export function usePages<Row>(fetchPage: (cursor: string | number | null) => Promise<Page<Row>>) {
  const rows = shallowRef<Row[]>([])
  const next = ref<string | number | null>(null)
  const loading = ref(false)
  const loaded = ref(false)
  const error = shallowRef<ApiError | null>(null)
  let turn = 0

  async function load(cursor: string | number | null): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const page = await fetchPage(cursor)
      if (mine !== turn) return
      rows.value = cursor ? [...rows.value, ...page.items] : page.items
      next.value = page.next_cursor
      error.value = null
      loaded.value = true
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem
      if (mine === turn) error.value = problem
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  const reload = () => load(null)
  const more = () => load(next.value)
  watch(resumed, reload)
  return { rows, loading, loaded, error, hasMore: computed(() => next.value !== null), reload, more }
}
