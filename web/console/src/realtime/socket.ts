// The live line to the server: remembers the last event seen, so that a reconnect brings what was missed.
import { io, type Socket } from 'socket.io-client'
import { onUnmounted, ref } from 'vue'

export interface HotlineEvent {
  id: number
  name: string
  subject?: string
  version?: number
  [key: string]: unknown
}

type Listener = (event: HotlineEvent) => void

export const online = ref(true)
export const resumed = ref(0)

const listeners = new Set<Listener>()
let socket: Socket | null = null
let lastEventId = 0

function receive(event: HotlineEvent): void {
  if (event.id && event.id <= lastEventId && seen.has(event.id)) return
  remember(event.id)
  listeners.forEach((listener) => listener(event))
}

// Ids may arrive out of order, so the ones already handed on are kept for a while instead of a mere maximum.
const seen = new Set<number>()

function remember(id: number): void {
  if (!id) return
  seen.add(id)
  lastEventId = Math.max(lastEventId, id)
  if (seen.size > 2000) seen.delete(seen.values().next().value as number)
}

export function connect(): void {
  if (socket) return
  socket = io({ transports: ['websocket'], auth: (give) => give({ after: lastEventId }) })
  let wasConnected = false
  socket.on('connect', () => {
    online.value = true
    // Lists and pages fetch again after a gap: hints may be lost, facts may not.
    if (wasConnected) resumed.value += 1
    wasConnected = true
  })
  socket.on('disconnect', () => {
    online.value = false
  })
  socket.on('connect_error', () => {
    online.value = false
  })
  socket.on('event', receive)
}

export function disconnect(): void {
  socket?.disconnect()
  socket = null
  lastEventId = 0
  seen.clear()
}

/** Calls `listener` for each event while the component lives. */
export function useEvents(listener: Listener): void {
  listeners.add(listener)
  onUnmounted(() => listeners.delete(listener))
}

export function listen(listener: Listener): void {
  listeners.add(listener)
}
