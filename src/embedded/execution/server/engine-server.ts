import { engineMethods } from '../engine/engine-methods.ts'
import { ethMethods } from '../rpc/eth-methods.ts'
import { defaultRpcLimits, RpcDispatcher } from '../rpc/rpc-dispatcher.ts'
import type { HttpServerOptions } from './http-server.ts'
import { tokenCheck } from './jwt.ts'
import { type RpcServer, startRpcServer } from './rpc-server.ts'

/** Room for the largest payload, 10 MiB (EIP-7934), in hexadecimal. */
const bodyBytesMax = 32 * 1024 * 1024
/** And for the blobs of a block beside it, in an answer. */
const limits = { ...defaultRpcLimits, responseLength: 64_000_000 }

export interface EngineServerOptions extends HttpServerOptions {
  /** 32 bytes, shared with the consensus client. */
  readonly jwtSecret: Uint8Array<ArrayBuffer>
  /**
   * The real time in milliseconds, also where the node's is virtual: tokens are stamped by another process.
   */
  readonly wallClock: () => number
}

/**
 * Serves a node's Engine API, and the `eth_` methods that consensus clients use, to who knows the secret.
 * @throws ListenError
 */
export async function startEngineServer(options: EngineServerOptions): Promise<RpcServer> {
  const { node, description, jwtSecret, wallClock, onDefect, ...address } = options
  const methods = {
    ...ethMethods(node, description),
    ...engineMethods(node, description?.clientVersion),
  }
  return startRpcServer({
    ...address,
    dispatcher: new RpcDispatcher(methods, onDefect, limits),
    bodyBytesMax,
    authorize: await tokenCheck(jwtSecret, wallClock),
  })
}
