// One fetch with its states; fetches again after the live line was broken.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { ApiError } from '@/api/errors'
import { resumed } from '@/realtime/socket'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<ApiError | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

export function useLoad<T>(fetchIt: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(false)
  let latest = 0

  async function reload(): Promise<void> {
    const turn = ++latest
    loading.value = true
    try {
      const answer = await fetchIt()
      // A slower earlier answer must not overwrite a later one.
      if (turn === latest) {
        data.value = answer
        error.value = null
      }
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem
      if (turn === latest) error.value = problem
    } finally {
      if (turn === latest) loading.value = false
    }
  }

  watch(resumed, reload)
  return { data, error, loading, reload }
}
