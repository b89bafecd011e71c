// What can go wrong on the way to the server, as one type with the server's code, Chinese text and trace id.
import { zh } from '@/locales/zh-CN'

export interface FieldProblem {
  field: string
  reason: string
}

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: unknown
  readonly traceId: string

  constructor(status: number, code: string, message: string, details: unknown = null, traceId = '') {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.traceId = traceId
  }

  /** Reasons by field of a 422 answer. */
  get fields(): FieldProblem[] {
    const list = Array.isArray(this.details) ? this.details : []
    return list.filter(
      (item): item is FieldProblem => typeof item === 'object' && item !== null && 'field' in item && 'reason' in item,
    )
  }

  get isOffline(): boolean {
    return this.status === 0
  }

  get isStale(): boolean {
    return this.status === 409 && this.code.includes('stale')
  }
}

export function offline(): ApiError {
  return new ApiError(0, 'console.offline', zh.errors.offline)
}

/** For what is asked for again by itself: a server out of reach is already told by the banner. */
export function ignoreOffline(error: unknown): void {
  if (!(error instanceof ApiError) || !(error.isOffline || error.status >= 500)) throw error
}

/** The error of a catch clause; anything that is no ApiError is a fault of the console itself and is thrown on. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  throw error
}
