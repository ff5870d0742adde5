import { DataAvailabilityStatus, ExecutionPayloadStatus, stateTransition } from '@lodestar/state-transition'
import type { SignedBeaconBlock } from '@lodestar/types'
import type { BeaconState } from '../../../../../src/embedded/protocol/beacon-state.ts'
import type { Fork } from '../../../../../src/embedded/protocol/signed-block.ts'
import { advanceToSlot, produce, publish, type TestNode } from './test-node.ts'

/** The library's own verdict, with every check on. */
export function judge(parentState: BeaconState, block: SignedBeaconBlock<Fork>): BeaconState {
  return stateTransition(parentState.clone(true), block, {
    verifyStateRoot: true,
    verifyProposer: true,
    verifySignatures: true,
    executionPayloadStatus: ExecutionPayloadStatus.valid,
    dataAvailabilityStatus: DataAvailabilityStatus.Available,
  })
}

/** A block of what the pools hold, without anybody's further duties. */
export async function runBlock(node: TestNode, slot: number): Promise<SignedBeaconBlock<Fork>> {
  await advanceToSlot(node, slot)
  const parentState = node.chain.head.state
  const block = await publish(node, (await produce(node, slot)).block)
  judge(parentState, block)
  return block
}
