// The table of formulas, fetched once: labels, texts and targets of all figures come from the server.
import { computed } from 'vue'
import { api } from '@/api/client'
import type { components } from '@/api/schema'
import { useLoad } from '@/components/useLoad'
import type { Formula } from './figures'

type Tables = components['schemas']['FormulasOut']

export function useFormulas(table: 'calls' | 'units') {
  const loaded = useLoad(() => api.get<Tables>('reports/formulas'))
  const byName = computed<Record<string, Formula>>(() =>
    Object.fromEntries((loaded.data.value?.[table].formulas ?? []).map((formula) => [formula.name, formula])),
  )
  return { ...loaded, byName }
}
