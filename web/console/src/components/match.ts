// Finding an entry of a list by name, keyword, code or pinyin initials.
import type { Choice } from '@/api/lookups'

export function matches(choice: Choice, typed: string): boolean {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return true
  const texts = [choice.name, choice.code, choice.initials, choice.short_name]
  const more = [choice.keywords, choice.aliases].flatMap((list) => (Array.isArray(list) ? list : []))
  return [...texts, ...more].some((text) => typeof text === 'string' && text.toLowerCase().includes(wanted))
}

export interface TreeNode extends Choice {
  children?: TreeNode[]
}

export function treeOf(list: Choice[]): TreeNode[] {
  const nodes = new Map<string, TreeNode>(list.map((item) => [item.code, { ...item }]))
  const roots: TreeNode[] = []
  for (const node of nodes.values()) {
    const parent = typeof node.parent_code === 'string' ? nodes.get(node.parent_code) : undefined
    if (parent) (parent.children ??= []).push(node)
    else roots.push(node)
  }
  return roots
}

/** Names from the root down to the entry. */
export function pathOf(list: Choice[], code: string | null | undefined): string[] {
  const byCode = new Map(list.map((item) => [item.code, item]))
  const names: string[] = []
  let item = code ? byCode.get(code) : undefined
  while (item && names.length < 8) {
    names.unshift(item.name)
    item = typeof item.parent_code === 'string' ? byCode.get(item.parent_code) : undefined
  }
  return names
}
