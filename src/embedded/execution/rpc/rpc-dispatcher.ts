import { z } from 'zod'
import { BaseError, messageOf } from '../../../errors.ts'
import { EngineError } from '../engine/engine-errors.ts'
import { RpcError, rpcErrorCodes } from './rpc-error.ts'
import type { RpcMethods, RpcSession } from './rpc-method.ts'

export interface RpcLimits {
  /** Requests in one batch. */
  readonly batchRequests: number
  /** Characters of an answer, all of a batch together. */
  readonly responseLength: number
}

export const defaultRpcLimits: RpcLimits = { batchRequests: 1000, responseLength: 25_000_000 }

const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  params: z.array(z.unknown()).nullish(),
  id: z.union([z.string().max(1000), z.number(), z.null()]).optional(),
})

type RequestId = string | number | null

/** Answers JSON-RPC 2.0 text with JSON-RPC 2.0 text: single requests, batches and notifications. */
export class RpcDispatcher {
  readonly #methods: ReadonlyMap<string, RpcMethods[string]>
  readonly #limits: RpcLimits
  readonly #onDefect: (error: unknown) => void

  /** @param onDefect hears of errors that are no answer to bad input but faults of this program. */
  constructor(methods: RpcMethods, onDefect: (error: unknown) => void, limits: RpcLimits = defaultRpcLimits) {
    // A map, because an object would also find methods such as `constructor` on its prototype.
    this.#methods = new Map(Object.entries(methods))
    this.#limits = limits
    this.#onDefect = onDefect
  }

  /** Undefined when there is nothing to answer: all were notifications. */
  async answer(text: string, session?: RpcSession): Promise<string | undefined> {
    let request: unknown
    try {
      request = JSON.parse(text)
    } catch {
      return failure(null, new RpcError('parse', 'parse error'))
    }
    return Array.isArray(request) ? this.#answerBatch(request, session) : this.#answerOne(request, session)
  }

  async #answerBatch(requests: readonly unknown[], session?: RpcSession): Promise<string | undefined> {
    if (requests.length === 0) return failure(null, new RpcError('invalidRequest', 'empty batch'))
    if (requests.length > this.#limits.batchRequests) {
      return failure(null, new RpcError('invalidRequest', 'batch too large'))
    }
    const answers: string[] = []
    let length = 0
    for (const request of requests) {
      const answer =
        length > this.#limits.responseLength
          ? failure(idOf(request), new RpcError('tooLarge', 'response too large'))
          : await this.#answerOne(request, session)
      if (answer === undefined) continue
      length += answer.length
      answers.push(answer)
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  async #answerOne(input: unknown, session?: RpcSession): Promise<string | undefined> {
    const parsed = requestSchema.safeParse(input)
    if (!parsed.success) return failure(idOf(input), new RpcError('invalidRequest', 'invalid request'))
    const { method, params, id } = parsed.data
    const answer = await this.#call(method, params ?? [], id ?? null, session)
    return id === undefined ? undefined : answer
  }

  async #call(
    name: string,
    params: readonly unknown[],
    id: RequestId,
    session: RpcSession | undefined,
  ): Promise<string> {
    try {
      const method = this.#methods.get(name)
      if (method === undefined) {
        throw new RpcError(
          'methodNotFound',
          `the method ${name.slice(0, 100)} does not exist/is not available`,
        )
      }
      const result = (await method(params, session)) ?? null
      const answer = JSON.stringify({ jsonrpc: '2.0', id, result })
      if (answer.length > this.#limits.responseLength) throw new RpcError('tooLarge', 'response too large')
      return answer
    } catch (error) {
      if (!(error instanceof BaseError)) this.#onDefect(error)
      return failure(id, error)
    }
  }
}

/** The identifier of something that may not even be a request. */
function idOf(request: unknown): RequestId {
  const id = typeof request === 'object' && request !== null && 'id' in request ? request.id : null
  return (typeof id === 'string' && id.length <= 1000) || typeof id === 'number' ? id : null
}

function failure(id: RequestId, error: unknown): string {
  const code =
    error instanceof RpcError || error instanceof EngineError
      ? error.rpcCode
      : error instanceof BaseError
        ? rpcErrorCodes.server
        : rpcErrorCodes.internal
  const message = error instanceof BaseError ? error.shortMessage : `internal error: ${messageOf(error)}`
  const data = error instanceof RpcError ? error.data : undefined
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: { code, message, ...(data === undefined ? {} : { data }) },
  })
}
