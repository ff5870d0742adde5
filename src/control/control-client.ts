import { z } from 'zod'
import { messageOf } from '../errors.ts'
import type { AddedNodeOptions } from '../plan/options.ts'
import type { ControlFile } from './control-file.ts'
import { ControlUnreachableError } from './errors.ts'
import {
  type OperationName,
  type OperationParameters,
  type OperationResult,
  operations,
} from './operations.ts'
import {
  type NetworkStatus,
  type NetworkSummary,
  type NodeAction,
  type NodeDescription,
  networkStatus,
  networkSummary,
  nodeDescription,
} from './protocol.ts'
import { RemoteError, wireErrorSchema } from './wire-error.ts'

const quickTimeoutMs = 5_000
/** A status waits up to 5 s for nodes that do not answer. */
const statusTimeoutMs = 20_000
/** Starting a node may take minutes; fetch itself gives up after five. */
const actionTimeoutMs = 290_000

const failureSchema = z.object({ error: wireErrorSchema })
const nothing = z.object({})

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly timeoutMs: number
}

/**
 * Asks the process that runs a network. An error over there is thrown here as it is.
 *
 * Every method throws {@link RemoteError} for such an error, and {@link ControlUnreachableError} when there
 * is no answer, or one that makes no sense.
 */
export class ControlClient {
  readonly #file: ControlFile

  constructor(file: ControlFile) {
    this.#file = file
  }

  summary(): Promise<NetworkSummary> {
    return this.#ask({ method: 'GET', path: '/api/summary', timeoutMs: quickTimeoutMs }, networkSummary)
  }

  status(): Promise<NetworkStatus> {
    return this.#ask({ method: 'GET', path: '/api/status', timeoutMs: statusTimeoutMs }, networkStatus)
  }

  act(node: string, action: NodeAction): Promise<NodeDescription> {
    const path = `/api/nodes/${encodeURIComponent(node)}/${action}`
    return this.#ask({ method: 'POST', path, timeoutMs: actionTimeoutMs }, nodeDescription)
  }

  addNode(options: AddedNodeOptions): Promise<NodeDescription> {
    const request = { method: 'POST', path: '/api/nodes', body: options, timeoutMs: actionTimeoutMs } as const
    return this.#ask(request, nodeDescription)
  }

  async removeNode(name: string): Promise<void> {
    const path = `/api/nodes/${encodeURIComponent(name)}`
    await this.#ask({ method: 'DELETE', path, timeoutMs: actionTimeoutMs }, nothing)
  }

  /** Has the network do what the table of operations has under this name. */
  async operate<Name extends OperationName>(
    name: Name,
    parameters: OperationParameters<Name>,
  ): Promise<OperationResult<Name>> {
    const path = `/api/operations/${name}`
    // The schema of a name gives the result of that name, but the compiler does not see the two together.
    const result = operations[name].result as z.ZodType<OperationResult<Name>>
    return this.#ask({ method: 'POST', path, body: parameters, timeoutMs: actionTimeoutMs }, result)
  }

  /** Resolves as soon as the stop has begun. */
  async stop(): Promise<void> {
    await this.#ask({ method: 'POST', path: '/api/stop', timeoutMs: quickTimeoutMs }, nothing)
  }

  async #ask<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
    const { isOk, body } = await this.#fetch(request)
    const failure = isOk ? undefined : failureSchema.safeParse(body).data
    if (failure !== undefined) throw new RemoteError(failure.error)
    const answer = schema.safeParse(body)
    if (isOk && answer.success) return answer.data
    throw this.#unreachable('it gives an answer that this version does not understand', answer.error)
  }

  async #fetch({ method, path, body, timeoutMs }: Request): Promise<{ isOk: boolean; body: unknown }> {
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(`${this.#file.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#file.token}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: timeout,
      })
      return { isOk: response.ok, body: await response.json() }
    } catch (cause) {
      const reason = timeout.aborted ? `nothing within ${timeoutMs / 1000} s` : reasonOf(cause)
      throw this.#unreachable(reason, cause)
    }
  }

  #unreachable(reason: string, cause: unknown): ControlUnreachableError {
    return new ControlUnreachableError({ network: this.#file.name, pid: this.#file.pid, reason, cause })
  }
}

/** Node's fetch says only "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
}
