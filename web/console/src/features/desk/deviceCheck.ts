// Measures before the shift: how loud the microphone hears, and whether it hears what the earpiece plays.
const TONE_HERTZ = 1000
const TONE_S = 1
const FFT = 2048
/** Above the silence before it: so much louder is the tone only where it came back. */
const ECHO_DECIBEL = 20

export interface Check {
  /** 0 to 100. */
  level: () => number
  /** True when the test tone came back through the microphone. */
  hasEcho: () => Promise<boolean>
  close: () => void
}

export async function startCheck(): Promise<Check> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false } })
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = FFT
  context.createMediaStreamSource(stream).connect(analyser)

  function level(): number {
    const samples = new Float32Array(FFT)
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / FFT
    const decibel = 10 * Math.log10(power + 1e-10)
    return Math.round(Math.min(100, Math.max(0, (decibel + 60) * 2)))
  }

  function toneHeard(): number {
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    return bins[Math.round((TONE_HERTZ * FFT) / context.sampleRate)] ?? -100
  }

  async function hasEcho(): Promise<boolean> {
    const before = toneHeard()
    const oscillator = context.createOscillator()
    const volume = context.createGain()
    volume.gain.value = 0.3
    oscillator.frequency.value = TONE_HERTZ
    oscillator.connect(volume).connect(context.destination)
    oscillator.start()
    oscillator.stop(context.currentTime + TONE_S)
    await new Promise((resolve) => window.setTimeout(resolve, TONE_S * 700))
    const during = toneHeard()
    await new Promise((resolve) => window.setTimeout(resolve, TONE_S * 300))
    return during - Math.max(before, -90) > ECHO_DECIBEL
  }

  return {
    level,
    hasEcho,
    close: () => {
      stream.getTracks().forEach((track) => track.stop())
      void context.close()
    },
  }
}
