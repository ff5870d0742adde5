import { DOMAIN_BEACON_PROPOSER } from '@lodestar/params'
import { SignatureSetType } from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { SignedBlock } from '../../protocol/signed-block.ts'
import { domainAtEpoch } from '../attestation-content.ts'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import { ignore, type Refusal, reject } from '../verdicts.ts'

/** `validate_beacon_block_gossip` (fulu/p2p-interface.md, and as it was in deneb and electra). */
export const beaconBlockRules: TopicRules<SignedBlock> = {
  decode: (bytes, _topic, { protocol }) => protocol.decodeBlock(bytes),
  epoch: ({ slot }, { time }) => time.slots.epochOf(slot),
  before,
  signatures: (block, node) => [proposerSignature(block, node)],
  after,
  accept(block, node) {
    node.seen.proposers.add(block.slot, block.proposerIndex)
    node.importBlock(block)
  },
}

function before(block: SignedBlock, node: GossipNode): Refusal | undefined {
  const { slot, parentRoot } = block
  const { chain, time, seen, failedBlocks } = node

  // [IGNORE] The block is the first block with valid signature received for the slot and proposer
  const isKnown = chain.forkChoice.getBlock(block.root) !== undefined
  if (isKnown || seen.proposers.has(slot, block.proposerIndex)) {
    // The very same block is no news; another one of the proposer is an equivocation.
    return { ...ignore('block is not the first valid block for this slot and proposer'), isKnown }
  }

  // [IGNORE] The block is not from a future slot (MAY be queued for processing at the appropriate slot)
  if (time.isFutureSlot(slot)) {
    return ignore('block is from a future slot', { timeMs: time.earliestMs(slot) })
  }

  // [IGNORE] The block is from a slot greater than the latest finalized slot
  const finalizedSlot = time.slots.startSlotOf(chain.forkChoice.finalizedCheckpoint.epoch)
  if (slot <= finalizedSlot) {
    return ignore('block is not from a slot greater than the latest finalized slot')
  }

  // [REJECT] The block's parent failed validation and its execution payload is optimistic
  // [IGNORE] The block's parent failed validation and its execution payload is processed
  const failure = failedBlocks.get(parentRoot)
  if (failure === 'invalid') return reject("block's parent is invalid and its payload is optimistic")
  if (failure !== undefined) return ignore("block's parent is invalid and its payload is processed")

  // [IGNORE] The block's parent has been seen (MAY be queued until parent is retrieved)
  const parent = chain.forkChoice.getBlock(parentRoot)
  if (parent === undefined) {
    return ignore("block's parent has not been seen", { blockRoot: parentRoot })
  }

  // [IGNORE] The block's parent passed validation but its execution payload is invalid
  if (parent.executionStatus === 'invalid') {
    return ignore("block's parent is valid and its payload is invalid")
  }

  // [REJECT] The proposer index is a valid validator index
  if (block.proposerIndex >= chain.head.state.validators.length) return reject('proposer index out of range')

  return undefined
}

/** [REJECT] The proposer signature is valid */
function proposerSignature(block: SignedBlock, { protocol, time }: GossipNode): SignatureCheck {
  const domain = domainAtEpoch(protocol.config, DOMAIN_BEACON_PROPOSER, time.slots.epochOf(block.slot))
  return {
    reason: 'invalid proposer signature',
    sets: [
      {
        type: SignatureSetType.indexed,
        index: block.proposerIndex,
        // As `compute_signing_root`, without hashing the block once more.
        signingRoot: ssz.phase0.SigningData.hashTreeRoot({ objectRoot: fromHex(block.root), domain }),
        signature: block.value.signature,
      },
    ],
  }
}

function after(block: SignedBlock, node: GossipNode): Refusal | undefined {
  const { slot, parentRoot } = block
  const { chain, protocol, time } = node
  const { executionPayload, blobKzgCommitments } = block.value.message.body

  // [REJECT] The block's execution payload timestamp is correct with respect to the slot
  // Of slots with fractions of a second the time is rounded down, as `compute_time_at_slot` does.
  if (executionPayload.timestamp !== Math.floor(time.slots.startOfSlotMs(slot) / 1000)) {
    return reject('incorrect execution payload timestamp')
  }

  // [REJECT] The block is from a higher slot than its parent
  const parent = chain.forkChoice.getBlock(parentRoot)
  if (parent !== undefined && slot <= parent.slot) {
    return reject('block is not from a higher slot than its parent')
  }

  // [REJECT] The current finalized checkpoint is an ancestor of the block
  if (parent === undefined || !chain.forkChoice.isFinalizedDescendant(parentRoot)) {
    return reject('finalized checkpoint is not an ancestor of block')
  }

  // [REJECT] The length of KZG commitments is less than or equal to the limit
  if (blobKzgCommitments.length > protocol.config.getMaxBlobsPerBlock(time.slots.epochOf(slot))) {
    return reject('too many blob kzg commitments')
  }

  // [REJECT] The block is proposed by the expected proposer for the slot
  // (if shuffling is not available, IGNORE instead and MAY be queued for later)
  const expectedProposer = proposerAt(block, node)
  if (expectedProposer === undefined) return ignore("the state of the block's parent is not available")
  if (block.proposerIndex !== expectedProposer) {
    return reject('block proposer_index does not match expected proposer')
  }
  return undefined
}

/** `get_beacon_proposer_index` on the parent's state, moved on to the block's slot. */
function proposerAt({ slot, parentRoot }: SignedBlock, { chain, time }: GossipNode): number | undefined {
  const parentState = chain.state(parentRoot)
  // The proposers of all slots of an epoch are known with its first.
  const isSameEpoch = parentState?.epochCtx.epoch === time.slots.epochOf(slot)
  const state = isSameEpoch ? parentState : chain.stateAt(parentRoot, slot)
  return state?.epochCtx.getBeaconProposer(slot)
}
