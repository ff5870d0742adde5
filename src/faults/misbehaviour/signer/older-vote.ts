import type { BeaconApi, BlockHeader } from '../../../apis/beacon-api.ts'
import type { AttestationData } from '../signing-roots.ts'
import type { SignerTools } from './signer-tools.ts'

/**
 * A vote like this one, but for the ancestor of its block that is so many slots before the vote's slot or
 * older, with the target that belongs to it; undefined when the block itself is as old, or there is none.
 */
export async function olderVote(
  { clock, own, signal }: SignerTools,
  data: AttestationData,
  slotsBack: number,
): Promise<AttestationData | undefined> {
  const ancestor = await ancestorAt(own(), data.beaconBlockRoot, data.slot - slotsBack, signal)
  if (ancestor === undefined || ancestor.root === data.beaconBlockRoot) return undefined
  const { epoch } = data.target
  // The last block of its chain at the start of the target's epoch.
  const root = ancestor.slot < epoch * clock.slotsPerEpoch ? ancestor.root : data.target.root
  return { ...data, beaconBlockRoot: ancestor.root, target: { epoch, root } }
}

/** The last block at a slot or before on the chain that ends with a block. */
async function ancestorAt(
  api: BeaconApi,
  root: string,
  slot: number,
  signal: AbortSignal,
): Promise<BlockHeader | undefined> {
  let header = await api.header(root, { signal })
  while (header !== undefined && header.slot > slot && header.slot > 0)
    header = await api.header(header.parentRoot, { signal })
  return header !== undefined && header.slot <= slot ? header : undefined
}
