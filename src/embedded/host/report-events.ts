import type { NodeEventData } from '../../apis/node-event.ts'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import { participationOf } from './participation.ts'

/** Tells what a node's chain is now, and then all that happens on it. */
export function reportEvents(chain: BeaconChain, emit: (event: NodeEventData) => void): void {
  tellPresent(chain, emit)
  chain.events.on('block', ({ block }) => emit(blockEvent(block)))
  chain.events.on('head', ({ head, previous, isEpochTransition, reorg }) => {
    // The old head's state is the last that knows the votes of the epoch before its own.
    if (isEpochTransition) {
      const participation = participationOf(previous.state)
      if (participation !== undefined) emit({ topic: 'participation', ...participation })
    }
    if (reorg !== undefined) emit({ topic: 'chain_reorg', depth: reorg.depth, oldHead: previous.root })
    emit({ topic: 'head', slot: head.slot, root: head.root })
  })
  chain.events.on('justified', ({ checkpoint: { epoch, root } }) => {
    emit({ topic: 'justified_checkpoint', epoch, root })
  })
  chain.events.on('finalized', ({ checkpoint: { epoch, root } }) => {
    emit({ topic: 'finalized_checkpoint', epoch, root })
  })
}

function tellPresent({ head, forkChoice }: BeaconChain, emit: (event: NodeEventData) => void): void {
  const { justifiedCheckpoint: justified, finalizedCheckpoint: finalized } = forkChoice
  emit(blockEvent(head.block))
  emit({ topic: 'head', slot: head.slot, root: head.root })
  emit({ topic: 'justified_checkpoint', epoch: justified.epoch, root: justified.root })
  emit({ topic: 'finalized_checkpoint', epoch: finalized.epoch, root: finalized.root })
}

function blockEvent({ slot, root, parentRoot, proposerIndex }: SignedBlock): NodeEventData {
  return { topic: 'block', slot, root, parentRoot, proposerIndex }
}
