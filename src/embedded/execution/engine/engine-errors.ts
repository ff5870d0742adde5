import { BaseError } from '../../../errors.ts'

/** Error codes of the Engine API (execution-apis `src/engine/common.md`). */
export const engineErrorCodes = {
  unknownPayload: -38001,
  invalidForkchoiceState: -38002,
  invalidPayloadAttributes: -38003,
  tooLargeRequest: -38004,
  unsupportedFork: -38005,
} as const

export type EngineErrorKind = keyof typeof engineErrorCodes

/** A request to the engine that the standard answers with an error rather than a status. */
export class EngineError extends BaseError {
  /** JSON-RPC error code. */
  readonly rpcCode: number

  constructor(kind: EngineErrorKind, shortMessage: string) {
    super({
      code: `engine-${kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      category: 'runtime',
      shortMessage,
    })
    this.rpcCode = engineErrorCodes[kind]
  }
}
