/** Who gets the fees of a proposer's blocks, as validators have registered it (`prepare_beacon_proposer`). */
export interface ProposerRegistration {
  readonly validatorIndex: number
  /** Execution address, 20 bytes. */
  readonly feeRecipient: Uint8Array
}

/** More validators than a network here has. */
const registrationsMax = 1_048_576

/** The validators that propose through this node. */
export class FeeRecipients {
  readonly #byValidator = new Map<number, Uint8Array>()
  readonly #fallback: Uint8Array

  constructor(fallback: Uint8Array) {
    this.#fallback = fallback
  }

  register({ validatorIndex, feeRecipient }: ProposerRegistration): void {
    if (this.#byValidator.size >= registrationsMax && !this.#byValidator.has(validatorIndex)) return
    this.#byValidator.set(validatorIndex, feeRecipient)
  }

  /** Whether the validator proposes through this node. */
  has(validatorIndex: number): boolean {
    return this.#byValidator.has(validatorIndex)
  }

  of(validatorIndex: number): Uint8Array {
    return this.#byValidator.get(validatorIndex) ?? this.#fallback
  }

  get size(): number {
    return this.#byValidator.size
  }
}
