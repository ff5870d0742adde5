import { type fulu, type phase0, ssz } from '@lodestar/types'
import { fromHex, toRootHex } from '@lodestar/utils'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import { type Root, ZERO_ROOT } from '../fork-choice/types.ts'
import type { GossipTopics } from '../gossip/topics.ts'
import { decodeOrUndefined } from './protocols.ts'

/** `Status` of phase0, from Fulu on with `earliest_available_slot`. */
export interface PeerStatus {
  readonly forkDigest: Uint8Array
  readonly finalizedRoot: Root
  readonly finalizedEpoch: number
  readonly headRoot: Root
  readonly headSlot: number
}

export type StatusVersion = 1 | 2

/** What this node says of itself now. The epoch of the digest is that of the clock, not of the head. */
export function localStatus(chain: BeaconChain, topics: GossipTopics): PeerStatus {
  const { head, forkChoice, time, currentSlot } = chain
  const { epoch, root } = forkChoice.finalizedCheckpoint
  return {
    forkDigest: topics.at(time.epochOf(currentSlot)).digest,
    // "This defaults to Root(b'\x00' * 32) for the genesis finalized checkpoint."
    finalizedRoot: epoch === 0 ? ZERO_ROOT : root,
    finalizedEpoch: epoch,
    headRoot: head.root,
    headSlot: head.slot,
  }
}

export function encodeStatus(status: PeerStatus, version: StatusVersion): Uint8Array {
  const value: phase0.Status = {
    forkDigest: status.forkDigest,
    finalizedRoot: fromHex(status.finalizedRoot),
    finalizedEpoch: status.finalizedEpoch,
    headRoot: fromHex(status.headRoot),
    headSlot: status.headSlot,
  }
  if (version === 1) return ssz.phase0.Status.serialize(value)
  // Blocks are kept from genesis on.
  return ssz.fulu.Status.serialize({ ...value, earliestAvailableSlot: 0 })
}

export function decodeStatus(bytes: Uint8Array, version: StatusVersion): PeerStatus | undefined {
  const type = version === 1 ? ssz.phase0.Status : ssz.fulu.Status
  const value = decodeOrUndefined<phase0.Status | fulu.Status>(type as typeof ssz.phase0.Status, bytes)
  return (
    value && {
      forkDigest: value.forkDigest,
      finalizedRoot: toRootHex(value.finalizedRoot),
      finalizedEpoch: value.finalizedEpoch,
      headRoot: toRootHex(value.headRoot),
      headSlot: value.headSlot,
    }
  )
}

/**
 * Why this node has nothing to do with a peer (phase0/p2p-interface.md, "Status v1"); undefined when it has.
 */
export async function irrelevance(
  status: PeerStatus,
  chain: BeaconChain,
  topics: GossipTopics,
): Promise<string | undefined> {
  if (!isForkOfNow(status.forkDigest, chain, topics)) return 'its fork digest is not ours'
  const { finalizedEpoch, finalizedRoot } = status
  const finalized = chain.forkChoice.finalizedCheckpoint
  if (finalizedEpoch === 0 || finalizedEpoch > finalized.epoch) return undefined
  const ours = await checkpointRoot(chain, finalizedEpoch)
  return ours === undefined || ours === finalizedRoot
    ? undefined
    : 'its finalized checkpoint is not in our chain'
}

/** Clocks differ a little, so that at a fork some are there before others. */
function isForkOfNow(digest: Uint8Array, { currentSlot, time }: BeaconChain, topics: GossipTopics): boolean {
  const fork = topics.byDigest(digest)
  if (fork === undefined) return false
  return [currentSlot - 1, currentSlot, currentSlot + 1].some(
    (slot) => topics.at(time.epochOf(slot)) === fork,
  )
}

/** Epochs without a block before a checkpoint, back to which its block is looked for. */
const EMPTY_EPOCHS_MAX = 4

/** The block of a finalized checkpoint of our chain: the last one at or before the epoch's first slot. */
async function checkpointRoot(chain: BeaconChain, epoch: number): Promise<Root | undefined> {
  const { forkChoice, time } = chain
  const { finalizedCheckpoint } = forkChoice
  if (epoch === finalizedCheckpoint.epoch) return finalizedCheckpoint.root
  const firstSlot = time.startSlotOf(epoch)
  const oldest = Math.max(0, firstSlot - EMPTY_EPOCHS_MAX * time.slotsPerEpoch)
  for (let slot = firstSlot; slot >= oldest; slot--) {
    const root = await chain.canonicalRoot(slot)
    if (root !== undefined) return root
  }
  return undefined
}
