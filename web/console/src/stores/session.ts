// Who is signed in, what the server lets them open, and the way back after an expired session.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api, hooks } from '@/api/client'
import type { Me, Start } from '@/api/types'
import { draftsBelongTo, forgetAllDrafts } from './localDrafts'

export const useSession = defineStore('session', () => {
  const me = shallowRef<Me | null>(null)
  const mode = ref('')
  const expired = ref(false)
  const clockOffset = ref(0)
  let waiting: { resolve: () => void; reject: (reason: unknown) => void }[] = []

  const user = computed(() => me.value?.user ?? null)

  function accept(answer: Me): void {
    me.value = answer
    draftsBelongTo(answer.user.id)
    clockOffset.value = Date.parse(answer.server_time) - Date.now()
    expired.value = false
    waiting.forEach((request) => request.resolve())
    waiting = []
  }

  async function load(): Promise<void> {
    const start = await api.get<Start>('auth/session', {}, { ownSession: true })
    mode.value = start.mode
    if (start.me) accept(start.me)
    else me.value = null
  }

  async function login(username: string, password: string, code: string): Promise<void> {
    accept(await api.post<Me>('auth/login', { username, password, ...(code ? { code } : {}) }, { ownSession: true }))
  }

  async function logout(): Promise<void> {
    await api.post('auth/logout', {}, { ownSession: true })
    forgetAllDrafts()
    me.value = null
  }

  function can(permission: string): boolean {
    return me.value?.permissions.includes(permission) ?? false
  }

  hooks.csrfToken = () => me.value?.csrf_token ?? ''
  hooks.signInAgain = () => {
    expired.value = true
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }

  return { me, mode, user, expired, clockOffset, load, login, logout, can }
})
