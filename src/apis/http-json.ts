import { BaseError, messageOf } from '../errors.ts'

/** An endpoint did not answer, or answered with something else than was asked for. */
export class ApiError extends BaseError {
  /** HTTP status, or undefined when there was no answer. */
  readonly status: number | undefined

  constructor(request: string, reason: string, status?: number, cause?: unknown) {
    super({
      code: 'api-request',
      category: 'runtime',
      shortMessage: `${request}: ${reason}`,
      facts: { request, status },
      cause,
    })
    this.status = status
  }
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
}

/** The way to an endpoint: over HTTP, or, for a node of this process, straight to its request handler. */
export type FetchJson = (url: string, init?: RequestInit, options?: RequestOptions) => Promise<unknown>

const defaultTimeoutMs = 10_000

/**
 * Fetches JSON.
 *
 * @throws {ApiError} when there is no answer, its status is an error, or it is not JSON.
 */
export async function fetchJson(
  url: string,
  init: RequestInit = {},
  options: RequestOptions = {},
): Promise<unknown> {
  return parseJson(await fetchText(url, init, options), `${init.method ?? 'GET'} ${url}`)
}

/** @returns undefined for an answer without a body @throws {ApiError} when it is not JSON. */
export function parseJson(text: string, request: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError(request, `not JSON: ${text.slice(0, 100)}`, undefined, cause)
  }
}

/**
 * Posts JSON; what is answered, if anything, does not matter.
 *
 * @throws {ApiError} when there is no answer or its status is an error.
 */
export async function postJson(url: string, body: string, options: RequestOptions = {}): Promise<void> {
  await fetchText(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }, options)
}

async function fetchText(
  url: string,
  init: RequestInit,
  { signal, timeoutMs = defaultTimeoutMs }: RequestOptions,
): Promise<string> {
  const request = `${init.method ?? 'GET'} ${url}`
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      ...init,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
    const text = await response.text()
    if (!response.ok) throw new ApiError(request, `${response.status} ${text.slice(0, 300)}`, response.status)
    return text
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ApiError) throw error
    const reason = timeout.aborted ? `no answer in ${timeoutMs} ms` : messageOf(causeOf(error))
    throw new ApiError(request, reason, undefined, error)
  }
}

/** Node's fetch says only "fetch failed"; the reason is in the cause. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}
