// What the panel reads out of the text for the form.
import { describe, expect, it } from 'vitest'
import type { SuggestionAnswer } from '@/api/types'
import { EMPTY } from './draft'
import { fillsOf } from './offers'

const facts = '😀昨天在金沙小区被收500元，要求退款'
const fill = (field: string, quote: string, value: string) => {
  const start = [...facts.slice(0, facts.indexOf(quote))].length
  return { field, label: field, value, source: 'facts', start, end: start + [...quote].length, confidence: 0.9 }
}
const answer = { fills: [fill('address', '金沙小区', '金沙小区'), fill('amount', '500元', '500.00')] } as unknown as SuggestionAnswer

describe('fillsOf', () => {
  it('quotes the words with what stands around them, pairs of halves counted once', () => {
    const [address, amount] = fillsOf(answer, { ...EMPTY, facts })
    expect([address?.before, address?.quote, address?.after]).toEqual(['😀昨天在', '金沙小区', '被收500元，要求退'])
    expect(address?.changes).toEqual({ address: '金沙小区' })
    expect(amount?.changes).toBeNull()
  })

  it('leaves out what the form says already and what the text no longer says', () => {
    expect(fillsOf(answer, { ...EMPTY, facts, address: '别处' }).map((one) => one.field)).toEqual(['amount'])
    expect(fillsOf(answer, EMPTY)).toEqual([])
  })

  it('shows a time as the text gives it, also an hour of no certain day', () => {
    const shown = (value: string) => fillsOf({ fills: [fill('event_at', '昨天', value)] } as unknown as SuggestionAnswer, { ...EMPTY, facts })[0]?.value
    expect(['T02:00', '2026-11-18', '2026-09', '2020-11-24T15:00'].map(shown)).toEqual(['02:00', '11月18日 周三', '2026-09', '2020年11月24日 15:00'])
  })
})
