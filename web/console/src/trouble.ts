// The last net: what nobody handled is shown to the person and left in the browser's log.
import { tellProblem } from '@/components/notify'
import { ApiError } from '@/api/errors'
import { zh } from '@/locales/zh-CN'

export function reportUnexpected(error: unknown): void {
  if (error instanceof ApiError) {
    tellProblem(error)
    return
  }
  console.error(error)
  tellProblem(new ApiError(-1, 'console.unexpected', zh.errors.unexpected))
}
