// The agent's seat and the call on it, as the server tells, together with the browser's audio leg of that call.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { Call, Guest, Party, Seat } from '@/api/types'
import { tellProblem } from '@/components/notify'
import {
  closeMicrophone, joinCall, openMicrophone, startRinging, stopRinging, type Leg, type MicrophoneProblem,
} from '@/features/desk/audio'
import type { HotlineEvent } from '@/realtime/socket'

export type CallAction =
  | 'answer' | 'decline' | 'hold' | 'resume' | 'mute' | 'unmute' | 'hang_up' | 'pause_recording' | 'resume_recording'

const LIVE = new Set(['offered', 'dialling', 'talking'])

export const useSoftphone = defineStore('softphone', () => {
  const seat = shallowRef<Seat | null>(null)
  const busy = ref(false)
  const microphone = ref<MicrophoneProblem | null>(null)
  const audio = ref<RTCPeerConnectionState | 'none'>('none')
  let leg: Leg | null = null
  let joining: number | null = null
  let failedFor: number | null = null
  let awaited: number | null = null
  let underWay: Promise<boolean> = Promise.resolve(true)

  const call = computed<Call | null>(() => seat.value?.call ?? null)
  /** The call of somebody else, where this seat was asked for advice or listens. */
  const guestIn = computed<Guest | null>(() => seat.value?.guest_in ?? null)
  const isOffered = computed(() => call.value?.state === 'offered')
  const isTalking = computed(() => call.value?.state === 'talking')
  const isDialling = computed(() => call.value?.state === 'dialling')
  const isAsked = computed(() => guestIn.value?.kind === 'seat' && guestIn.value.state === 'ringing')
  const isSignedIn = computed(() => seat.value !== null && seat.value.state !== 'signed_out')
  const isFree = computed(() => call.value === null && guestIn.value === null)
  const parties = computed<Party[]>(() => call.value?.parties ?? [])
  const heard = computed(() => (call.value && LIVE.has(call.value.state) ? call.value.id : guestIn.value?.call_id ?? null))

  function take(answer: Seat): void {
    seat.value = answer
    if (isOffered.value || isAsked.value) startRinging()
    else stopRinging()
    void followCall()
    void bringTogether()
  }

  /** Connects audio already while the call rings, so that answering is a matter of one message. */
  async function followCall(): Promise<void> {
    const wanted = heard.value
    if (leg && leg.callId !== wanted) dropLeg()
    if (wanted === null || leg?.callId === wanted || joining === wanted || failedFor === wanted) return
    joining = wanted
    try {
      await useMicrophone()
      const joined = await joinCall(wanted, (state) => onAudioState(wanted, state))
      if (heard.value === wanted) leg = joined
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

  /** A headset that is plugged in later speaks in the call that is going on, too. */
  async function useMicrophone(): Promise<void> {
    const wasMissing = microphone.value
    microphone.value = await openMicrophone(() => {
      microphone.value = 'missing'
    })
    if (wasMissing && !microphone.value && leg) await reconnectAudio()
  }

  /** True when it was done; a refusal is told, and the seat shown as it is. A second press meanwhile does nothing. */
  function step(work: () => Promise<Seat>): Promise<boolean> {
    if (busy.value) return Promise.resolve(false)
    underWay = attempt(work)
    return underWay
  }

  async function attempt(work: () => Promise<Seat>): Promise<boolean> {
    busy.value = true
    try {
      take(await work())
      return true
    } catch (error) {
      tellProblem(error)
      if (error instanceof ApiError && error.status === 409) await refresh()
      return false
    } finally {
      busy.value = false
    }
  }

  /** Whoever wants out is not told to press again: what is under way is waited for, then the call ends. */
  async function hangUp(): Promise<void> {
    await underWay
    if (isTalking.value || isDialling.value) await control('hang_up')
    else if (guestIn.value) await asGuest(guestIn.value.kind === 'leader' ? 'supervise/stop' : 'guest/leave_consult')
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
  const endWrapUp = async () => {
    await underWay
    return step(() => api.post<Seat>('seat/wrap_up_done'))
  }

  /** A verb of the telephone that answers something else than the seat. */
  const act = (path: string, body: unknown = {}) =>
    step(async () => {
      await api.post(path, body)
      return api.get<Seat>('seat')
    })
  const control = async (action: CallAction): Promise<void> => {
    if (call.value) await act(`calls/${call.value.id}/${action}`)
  }
  const ofCall = (path: string, body?: unknown): Promise<boolean> =>
    call.value ? act(`calls/${call.value.id}/${path}`, body) : Promise.resolve(false)
  const asGuest = (path: string, body?: unknown): Promise<boolean> =>
    guestIn.value ? act(`calls/${guestIn.value.call_id}/${path}`, body) : Promise.resolve(false)

  /** Rings a number and puts all three together as soon as it answers. */
  async function bringIn(number: string): Promise<void> {
    if (!(await ofCall('consult_number', { number }))) return
    awaited = call.value?.parties.at(-1)?.id ?? null
    await bringTogether()
  }

  async function bringTogether(): Promise<void> {
    const party = call.value?.parties.find((one) => one.id === awaited)
    if (!party) awaited = null
    if (party?.state !== 'joined' || busy.value) return
    awaited = null
    await ofCall('transfer/three_way')
  }

  /** Before the person leaves the console: a call in progress stays where it is, everything else ends. */
  async function leave(): Promise<void> {
    if (isSignedIn.value && isFree.value) await signOut()
    stopRinging()
    dropLeg()
    seat.value = null
  }

  function onEvent(event: HotlineEvent): void {
    // A shift leader hears of every seat; only the own one is shown here.
    const isOthers = event.seat_id !== undefined && event.seat_id !== null && event.seat_id !== seat.value?.id
    if (!/^(call|seat)\./.test(event.name) || isOthers) return
    void refresh().catch(tellProblem)
    if (event.name === 'call.media_lost' && event.call_id === heard.value) void reconnectAudio()
  }

  return {
    seat, call, guestIn, parties, busy, microphone, audio, isOffered, isTalking, isDialling, isAsked, isSignedIn, isFree, heard,
    refresh, signIn, signOut, setAvailable, setBusy, endWrapUp, hangUp, act, control, ofCall, asGuest, bringIn,
    reconnectAudio, useMicrophone, leave, onEvent,
  }
})
