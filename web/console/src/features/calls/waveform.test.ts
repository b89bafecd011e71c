import { describe, expect, it } from 'vitest'
import { peaks } from './waveform'

describe('peaks', () => {
  it('has the loudest moment of each piece, against the loudest of both channels', () => {
    const citizen = new Float32Array([0.1, -0.5, 0, 0])
    const agent = new Float32Array([0, 0, 0.25, -0.1])
    expect(peaks([citizen, agent], 2)).toEqual([[1, 0], [0, 0.5]])
  })

  it('is flat where nothing was said, and has pieces even beyond a short sound', () => {
    expect(peaks([new Float32Array(2)], 4)).toEqual([[0, 0, 0, 0]])
  })
})
