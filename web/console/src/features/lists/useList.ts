// One page of a work list.
import { api } from '@/api/client'
import type { CaseRow, Page } from '@/api/types'

export type Filters = Record<string, string>

export function fetchList(list: string, filters: Filters, cursor?: string | number | null): Promise<Page<CaseRow>> {
  return api.get<Page<CaseRow>>('cases', { ...filters, list, cursor })
}
