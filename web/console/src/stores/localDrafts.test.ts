// What may lie in this browser, and for how long.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { draftsBelongTo, forgetAllDrafts, forgetLocally, keepLocally, localCopy } from './localDrafts'

class Storage {
  [name: string]: unknown
  getItem(key: string) { return (this[key] as string | undefined) ?? null }
  setItem(key: string, text: string) { this[key] = text }
  removeItem(key: string) { delete this[key] }
}

describe('local drafts', () => {
  beforeEach(() => {
    vi.stubGlobal('localStorage', new Storage())
    draftsBelongTo(1)
  })

  it('keeps the fields that it is given and nothing else', () => {
    keepLocally('case.5', { facts: '三天了' }, { facts: '四天了' })
    expect(localCopy('case.5')).toEqual({ owner: 1, base: { facts: '三天了' }, values: { facts: '四天了' } })
    forgetLocally('case.5')
    expect(localCopy('case.5')).toBeNull()
  })

  it('leaves nothing behind at the sign-out, and nothing of others untouched', () => {
    localStorage.setItem('hotline.notices', 'on')
    keepLocally('case.5', {}, { contact_no: '13800138000' })
    forgetAllDrafts()
    keepLocally('case.5', {}, { contact_no: '13800138000' })
    expect(Object.keys(localStorage)).toEqual(['hotline.notices'])
  })

  it('drops what another person left, and keeps the own after signing in again', () => {
    keepLocally('case.5', {}, { facts: '四天了' })
    draftsBelongTo(1)
    expect(localCopy('case.5')).not.toBeNull()
    draftsBelongTo(2)
    expect(localCopy('case.5')).toBeNull()
  })
})
