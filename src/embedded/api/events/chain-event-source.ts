import { routes } from '@lodestar/api'
import { getBlockRootAtSlot } from '@lodestar/state-transition'
import { toRootHex } from '@lodestar/utils'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { ChainEvents, ChainHead } from '../../chain/chain-events.ts'
import type { Root } from '../../fork-choice/types.ts'
import type { EventSource } from './event-hub.ts'

const { EventType } = routes.events

/** `block`, `head`, `chain_reorg` and `finalized_checkpoint`. */
export function chainEventSource(chain: BeaconChain): EventSource {
  return (hub) => {
    const onBlock = ({ block, isOptimistic }: ChainEvents['block'][0]) => {
      const message = { slot: block.slot, block: block.root, executionOptimistic: isOptimistic }
      hub.emit({ type: EventType.block, message })
    }
    const onHead = (event: ChainEvents['head'][0]) => {
      if (hub.wants(EventType.chainReorg)) {
        const message = chainReorg(chain, event)
        if (message !== undefined) hub.emit({ type: EventType.chainReorg, message })
      }
      if (hub.wants(EventType.head)) hub.emit({ type: EventType.head, message: newHead(chain, event) })
    }
    const onFinalized = ({ checkpoint, stateRoot }: ChainEvents['finalized'][0]) => {
      const { root, epoch } = checkpoint
      const executionOptimistic = chain.forkChoice.getBlock(root)?.executionStatus === 'optimistic'
      const message = { block: root, state: stateRoot, epoch, executionOptimistic }
      hub.emit({ type: EventType.finalizedCheckpoint, message })
    }
    chain.events.on('block', onBlock).on('head', onHead).on('finalized', onFinalized)
    return () => {
      chain.events.off('block', onBlock).off('head', onHead).off('finalized', onFinalized)
    }
  }
}

function newHead(chain: BeaconChain, { head, isEpochTransition }: ChainEvents['head'][0]) {
  const epoch = chain.time.epochOf(head.slot)
  return {
    slot: head.slot,
    block: head.root,
    state: stateRootOf(head),
    epochTransition: isEpochTransition,
    previousDutyDependentRoot: lastRootBefore(chain, head, epoch - 1),
    currentDutyDependentRoot: lastRootBefore(chain, head, epoch),
    executionOptimistic: head.isOptimistic,
  }
}

function chainReorg(chain: BeaconChain, { head, previous, reorg }: ChainEvents['head'][0]) {
  return (
    reorg && {
      slot: head.slot,
      depth: reorg.depth,
      oldHeadBlock: previous.root,
      newHeadBlock: head.root,
      oldHeadState: stateRootOf(previous),
      newHeadState: stateRootOf(head),
      epoch: chain.time.epochOf(head.slot),
      executionOptimistic: head.isOptimistic,
    }
  )
}

function stateRootOf({ block }: ChainHead): Root {
  return toRootHex(block.value.message.stateRoot)
}

/** Root of the last block before an epoch that is not later than the head's; of genesis in the first epochs. */
function lastRootBefore(chain: BeaconChain, head: ChainHead, epoch: number): Root {
  const slot = chain.time.startSlotOf(epoch) - 1
  return slot < 0 ? chain.genesis.root : toRootHex(getBlockRootAtSlot(head.state, slot))
}
