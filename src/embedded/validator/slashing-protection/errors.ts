import { BaseError } from '../../../errors.ts'

/** Which rule of EIP-3076 a message would break. */
export type SlashingRule =
  /** Another block of the same slot was signed (condition 1). */
  | 'double-proposal'
  /** Not later than the oldest block that is remembered (condition 2). */
  | 'block-too-old'
  /** Another vote for the same target epoch was signed (condition 3). */
  | 'double-vote'
  /** It surrounds an attestation that was signed (condition 3). */
  | 'surrounding-vote'
  /** It is surrounded by an attestation that was signed (condition 3). */
  | 'surrounded-vote'
  /** Its source is older than any that is remembered (condition 4). */
  | 'source-too-old'
  /** Its target is not later than the oldest that is remembered (condition 5). */
  | 'target-too-old'
  /** Its source is later than its target: no valid attestation. */
  | 'source-after-target'

/** A message was not signed, because it could get its validator slashed. */
export class SlashableMessageError extends BaseError {
  readonly rule: SlashingRule

  constructor(parameters: { rule: SlashingRule; publicKey: string; message: string; earlier?: string }) {
    const { rule, publicKey, message, earlier } = parameters
    super({
      code: `slashing-protection-${rule}`,
      category: 'runtime',
      shortMessage: `Validator ${publicKey} did not sign ${message}: ${rule} (EIP-3076).`,
      metaMessages: [
        ...(earlier === undefined ? [] : [`Against ${earlier}.`]),
        'Another process that signs with the same key, or an older copy of its data, leads to this.',
      ],
      facts: { rule, publicKey, message, earlier },
    })
    this.rule = rule
  }
}

/** The record of signed messages cannot be read or written: without it nothing is signed. */
export class ProtectionStoreError extends BaseError {
  constructor(parameters: { place: string; problem: string; advice: string; cause?: unknown }) {
    const { place, problem, advice, cause } = parameters
    super({
      code: 'slashing-protection-store',
      category: 'runtime',
      shortMessage: `The slashing protection record ${place} ${problem}.`,
      metaMessages: [advice],
      facts: { place, problem },
      cause,
    })
  }
}

/** An interchange file (EIP-3076) was not imported; the record is as it was. */
export class InterchangeError extends BaseError {
  constructor(problem: string, facts: Readonly<Record<string, unknown>> = {}) {
    super({
      code: 'slashing-protection-interchange',
      category: 'options',
      shortMessage: `The slashing protection interchange file cannot be imported: ${problem}.`,
      metaMessages: ['EIP-3076 describes its format; this is version 5.'],
      facts,
    })
  }
}
