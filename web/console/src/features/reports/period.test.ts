import { describe, expect, it } from 'vitest'
import { dateOf, spans } from './period'

describe('dates of a report', () => {
  it('are those of the city', () => {
    expect(dateOf(Date.parse('2026-09-17T16:30:00Z'))).toBe('2026-09-18')
  })

  it('know the month before, also in January', () => {
    const found = Object.fromEntries(spans(Date.parse('2026-01-05T04:00:00Z')))
    expect(found['上月']).toEqual(['2025-12-01', '2025-12-31'])
    expect(found['近 7 天']).toEqual(['2025-12-30', '2026-01-05'])
  })
})
