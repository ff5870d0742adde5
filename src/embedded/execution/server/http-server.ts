import type { ExecutionNode } from '../execution-node.ts'
import { ethMethods } from '../rpc/eth-methods.ts'
import type { NodeDescription } from '../rpc/node-methods.ts'
import { RpcDispatcher } from '../rpc/rpc-dispatcher.ts'
import { type RpcServer, startRpcServer } from './rpc-server.ts'

export interface HttpServerOptions {
  readonly node: ExecutionNode
  readonly description?: NodeDescription
  readonly hostname?: string
  /** 0, the default, for any free one. */
  readonly port?: number
  /** Hears of faults of this program that a request has brought to light. */
  readonly onDefect: (error: unknown) => void
}

/**
 * Serves a node's JSON-RPC over HTTP and WebSocket.
 * @throws ListenError
 */
export function startHttpServer({
  node,
  description,
  onDefect,
  ...address
}: HttpServerOptions): Promise<RpcServer> {
  return startRpcServer({
    ...address,
    dispatcher: new RpcDispatcher(ethMethods(node, description), onDefect),
  })
}
