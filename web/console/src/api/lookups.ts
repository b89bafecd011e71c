// Lists that forms choose from; each is fetched once per visit.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { tellProblem } from '@/components/notify'
import { api } from './client'

export interface Choice {
  code: string
  name: string
  [extra: string]: unknown
}

const known = new Map<string, ShallowRef<unknown>>()

async function fill<T>(target: ShallowRef<T>, name: string, read: (answer: never) => T): Promise<void> {
  try {
    target.value = read(await api.get<never>(`lookups/${name}`))
  } catch (error) {
    // The next form that needs the list asks again.
    known.delete(name)
    tellProblem(error)
  }
}

function once<T>(name: string, empty: T, read: (answer: never) => T): ShallowRef<T> {
  let target = known.get(name) as ShallowRef<T> | undefined
  if (!target) {
    target = shallowRef(empty)
    known.set(name, target)
    void fill(target, name, read)
  }
  return target
}

export function useLookup(name: string): ShallowRef<Choice[]> {
  return once<Choice[]>(name, [], (answer: { items: Choice[] }) => answer.items)
}

/** One of the closed lists of the case form. */
export function useWords(name: string): ComputedRef<Choice[]> {
  const lists = once<Record<string, Choice[]>>('words', {}, (answer: { lists: Record<string, Choice[]> }) => answer.lists)
  return computed(() => lists.value[name] ?? [])
}
