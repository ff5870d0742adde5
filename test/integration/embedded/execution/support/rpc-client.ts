import { RpcDispatcher, type RpcLimits } from '../../../../../src/embedded/execution/rpc/rpc-dispatcher.ts'
import type { RpcMethods, RpcSession } from '../../../../../src/embedded/execution/rpc/rpc-method.ts'

export interface RpcAnswer {
  readonly jsonrpc: '2.0'
  readonly id: string | number | null
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Sends requests to a table of methods as text, and takes the answers as text, as over a connection. */
export interface RpcClient {
  ask(method: string, ...params: unknown[]): Promise<RpcAnswer>
  /** The result; throws when the answer is an error. */
  result(method: string, ...params: unknown[]): Promise<unknown>
  send(text: string): Promise<unknown>
  /** What was reported as a defect of the program. */
  readonly defects: unknown[]
}

export function clientOf(methods: RpcMethods, limits?: RpcLimits, session?: RpcSession): RpcClient {
  const defects: unknown[] = []
  const dispatcher = new RpcDispatcher(methods, (error) => defects.push(error), limits)
  const send = async (text: string) => {
    const answer = await dispatcher.answer(text, session)
    return answer === undefined ? undefined : JSON.parse(answer)
  }
  const ask = async (method: string, ...params: unknown[]) =>
    (await send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))) as RpcAnswer
  return {
    ask,
    send,
    defects,
    result: async (method, ...params) => {
      const answer = await ask(method, ...params)
      if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`)
      return answer.result
    },
  }
}
