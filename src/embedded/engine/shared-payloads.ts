import { createHash } from 'node:crypto'
import type { Block } from '@ethereumjs/block'
import {
  CONSOLIDATION_REQUEST_TYPE,
  DEPOSIT_REQUEST_TYPE,
  ForkName,
  VERSIONED_HASH_VERSION_KZG,
  WITHDRAWAL_REQUEST_TYPE,
} from '@lodestar/params'
import { type BeaconBlockBody, type ExecutionRequests, ssz } from '@lodestar/types'
import { InvalidBlockError } from '../execution/chain/block-errors.ts'
import type { SharedExecution } from '../execution/chain/shared-execution.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'

/**
 * The execution blocks inside the beacon blocks of one network. What a payload decodes to, and whether its
 * hashes fit, follows from the beacon block alone, so it is found out once for all nodes.
 */
export class SharedPayloads {
  readonly #execution: SharedExecution
  readonly #decoded = new WeakMap<SignedBlock, Block | InvalidBlockError>()

  constructor(execution: SharedExecution) {
    this.#execution = execution
  }

  /** @throws {InvalidBlockError} when the payload describes no block; always the same for one beacon block */
  executionBlock(block: SignedBlock): Block {
    let decoded = this.#decoded.get(block)
    if (decoded === undefined) {
      decoded = this.#decode(block)
      this.#decoded.set(block, decoded)
    }
    if (decoded instanceof InvalidBlockError) throw decoded
    return decoded
  }

  #decode({ value: { message } }: SignedBlock): Block | InvalidBlockError {
    const executionRequests = 'executionRequests' in message.body ? message.body.executionRequests : undefined
    try {
      return this.#execution.blockFromPayload(message.body.executionPayload, {
        versionedHashes: message.body.blobKzgCommitments.map(versionedHash),
        parentBeaconBlockRoot: message.parentRoot,
        ...(executionRequests === undefined
          ? {}
          : { executionRequests: encodeExecutionRequests(executionRequests) }),
      })
    } catch (error) {
      if (error instanceof InvalidBlockError) return error
      throw error
    }
  }
}

/** `kzg_commitment_to_versioned_hash` (deneb/beacon-chain.md). */
export function versionedHash(commitment: BeaconBlockBody<Fork>['blobKzgCommitments'][number]): Uint8Array {
  const hash = new Uint8Array(createHash('sha256').update(commitment).digest())
  hash[0] = VERSIONED_HASH_VERSION_KZG
  return hash
}

type Requests = ExecutionRequests<ForkName.electra | ForkName.fulu>

/** `get_execution_requests_list` (electra/beacon-chain.md): type byte and SSZ of each kind that is there. */
export function encodeExecutionRequests(requests: Requests): Uint8Array[] {
  const { DepositRequests, WithdrawalRequests, ConsolidationRequests } = ssz[ForkName.electra]
  const { deposits, withdrawals, consolidations } = requests
  const encoded: Uint8Array[] = []
  if (deposits.length > 0) {
    encoded.push(Uint8Array.of(DEPOSIT_REQUEST_TYPE, ...DepositRequests.serialize(deposits)))
  }
  if (withdrawals.length > 0) {
    encoded.push(Uint8Array.of(WITHDRAWAL_REQUEST_TYPE, ...WithdrawalRequests.serialize(withdrawals)))
  }
  if (consolidations.length > 0) {
    encoded.push(
      Uint8Array.of(CONSOLIDATION_REQUEST_TYPE, ...ConsolidationRequests.serialize(consolidations)),
    )
  }
  return encoded
}
