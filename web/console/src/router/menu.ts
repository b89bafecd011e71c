// Where a name that the server puts into the menu lives; every other name is a work list.
import type { RouteLocationRaw } from 'vue-router'

const PAGES = new Set([
  'desk', 'calls', 'call_backs', 'board', 'call_report', 'unit_report', 'staffing', 'users', 'knowledge',
  'unit', 'unit_figures', 'supervision', 'proposals', 'calendar', 'limits', 'sights', 'exports', 'account', 'hotspots', 'models',
])

export function pageOf(name: string): RouteLocationRaw {
  if (PAGES.has(name)) return { name }
  return name ? { name: 'list', params: { list: name } } : { name: 'lost', params: { rest: ['start'] } }
}
