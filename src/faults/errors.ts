import { BaseError } from '../errors.ts'

/** Why a fault could not be made or ended. */
export type FaultErrorCode =
  /** It makes no sense as it was asked for: groups that overlap, a link that there is not, a bad number. */
  | 'fault-invalid'
  /** This kind of link or client cannot do it; the message says why, and what can. */
  | 'fault-unsupported'
  /** It was put in force, or ended, and then not observed in time. */
  | 'fault-not-observed'
  /** Another call ended it before it had been observed. */
  | 'fault-ended'

export interface FaultErrorParameters {
  readonly code: FaultErrorCode
  /** One sentence. */
  readonly problem: string
  /** What was seen, and what to do. */
  readonly details?: readonly string[]
  readonly facts?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A fault could not be made or ended as it was asked for. A fault whose call fails is not left in force. */
export class FaultError extends BaseError {
  constructor({ code, problem, details = [], facts = {}, cause }: FaultErrorParameters) {
    const isAsked = code === 'fault-invalid' || code === 'fault-unsupported'
    super({
      code,
      category: isAsked ? 'options' : 'runtime',
      shortMessage: problem,
      metaMessages: details,
      facts,
      cause,
    })
  }
}
