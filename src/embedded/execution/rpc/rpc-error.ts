import { BaseError } from '../../../errors.ts'

/** Error codes of JSON-RPC 2.0 and of Ethereum's execution clients (EIP-1474). */
export const rpcErrorCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** The request is well-formed but cannot be carried out. */
  server: -32000,
  tooLarge: -32003,
  /** A call reverted; `data` is what the contract returned. */
  reverted: 3,
} as const

export type RpcErrorKind = keyof typeof rpcErrorCodes

/** An answer that is an error of JSON-RPC. */
export class RpcError extends BaseError {
  readonly rpcCode: number
  readonly data: unknown

  constructor(kind: RpcErrorKind, shortMessage: string, data?: unknown) {
    super({ code: `rpc-${kind}`, category: 'runtime', shortMessage })
    this.rpcCode = rpcErrorCodes[kind]
    this.data = data
  }
}
