/** A withdrawal (EIP-4895); the amount is in Gwei. */
export interface PayloadWithdrawal {
  readonly index: number | bigint
  readonly validatorIndex: number | bigint
  readonly address: Uint8Array
  readonly amount: number | bigint
}

/**
 * An execution payload in the consensus layer's own types (consensus-specs `deneb/beacon-chain.md`,
 * ExecutionPayload), so that a beacon node in the same process passes its struct as it is.
 */
export interface ExecutionPayload {
  readonly parentHash: Uint8Array
  readonly feeRecipient: Uint8Array
  readonly stateRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  readonly logsBloom: Uint8Array
  readonly prevRandao: Uint8Array
  readonly blockNumber: number | bigint
  readonly gasLimit: number | bigint
  readonly gasUsed: number | bigint
  /** Unix time in seconds. */
  readonly timestamp: number | bigint
  readonly extraData: Uint8Array
  /** Wei. */
  readonly baseFeePerGas: bigint
  readonly blockHash: Uint8Array
  readonly transactions: readonly Uint8Array[]
  readonly withdrawals: readonly PayloadWithdrawal[]
  readonly blobGasUsed: number | bigint
  readonly excessBlobGas: number | bigint
}

/** What the consensus layer sends along with a payload. */
export interface PayloadContext {
  /** Versioned hashes of the blobs that the beacon block commits to, in order (EIP-4844). */
  readonly versionedHashes: readonly Uint8Array[]
  /** EIP-4788. */
  readonly parentBeaconBlockRoot: Uint8Array
  /** Type byte and data of each non-empty kind, from Prague on (EIP-7685). */
  readonly executionRequests?: readonly Uint8Array[]
}

/** A payload that was built here: numbers are small enough for the consensus layer's types. */
export interface BuiltExecutionPayload extends ExecutionPayload {
  readonly blockNumber: number
  readonly gasLimit: number
  readonly gasUsed: number
  readonly timestamp: number
  readonly transactions: Uint8Array[]
  readonly withdrawals: { index: number; validatorIndex: number; address: Uint8Array; amount: bigint }[]
  readonly blobGasUsed: bigint
  readonly excessBlobGas: bigint
}
