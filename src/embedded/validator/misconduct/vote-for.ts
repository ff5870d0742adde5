import type { phase0 } from '@lodestar/types'
import { fromHex, toRootHex } from '@lodestar/utils'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { KnownBlock } from '../../fork-choice/types.ts'

/** The ancestor of the block voted for that is so many slots back or older; undefined beyond what is kept. */
export function votedAncestor(
  { forkChoice }: BeaconChain,
  { slot, beaconBlockRoot }: phase0.AttestationData,
  slotsBack: number,
): KnownBlock | undefined {
  const voted = toRootHex(beaconBlockRoot)
  const ancestor = forkChoice.getAncestor(voted, slot - slotsBack)
  return ancestor?.root === voted ? undefined : ancestor
}

/** A vote for another block, with the target that belongs to it, by which the rules of gossip let it pass. */
export function voteFor(
  { forkChoice }: BeaconChain,
  { root }: KnownBlock,
  { slot, index, source, target }: phase0.AttestationData,
): phase0.AttestationData | undefined {
  const targetRoot = forkChoice.getCheckpointRoot(root, target.epoch)
  if (targetRoot === undefined) return undefined
  const beaconBlockRoot = fromHex(root)
  return {
    slot,
    index,
    beaconBlockRoot,
    source,
    target: { epoch: target.epoch, root: fromHex(targetRoot) },
  }
}
