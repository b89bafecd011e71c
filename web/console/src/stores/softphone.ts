// The agent's seat and the call on it, as the server tells, together with the browser's audio leg of that call.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { Call, Seat } from '@/api/types'
import { tellProblem } from '@/components/notify'
import {
  closeMicrophone, joinCall, openMicrophone, startRinging, stopRinging, type Leg, type MicrophoneProblem,
} from '@/features/desk/audio'
import type { HotlineEvent } from '@/realtime/socket'

export type CallAction = 'answer' | 'decline' | 'hold' | 'resume' | 'mute' | 'unmute' | 'hang_up'

const LIVE = new Set(['offered', 'talking'])

export const useSoftphone = defineStore('softphone', () => {
  const seat = shallowRef<Seat | null>(null)
  const busy = ref(false)
  const microphone = ref<MicrophoneProblem | null>(null)
  const audio = ref<RTCPeerConnectionState | 'none'>('none')
  let leg: Leg | null = null
  let joining: number | null = null
  let failedFor: number | null = null

  const call = computed<Call | null>(() => seat.value?.call ?? null)
  const isOffered = computed(() => call.value?.state === 'offered')
  const isTalking = computed(() => call.value?.state === 'talking')
  const isSignedIn = computed(() => seat.value !== null && seat.value.state !== 'signed_out')

  function take(answer: Seat): void {
    seat.value = answer
    if (isOffered.value) startRinging()
    else stopRinging()
    void followCall()
  }

  /** Connects audio already while the call rings, so that answering is a matter of one message. */
  async function followCall(): Promise<void> {
    const wanted = call.value && LIVE.has(call.value.state) ? call.value.id : null
    if (leg && leg.callId !== wanted) dropLeg()
    if (wanted === null || leg?.callId === wanted || joining === wanted || failedFor === wanted) return
    joining = wanted
    try {
      await useMicrophone()
      const joined = await joinCall(wanted, (state) => onAudioState(wanted, state))
      if (call.value?.id === wanted) leg = joined
      else joined.close()
    } catch (error) {
      // Trying again is the person's decision, or the server's when it says that the sound was lost.
      failedFor = wanted
      audio.value = 'failed'
      tellProblem(error)
    } finally {
      joining = null
    }
  }

  function onAudioState(callId: number, state: RTCPeerConnectionState): void {
    if (leg && leg.callId !== callId) return
    audio.value = state
  }

  function dropLeg(): void {
    leg?.close()
    leg = null
    audio.value = 'none'
  }

  async function reconnectAudio(): Promise<void> {
    dropLeg()
    failedFor = null
    await followCall()
  }

  async function refresh(): Promise<void> {
    take(await api.get<Seat>('seat'))
    if (isSignedIn.value) await useMicrophone()
  }

  async function useMicrophone(): Promise<void> {
    microphone.value = await openMicrophone(() => {
      microphone.value = 'missing'
    })
  }

  async function step(work: () => Promise<Seat>): Promise<void> {
    if (busy.value) return
    busy.value = true
    try {
      take(await work())
    } catch (error) {
      tellProblem(error)
      if (error instanceof ApiError && error.status === 409) await refresh()
    } finally {
      busy.value = false
    }
  }

  async function signIn(): Promise<void> {
    await useMicrophone()
    await step(() => api.post<Seat>('seat/sign_in', {}))
  }

  const signOut = () => step(async () => {
    const answer = await api.post<Seat>('seat/sign_out')
    closeMicrophone()
    return answer
  })
  const setAvailable = () => step(() => api.post<Seat>('seat/available'))
  const setBusy = (reason: string) => step(() => api.post<Seat>('seat/busy', { reason }))
  const endWrapUp = () => step(() => api.post<Seat>('seat/wrap_up_done'))

  const control = (action: CallAction) =>
    step(async () => {
      if (call.value) await api.post(`calls/${call.value.id}/${action}`)
      return api.get<Seat>('seat')
    })

  /** Before the person leaves the console: a call in progress stays where it is, everything else ends. */
  async function leave(): Promise<void> {
    if (isSignedIn.value && !call.value) await signOut()
    stopRinging()
    dropLeg()
    seat.value = null
  }

  function onEvent(event: HotlineEvent): void {
    if (!/^(call|seat)\./.test(event.name)) return
    void refresh().catch(tellProblem)
    if (event.name === 'call.media_lost' && event.call_id === call.value?.id) void reconnectAudio()
  }

  return {
    seat, call, busy, microphone, audio, isOffered, isTalking, isSignedIn,
    refresh, signIn, signOut, setAvailable, setBusy, endWrapUp, control, reconnectAudio, useMicrophone, leave, onEvent,
  }
})
