// What a form holds that the server does not have yet, kept in this browser: only the changed fields, for one person,
// gone with the sign-out.
export interface LocalCopy<Values> {
  owner: number
  base: Partial<Values>
  values: Partial<Values>
}

const PREFIX = 'hotline.draft.'
let owner = 0

function keys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
}

/** From now on copies are this person's; what somebody else left behind in this browser goes. */
export function draftsBelongTo(userId: number): void {
  owner = userId
  for (const key of keys()) if (read(key)?.owner !== userId) localStorage.removeItem(key)
}

/** At the sign-out; a form that closes afterwards has nobody to keep anything for. */
export function forgetAllDrafts(): void {
  owner = 0
  keys().forEach((key) => localStorage.removeItem(key))
}

export function keepLocally<Values>(key: string, base: Partial<Values>, values: Partial<Values>): void {
  if (!owner) return
  localStorage.setItem(PREFIX + key, JSON.stringify({ owner, base, values }))
}

export function forgetLocally(key: string): void {
  localStorage.removeItem(PREFIX + key)
}

export function localCopy<Values>(key: string): LocalCopy<Values> | null {
  return read<Values>(PREFIX + key)
}

function read<Values>(key: string): LocalCopy<Values> | null {
  const text = localStorage.getItem(key)
  return text ? (JSON.parse(text) as LocalCopy<Values>) : null
}
