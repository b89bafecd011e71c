// What a failed or finished step says to the person, in one place.
import { ElMessage, ElMessageBox, ElNotification } from 'element-plus/es'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import 'element-plus/es/components/notification/style/css'
import { ApiError } from '@/api/errors'
import { zh } from '@/locales/zh-CN'

/** The keys of a call must not lie under a message. */
const BELOW_THE_BAR = 52

export function tellDone(text: string): void {
  ElMessage({ type: 'success', message: text, grouping: true, offset: BELOW_THE_BAR })
}

export function tellInfo(text: string): void {
  ElMessage({ type: 'info', message: text, grouping: true, offset: BELOW_THE_BAR })
}

/** Shows what happened with code and trace id; an error that is none of the API's is thrown on. */
export function tellProblem(error: unknown): void {
  if (!(error instanceof ApiError)) throw error
  const fields = error.fields.map((problem) => problem.reason)
  const marks = [zh.states.code(error.code), error.traceId && zh.states.trace(error.traceId)].filter(Boolean)
  ElNotification({
    type: 'error',
    title: error.message,
    message: [...fields, marks.join(' · ')].join('\n'),
    duration: 9000,
    position: 'top-right',
    offset: BELOW_THE_BAR,
    customClass: 'problem',
  })
}

/** Asks before something that cuts; false when the person thinks better of it. */
export function isSure(text: string, title: string): Promise<boolean> {
  return ElMessageBox.confirm(text, title, { type: 'warning' }).then(() => true, () => false)
}

/** A sentence from the person, or null when they leave. */
export function askText(text: string, title: string): Promise<string | null> {
  const rules = { inputType: 'textarea' as const, inputPattern: /\S[\s\S]*\S/, inputErrorMessage: zh.actions.tooShort }
  return ElMessageBox.prompt(text, title, rules).then((answer) => answer.value.trim(), () => null)
}
