// The only door to the HTTP API: JSON, CSRF header, errors as ApiError, one retry after the person signed in again.
import { ApiError, offline } from './errors'
import { zh } from '@/locales/zh-CN'

const BASE = '/api/v1/'

type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  form?: FormData
  signal?: AbortSignal
  /** A 401 of these calls is an answer, not an expired session. */
  ownSession?: boolean
  keepalive?: boolean
}

export const hooks = {
  csrfToken: (): string => '',
  /** Resolves when the person has signed in again; rejects when they leave. */
  signInAgain: async (): Promise<void> => {},
}

export function urlOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return BASE + path + (text ? `?${text}` : '')
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-CSRF-Token'] = hooks.csrfToken()
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  } else if (options.form) {
    init.body = options.form
  }
  if (options.signal) init.signal = options.signal
  if (options.keepalive) init.keepalive = true
  try {
    return await fetch(urlOf(path, options.query), init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw offline()
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json')
  const body = isJson ? ((await response.json()) as Record<string, unknown>) : {}
  const message = typeof body.message === 'string' ? body.message : zh.errors.status(response.status)
  const code = typeof body.code === 'string' ? body.code : `http.${response.status}`
  const traceId = typeof body.trace_id === 'string' ? body.trace_id : ''
  return new ApiError(response.status, code, message, body.details, traceId)
}

async function answerOf(method: string, path: string, options: Options = {}): Promise<Response> {
  let response = await send(method, path, options)
  if (response.status === 401 && !options.ownSession) {
    await hooks.signInAgain()
    response = await send(method, path, options)
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await answerOf(method, path, options)
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

export const api = {
  get: <T>(path: string, query?: Query, options: Options = {}) => call<T>('GET', path, { ...options, query }),
  post: <T>(path: string, body: unknown = {}, options: Options = {}) => call<T>('POST', path, { ...options, body }),
  remove: <T>(path: string) => call<T>('DELETE', path),
  patch: <T>(path: string, body: unknown, options: Options = {}) => call<T>('PATCH', path, { ...options, body }),
  put: <T>(path: string, body: unknown, options: Options = {}) => call<T>('PUT', path, { ...options, body }),
  bytes: async (path: string) => (await answerOf('GET', path)).arrayBuffer(),
  upload: <T>(path: string, form: FormData) => call<T>('POST', path, { form }),
}
