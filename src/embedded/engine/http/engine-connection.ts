import { z } from 'zod'
import { messageOf } from '../../../errors.ts'
import { type EngineFailure, EngineUnavailableError } from '../errors.ts'
import { AnswerTooLongError, boundedText } from './bounded-text.ts'
import { engineToken } from './engine-token.ts'

/** Room for the largest payload (10 MiB, EIP-7934) and the blobs of a block, in hexadecimal. */
const defaultAnswerBytesMax = 64 * 1024 * 1024
/** As the Engine API allows for its slowest methods. */
const defaultTimeoutMs = 8_000
/** Of an answer's own words that are passed on. */
const quotedLengthMax = 300

export interface EngineConnectionOptions {
  /** `http://…`, where the execution client serves its Engine API. */
  readonly url: string
  /** 32 bytes, shared with the execution client. */
  readonly jwtSecret: Uint8Array
  /** The real time in Unix milliseconds: tokens are judged by another process. */
  readonly wallClock: () => number
  /** How long one request may take. @default 8000, the Engine API's own */
  readonly timeoutMs?: number
  /** @default 64 MiB */
  readonly answerBytesMax?: number
}

/** The error comes first, since some servers send an empty result beside it. */
const answerSchema = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ result: z.unknown() }).refine((answer) => answer.result !== undefined),
])

/** JSON-RPC to an Engine API: each request with a token of its own, a time limit, and one try. */
export class EngineConnection {
  readonly url: string
  readonly #options: EngineConnectionOptions

  constructor(options: EngineConnectionOptions) {
    this.url = options.url
    this.#options = options
  }

  /** @throws EngineUnavailableError when there is no answer, an error, or none of the expected shape */
  async call<Result>(
    method: string,
    parameters: readonly unknown[],
    schema: z.ZodType<Result>,
  ): Promise<Result> {
    const text = await this.#post(method, parameters)
    const answer = answerSchema.safeParse(parsedJson(text))
    if (!answer.success) throw malformed(method, `not JSON-RPC: ${text.slice(0, quotedLengthMax)}`)
    if ('error' in answer.data) {
      const { code, message } = answer.data.error
      const words = `${message.slice(0, quotedLengthMax)} (${code})`
      throw new EngineUnavailableError(method, new Error(words), 'refused')
    }
    const result = schema.safeParse(answer.data.result)
    if (result.success) return result.data
    const [issue] = result.error.issues
    const place = issue?.path.join('.') || 'the result'
    throw malformed(method, `${place} ${issue?.message}`)
  }

  async #post(method: string, parameters: readonly unknown[]): Promise<string> {
    const { url, jwtSecret, wallClock } = this.#options
    const { timeoutMs = defaultTimeoutMs, answerBytesMax = defaultAnswerBytesMax } = this.#options
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${engineToken(jwtSecret, wallClock())}`,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters }),
        redirect: 'error',
        signal: timeout,
      })
      const text = await boundedText(response, answerBytesMax)
      if (response.ok) return text
      throw new StatusError(response.status, text)
    } catch (error) {
      if (timeout.aborted) {
        throw new EngineUnavailableError(method, new Error(`no answer in ${timeoutMs} ms`), 'timeout')
      }
      throw new EngineUnavailableError(method, withPlace(error, url), failureOf(error))
    }
  }
}

class StatusError extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(`HTTP status ${status}, ${text.slice(0, quotedLengthMax).trim() || 'without a word'}`)
    this.status = status
  }
}

function failureOf(error: unknown): EngineFailure {
  if (error instanceof AnswerTooLongError) return 'malformed'
  if (!(error instanceof StatusError)) return 'unreachable'
  return error.status === 401 || error.status === 403 ? 'unauthorized' : 'malformed'
}

/** Node's fetch says only "fetch failed"; the reason is in the cause, and in several when names were tried. */
function withPlace(error: unknown, url: string): Error {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new Error(`${messageOf(cause) || 'no connection'}${code} at ${url}`, { cause: error })
}

function malformed(method: string, problem: string): EngineUnavailableError {
  return new EngineUnavailableError(method, new Error(problem), 'malformed')
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
