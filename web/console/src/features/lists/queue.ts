// The order of the list a person came from, so that after an action the next case opens by itself.
const KEY = 'hotline.queue'

interface Queue {
  list: string
  ids: number[]
}

export function rememberQueue(list: string, ids: number[]): void {
  sessionStorage.setItem(KEY, JSON.stringify({ list, ids } satisfies Queue))
}

export function nextInQueue(list: string, caseId: number): number | null {
  const text = sessionStorage.getItem(KEY)
  if (!text) return null
  const queue = JSON.parse(text) as Queue
  if (queue.list !== list) return null
  const at = queue.ids.indexOf(caseId)
  rememberQueue(list, queue.ids.filter((id) => id !== caseId))
  return queue.ids[at + 1] ?? null
}
