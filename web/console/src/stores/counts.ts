// How many cases wait in each work list, for the menu; fetched at most every two seconds.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'

export const useCounts = defineStore('counts', () => {
  const byList = ref<Record<string, number>>({})
  let timer = 0

  async function load(): Promise<void> {
    try {
      byList.value = await api.get<Record<string, number>>('cases/counts')
    } catch (error) {
      // A missing count is no reason to disturb the work; the next event asks again.
      if (!(error instanceof ApiError)) throw error
    }
  }

  function soon(): void {
    if (timer) return
    timer = window.setTimeout(() => {
      timer = 0
      void load()
    }, 2000)
  }

  return { byList, load, soon }
})
