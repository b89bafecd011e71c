// What the form promises when two places change one draft.
import { describe, expect, it } from 'vitest'
import { changesBetween, conflictsOf, EMPTY, merged, valuesOf } from './draft'

const base = { ...EMPTY, title: '路灯不亮', facts: '三天了' }

describe('draft', () => {
  it('sends only the fields that changed', () => {
    expect(changesBetween(base, { ...base, facts: '四天了' })).toEqual({ facts: '四天了' })
  })

  it('merges changes of different fields without asking', () => {
    const mine = { ...base, facts: '四天了' }
    const theirs = { ...base, title: '人民路路灯不亮' }
    expect(conflictsOf(base, mine, theirs)).toEqual([])
    expect(merged(base, mine, theirs)).toEqual({ ...base, facts: '四天了', title: '人民路路灯不亮' })
  })

  it('asks when both sides changed the same field differently', () => {
    const conflicts = conflictsOf(base, { ...base, facts: '四天了' }, { ...base, facts: '五天了' })
    expect(conflicts).toEqual([{ field: 'facts', mine: '四天了', theirs: '五天了' }])
  })

  it('does not ask when both sides wrote the same', () => {
    expect(conflictsOf(base, { ...base, facts: '四天了' }, { ...base, facts: '四天了' })).toEqual([])
  })

  it('reads missing fields of the server as empty', () => {
    expect(valuesOf({ title: '噪声', facts: undefined })).toEqual({ ...EMPTY, title: '噪声' })
  })
})
