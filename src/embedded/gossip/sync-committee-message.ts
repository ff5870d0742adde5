import { SYNC_COMMITTEE_SIZE, SYNC_COMMITTEE_SUBNET_COUNT } from '@lodestar/params'
import { isSyncCommitteeAggregator, type SyncCommitteeCache } from '@lodestar/state-transition'
import { type altair, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type { Root } from '../fork-choice/types.ts'
import type { ValidatedContribution, ValidatedSyncMessage } from '../pools/validated.ts'
import { setPositions } from './bits.ts'
import type { GossipNode } from './gossip-node.ts'

/** Seats of one subcommittee. */
export const subcommitteeSize: number = SYNC_COMMITTEE_SIZE / SYNC_COMMITTEE_SUBNET_COUNT

export class SyncCommitteeMessage {
  readonly value: altair.SyncCommitteeMessage
  readonly blockRoot: Root
  readonly #validated = new WeakMap<readonly number[], ValidatedSyncMessage>()

  constructor(value: altair.SyncCommitteeMessage) {
    this.value = value
    this.blockRoot = toRootHex(value.beaconBlockRoot)
  }

  /** @param seats of the validator in a committee: one object for a committee and validator */
  validated(seats: readonly number[]): ValidatedSyncMessage {
    const { slot, validatorIndex, signature } = this.value
    let validated = this.#validated.get(seats)
    if (validated === undefined) {
      validated = { slot, blockRoot: this.blockRoot, validatorIndex, seats, signature }
      this.#validated.set(seats, validated)
    }
    return validated
  }
}

export class ContributionMessage {
  readonly value: altair.SignedContributionAndProof
  readonly blockRoot: Root
  readonly positions: readonly number[]
  #isSelected: boolean | undefined
  #key: string | undefined
  #validated: ValidatedContribution | undefined

  constructor(value: altair.SignedContributionAndProof) {
    const { contribution } = value.message
    this.value = value
    this.blockRoot = toRootHex(contribution.beaconBlockRoot)
    this.positions = setPositions(contribution.aggregationBits)
  }

  /** Whether the selection proof selects the validator as an aggregator. */
  get isSelected(): boolean {
    this.#isSelected ??= isSyncCommitteeAggregator(this.value.message.selectionProof)
    return this.#isSelected
  }

  /** What contributions of a slot must share to be compared by their bits. */
  get key(): string {
    this.#key ??= `${this.blockRoot}:${this.value.message.contribution.subcommitteeIndex}`
    return this.#key
  }

  validated(): ValidatedContribution {
    const { slot, subcommitteeIndex, aggregationBits, signature } = this.value.message.contribution
    const { blockRoot } = this
    this.#validated ??= { slot, blockRoot, subcommitteeIndex, bits: aggregationBits, signature }
    return this.#validated
  }
}

export function decodeSyncCommitteeMessage(bytes: Uint8Array): SyncCommitteeMessage {
  return new SyncCommitteeMessage(ssz.altair.SyncCommitteeMessage.deserialize(bytes))
}

export function decodeContribution(bytes: Uint8Array): ContributionMessage {
  return new ContributionMessage(ssz.altair.SignedContributionAndProof.deserialize(bytes))
}

/**
 * The committee that signs in a slot, by the head: it signs for the block of the next slot, so the committee of
 * that slot's period (`get_sync_subcommittee_pubkeys`). A head that is old may know neither that one nor the
 * next; then its state is taken to the slot.
 */
export function syncCommitteeOf(slot: number, { chain }: GossipNode): SyncCommitteeCache | undefined {
  const { head } = chain
  return committeeIn(head.state, slot) ?? committeeIn(chain.stateAt(head.root, slot), slot)
}

/** `compute_subnets_for_sync_committee`; subnet 0 for a message that is in none, so that the rules refuse it. */
export function subnetsOf({ slot, validatorIndex }: altair.SyncCommitteeMessage, node: GossipNode): number[] {
  // Of other slots the committee could be far away; such a message passes no rule.
  if (!node.time.isCurrentSlot(slot)) return [0]
  const seats = syncCommitteeOf(slot, node)?.validatorIndexMap.get(validatorIndex) ?? [0]
  return [...new Set(seats.map((seat) => Math.floor(seat / subcommitteeSize)))]
}

function committeeIn(
  state: GossipNode['chain']['head']['state'] | undefined,
  slot: number,
): SyncCommitteeCache | undefined {
  if (state === undefined) return undefined
  try {
    return state.epochCtx.getIndexedSyncCommittee(slot)
  } catch {
    return undefined
  }
}
