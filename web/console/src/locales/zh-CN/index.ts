// All Chinese of the console; components hold no literal of their own.
import { account } from './account'
import { cases } from './cases'
import { common } from './common'
import { desk } from './desk'
import { file } from './file'
import { knowledge } from './knowledge'
import { phone } from './phone'
import { reports } from './reports'
import { hotspots, models } from './suggesting'
import { supervision } from './supervision'
import { timeRules } from './timeRules'
import { unit } from './unit'
import { work } from './work'

export const zh = { ...common, account, desk, cases, file, hotspots, knowledge, models, phone, reports, supervision, timeRules, unit, work }
