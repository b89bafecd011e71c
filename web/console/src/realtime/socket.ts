// The live line to the server: says where it stopped hearing, so that a reconnect brings what was missed.
import { io, type Socket } from 'socket.io-client'
import { onUnmounted, ref, watch, type WatchSource } from 'vue'
import { hooks } from '@/api/client'

/** Ids and names only; whoever wants more asks the API. */
export interface HotlineEvent {
  id: number
  name: string
  subject: string
  /** From here on a reconnect must be told what happened. */
  cursor: number
  version?: number
  case_id?: number
  call_id?: number
  seat_id?: number | null
}

type Listener = (event: HotlineEvent) => void

const REMEMBERED = 2000

export const online = ref(true)
/** Grows whenever hints may have been lost: whoever shows facts fetches them again. */
export const resumed = ref(0)

const listeners = new Set<Listener>()
const seen = new Set<number>()
let socket: Socket | null = null
let cursor = 0

function receive(event: HotlineEvent): void {
  cursor = event.cursor
  // A replay may repeat what came before the break.
  if (seen.has(event.id)) return
  seen.add(event.id)
  if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as number)
  listeners.forEach((listener) => listener(event))
}

async function refused(): Promise<void> {
  online.value = false
  if (!socket || socket.active) return
  // The server turned the line away: the session is over.
  await hooks.signInAgain()
  socket?.connect()
}

export function connect(): void {
  if (socket) return
  let wasConnected = false
  socket = io({ transports: ['websocket'], auth: (give) => give({ after: cursor }) })
  socket.on('connect', () => {
    online.value = true
    if (wasConnected) resumed.value += 1
    wasConnected = true
  })
  socket.on('disconnect', (reason) => {
    online.value = false
    if (reason === 'io server disconnect') socket?.connect()
  })
  socket.on('connect_error', () => void refused())
  socket.on('gap', () => (resumed.value += 1))
  socket.on('event', receive)
}

export function disconnect(): void {
  socket?.disconnect()
  socket = null
  cursor = 0
  seen.clear()
  online.value = true
}

/** Calls `listener` for each event while the component lives. */
export function useEvents(listener: Listener): void {
  listeners.add(listener)
  onUnmounted(() => listeners.delete(listener))
}

/** Hears the events of one case while the component lives. */
export function watchCase(caseId: WatchSource<number>): void {
  let room = ''
  const enter = (id: number): void => {
    if (room) socket?.emit('unwatch', room)
    room = `case:${id}`
    socket?.emit('watch', room)
  }
  watch(caseId, enter, { immediate: true })
  watch(resumed, () => socket?.emit('watch', room))
  onUnmounted(() => socket?.emit('unwatch', room))
}
