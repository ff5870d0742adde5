import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { Root } from '../../fork-choice/types.ts'
import type { BeaconState } from '../../protocol/beacon-state.ts'
import { notFound } from '../errors.ts'
import { readStateId } from './block-id.ts'
import { blockMeta } from './find-block.ts'

export interface FoundState {
  /** Shared by all nodes: must not be changed. */
  readonly state: BeaconState
  readonly meta: { readonly executionOptimistic: boolean; readonly finalized: boolean }
}

/** A state is that of a block, advanced through the empty slots after it. */
interface StatePlace {
  readonly blockRoot: Root
  /** The block's own slot when absent. */
  readonly slot?: number
  readonly isCanonical: boolean
}

/**
 * @throws BeaconApiError 400 for a malformed id, 404 for a state that the node does not have, or no longer:
 * states older than the finalized one are not kept
 */
export async function findState(chain: BeaconChain, stateId: string | number): Promise<FoundState> {
  const place = await findPlace(chain, stateId)
  const state =
    place?.slot === undefined
      ? place && chain.state(place.blockRoot)
      : chain.stateAt(place.blockRoot, place.slot)
  if (place === undefined || state === undefined) {
    throw notFound(`This node has no state ${stateId}; states before the finalized one are not kept.`)
  }
  const { blockRoot, isCanonical } = place
  return { state, meta: blockMeta(chain, { root: blockRoot, slot: state.slot, isCanonical }) }
}

async function findPlace(chain: BeaconChain, stateId: string | number): Promise<StatePlace | undefined> {
  const id = readStateId(stateId)
  const { forkChoice, time, head } = chain
  if (id === 'head') return { blockRoot: head.root, isCanonical: true }
  if (id === 'genesis') return { blockRoot: chain.genesis.root, slot: 0, isCanonical: true }
  if (id === 'justified' || id === 'finalized') {
    const { root, epoch } =
      id === 'justified' ? forkChoice.justifiedCheckpoint : forkChoice.finalizedCheckpoint
    return { blockRoot: root, slot: time.startSlotOf(epoch), isCanonical: true }
  }
  return 'slot' in id ? findSlot(chain, id.slot) : findStateRoot(chain, id.root)
}

/** The canonical state at a slot that has come, whether it has a block or not. */
function findSlot(chain: BeaconChain, slot: number): StatePlace | undefined {
  if (slot > Math.max(chain.head.slot, chain.currentSlot)) return undefined
  const block = chain.forkChoice.getAncestor(chain.head.root, slot)
  return block && { blockRoot: block.root, slot, isCanonical: true }
}

/** Blocks name the root of their post-state. Only those that are not final yet come into question. */
async function findStateRoot(chain: BeaconChain, stateRoot: Root): Promise<StatePlace | undefined> {
  const { forkChoice, genesis } = chain
  if (stateRoot === genesis.stateRoot) return { blockRoot: genesis.root, slot: 0, isCanonical: true }
  const bytes = Buffer.from(stateRoot.slice(2), 'hex')
  const seen = new Set<Root>()
  for (const head of forkChoice.getHeads()) {
    for (let node = forkChoice.getBlock(head.root); node && !seen.has(node.root); ) {
      seen.add(node.root)
      const block = chain.block(node.root)
      if (block !== undefined && bytes.equals(block.value.message.stateRoot)) {
        const isCanonical = (await chain.canonicalRoot(block.slot)) === block.root
        return { blockRoot: block.root, isCanonical }
      }
      node = forkChoice.getBlock(node.parentRoot)
    }
  }
  return undefined
}
