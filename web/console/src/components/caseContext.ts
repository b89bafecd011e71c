// The case that an open form is about, for the fields that choose from it: files already there, rows of the catalogue.
import { inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import type { CaseView } from '@/api/types'

const KEY: InjectionKey<ComputedRef<CaseView | null>> = Symbol('case')

export function provideCase(view: ComputedRef<CaseView | null>): void {
  provide(KEY, view)
}

export function useCaseOfForm(): ComputedRef<CaseView | null> | undefined {
  return inject(KEY, undefined)
}
