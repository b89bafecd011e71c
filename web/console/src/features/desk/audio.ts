// The headset of the agent: microphone, the WebRTC leg of a call, ring tone. No state of the seat lives here.
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import { zh } from '@/locales/zh-CN'

export type MicrophoneProblem = 'insecure' | 'denied' | 'missing' | 'busy'

interface MediaCommand {
  command_id: number
}

interface MediaAnswer {
  state: string
  sdp?: string | null
  type?: RTCSdpType | null
  error?: string | null
}

const ANSWER_WITHIN_MS = 8000
const GATHER_WITHIN_MS = 1500

let microphone: MediaStream | null = null

/** Opens the microphone once for the shift; answers what is wrong instead of failing silently. */
export async function openMicrophone(onLost: () => void): Promise<MicrophoneProblem | null> {
  // Browsers hide the microphone on plain HTTP pages of other machines.
  if (!window.isSecureContext || !navigator.mediaDevices) return 'insecure'
  if (microphone?.getAudioTracks().some((track) => track.readyState === 'live')) return null
  try {
    microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    })
    microphone.getAudioTracks().forEach((track) => track.addEventListener('ended', onLost))
    return null
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    if (error.name === 'NotAllowedError') return 'denied'
    return error.name === 'NotFoundError' ? 'missing' : 'busy'
  }
}

export function closeMicrophone(): void {
  microphone?.getTracks().forEach((track) => track.stop())
  microphone = null
}

/** All candidates go into the one offer: the worker takes no trickle. */
async function completeOffer(peer: RTCPeerConnection): Promise<RTCSessionDescription> {
  await peer.setLocalDescription(await peer.createOffer())
  if (peer.iceGatheringState !== 'complete') {
    await new Promise<void>((resolve) => {
      const timer = window.setTimeout(resolve, GATHER_WITHIN_MS)
      peer.addEventListener('icegatheringstatechange', () => {
        if (peer.iceGatheringState !== 'complete') return
        window.clearTimeout(timer)
        resolve()
      })
    })
  }
  return peer.localDescription as RTCSessionDescription
}

async function awaitAnswer(commandId: number, isWanted: () => boolean): Promise<RTCSessionDescriptionInit | null> {
  const deadline = Date.now() + ANSWER_WITHIN_MS
  while (isWanted() && Date.now() < deadline) {
    const answer = await api.get<MediaAnswer>(`seat/media/${commandId}`)
    if (answer.sdp) return { sdp: answer.sdp, type: answer.type ?? 'answer' }
    if (answer.error) throw new ApiError(-1, 'console.media_refused', answer.error)
    await new Promise((resolve) => window.setTimeout(resolve, 60))
  }
  if (!isWanted()) return null
  throw new ApiError(-1, 'console.media_timeout', zh.desk.media.timeout)
}

export interface Leg {
  callId: number
  peer: RTCPeerConnection
  close: () => void
}

/** Joins the conference of a call; the caller's voice plays as soon as the worker lets it through. */
export async function joinCall(callId: number, onState: (state: RTCPeerConnectionState) => void): Promise<Leg> {
  const peer = new RTCPeerConnection()
  const loudspeaker = new Audio()
  loudspeaker.autoplay = true
  let wanted = true
  const leg: Leg = {
    callId,
    peer,
    close: () => {
      wanted = false
      loudspeaker.srcObject = null
      peer.close()
    },
  }
  peer.addEventListener('track', (event) => {
    loudspeaker.srcObject = event.streams[0] ?? new MediaStream([event.track])
    // A page that was reloaded in mid-call has had no click yet; the next click starts the sound.
    loudspeaker.play().catch(() => document.addEventListener('click', () => void loudspeaker.play(), { once: true }))
  })
  peer.addEventListener('connectionstatechange', () => onState(peer.connectionState))
  microphone?.getAudioTracks().forEach((track) => peer.addTrack(track, microphone as MediaStream))
  if (!microphone) peer.addTransceiver('audio', { direction: 'recvonly' })
  const offer = await completeOffer(peer)
  const { command_id } = await api.post<MediaCommand>('seat/media', { call_id: callId, sdp: offer.sdp, type: offer.type })
  const answer = await awaitAnswer(command_id, () => wanted)
  if (answer) await peer.setRemoteDescription(answer)
  return leg
}

let tones: AudioContext | null = null
let ringing = 0

function beep(): void {
  if (!tones) return
  const oscillator = tones.createOscillator()
  const volume = tones.createGain()
  oscillator.frequency.value = 450
  volume.gain.setValueAtTime(0.0001, tones.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.12, tones.currentTime + 0.04)
  volume.gain.setValueAtTime(0.12, tones.currentTime + 0.9)
  volume.gain.exponentialRampToValueAtTime(0.0001, tones.currentTime + 1)
  oscillator.connect(volume).connect(tones.destination)
  oscillator.start()
  oscillator.stop(tones.currentTime + 1)
}

/** The ring of Chinese exchanges: 450 Hz, one second on, here every three seconds. */
export function startRinging(): void {
  if (ringing) return
  tones ??= new AudioContext()
  void tones.resume()
  beep()
  ringing = window.setInterval(beep, 3000)
}

export function stopRinging(): void {
  window.clearInterval(ringing)
  ringing = 0
}
