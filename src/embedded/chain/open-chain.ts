import { byteArrayEquals, toRootHex } from '@lodestar/utils'
import { messageOf } from '../../errors.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { BeaconChain, type BeaconChainParameters } from './beacon-chain.ts'
import type { StoredAnchor } from './block-store.ts'
import type { ChainAnchor } from './chain-anchor.ts'
import { BlockImportError } from './errors.ts'
import { StoreError } from './store-error.ts'

export interface OpenChainParameters extends Omit<BeaconChainParameters, 'anchor' | 'genesis'> {
  /** Where a store that is new starts from. */
  readonly genesis: ChainAnchor
}

/**
 * A node's chain from its store: the block that it has finalized last, and all blocks after it, imported again.
 * Of a new store, the genesis.
 *
 * Votes are not kept, so where there were several branches, fork choice decides again when votes come in.
 *
 * @throws StoreError when the store is damaged.
 * @throws BlockImportError `engine` when the execution client does not answer.
 */
export async function openChain({ genesis, ...parts }: OpenChainParameters): Promise<BeaconChain> {
  const { store, protocol } = parts
  const stored = await store.loadAnchor()
  if (stored === undefined) {
    const roots = { root: genesis.block.root, stateRoot: toRootHex(genesis.block.value.message.stateRoot) }
    await store.initialize(storedAnchor(genesis, parts), roots)
    return new BeaconChain({ ...parts, anchor: genesis, genesis: roots })
  }
  const anchor = checkedAnchor(stored.anchor, parts)
  const chain = new BeaconChain({ ...parts, anchor, genesis: stored.genesis })
  for (const bytes of await store.unfinalizedBlocks()) {
    try {
      await chain.importBlock(protocol.decodeBlock(bytes))
    } catch (error) {
      // A block of a branch that was left for good, or of a slot that the clock, set back, has not come to.
      if (!(error instanceof BlockImportError) || error.reason === 'engine') throw error
    }
  }
  return chain
}

function storedAnchor(
  { block, state, epoch }: ChainAnchor,
  { protocol, time }: Pick<BeaconChainParameters, 'protocol' | 'time'>,
): StoredAnchor {
  return {
    epoch: epoch ?? time.epochOf(state.slot),
    slot: block.slot,
    root: block.root,
    fork: protocol.config.getForkName(state.slot) as Fork,
    blockBytes: block.bytes,
    stateBytes: protocol.serializeState(state),
  }
}

/** Decodes it, and checks that block and state are those that were finalized. */
function checkedAnchor(
  { root, epoch, fork, blockBytes, stateBytes }: StoredAnchor,
  { protocol, store }: Pick<BeaconChainParameters, 'protocol' | 'store'>,
): ChainAnchor {
  try {
    const block = protocol.decodeBlock(blockBytes)
    const state = protocol.postState(block) ?? protocol.loadState(stateBytes, fork)
    const isWhole =
      block.root === root && byteArrayEquals(state.hashTreeRoot(), block.value.message.stateRoot)
    if (!isWhole) throw new RangeError('block and state do not belong together')
    return { block, state, epoch }
  } catch (cause) {
    const problem = `the finalized block ${root} is not what it was (${messageOf(cause)})`
    throw new StoreError('damaged', store.directory ?? 'memory', problem, cause)
  }
}
