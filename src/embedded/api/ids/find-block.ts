import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { Root } from '../../fork-choice/types.ts'
import type { SignedBlock } from '../../protocol/signed-block.ts'
import { notFound } from '../errors.ts'
import { type BlockId, readBlockId } from './block-id.ts'

export interface FoundBlock {
  readonly block: SignedBlock
  readonly isCanonical: boolean
  /** What nearly every answer about a block says of it, by the library's names. */
  readonly meta: { readonly executionOptimistic: boolean; readonly finalized: boolean }
}

/** @throws BeaconApiError 400 for a malformed id, 404 for a block that the node does not have */
export async function findBlock(chain: BeaconChain, blockId: string | number): Promise<FoundBlock> {
  const root = await findBlockRoot(chain, readBlockId(blockId))
  const block = root === undefined ? undefined : await chain.loadBlock(root)
  if (block === undefined) throw notFound(`This node has no block ${blockId}.`)
  return describeBlock(chain, block)
}

function findBlockRoot(chain: BeaconChain, id: BlockId): Root | undefined | Promise<Root | undefined> {
  if (id === 'head') return chain.head.root
  if (id === 'genesis') return chain.genesis.root
  if (id === 'finalized') return chain.forkChoice.finalizedCheckpoint.root
  return 'root' in id ? id.root : chain.canonicalRoot(id.slot)
}

async function describeBlock(chain: BeaconChain, block: SignedBlock): Promise<FoundBlock> {
  const { root, slot } = block
  const isCanonical = (await chain.canonicalRoot(slot)) === root
  return { block, isCanonical, meta: blockMeta(chain, { root, slot, isCanonical }) }
}

export function blockMeta(
  { forkChoice, time }: BeaconChain,
  { root, slot, isCanonical }: { root: Root; slot: number; isCanonical: boolean },
): FoundBlock['meta'] {
  return {
    executionOptimistic: forkChoice.getBlock(root)?.executionStatus === 'optimistic',
    finalized: isCanonical && slot <= time.startSlotOf(forkChoice.finalizedCheckpoint.epoch),
  }
}
