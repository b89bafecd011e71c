// What a failed or finished step says to the person, in one place.
import { ElMessage, ElNotification } from 'element-plus/es'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/notification/style/css'
import { ApiError } from '@/api/errors'
import { zh } from '@/locales/zh-CN'

export function tellDone(text: string): void {
  ElMessage({ type: 'success', message: text, grouping: true })
}

export function tellInfo(text: string): void {
  ElMessage({ type: 'info', message: text, grouping: true })
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
    offset: 52,
    customClass: 'problem',
  })
}
