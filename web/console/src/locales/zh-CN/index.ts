// All Chinese of the console; components hold no literal of their own.
import { cases } from './cases'
import { common } from './common'
import { desk } from './desk'
import { reports } from './reports'
import { work } from './work'

export const zh = { ...common, desk, cases, reports, work }
