// The shape of a recording: the loudest moment of each piece of time, one row per channel, 0–1 of the loudest of all.
export function peaks(channels: Float32Array[], pieces: number): number[][] {
  const rows = channels.map((samples) => {
    const length = Math.max(1, Math.ceil(samples.length / pieces))
    return Array.from({ length: pieces }, (_, piece) => {
      let loudest = 0
      for (let at = piece * length; at < Math.min(samples.length, (piece + 1) * length); at += 1) {
        loudest = Math.max(loudest, Math.abs(samples[at]))
      }
      return loudest
    })
  })
  const loudest = Math.max(...rows.flat(), 1e-6)
  return rows.map((row) => row.map((value) => value / loudest))
}
