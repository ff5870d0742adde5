import type { BlockHeader } from '../../apis/beacon-api.ts'
import type { Node } from '../../network/node.ts'
import { OptionError } from '../../plan/option-error.ts'
import { FaultError } from '../errors.ts'
import { partitionOf } from '../fault-specs.ts'
import type { FaultHandle } from '../faults.ts'
import { dutiesFrom } from './duties.ts'
import { notObserved } from './not-observed.ts'
import type { BlockReference, OnDemandOptions, OnDemandTarget } from './on-demand-target.ts'
import { groupsToCutOff, planReorg, type ReorgPlan } from './reorg-plan.ts'

/** Into a slot, when its block and votes have arrived everywhere. */
const settledShare = 0.8

export interface ReorgOptions extends OnDemandOptions {
  /** Slots from the common ancestor to the old head. */
  readonly depth: number
}

/** What was seen of a reorg. */
export interface ReorgProof {
  readonly oldHead: BlockReference
  readonly newHead: BlockReference
  readonly commonAncestor: BlockReference
  /** Slots from the common ancestor to the old head, as the Beacon API counts. */
  readonly depth: number
  /** Names of those that changed from the old head to the new one. */
  readonly nodes: readonly string[]
}

/**
 * Brings a reorg about: some nodes with a minority of the stake are cut off at such a moment that they have
 * built a branch of that depth when they are connected again, and lose it to the others' heavier one. Exactly
 * so deep in virtual time; in real time, where slots are missed and connections take time to come back, at
 * least so deep.
 *
 * @throws {OptionError} for a depth that cannot be reached
 * @throws {FaultError} where no nodes can be cut off, or the reorg was not observed in time
 */
export async function reorg(target: OnDemandTarget, options: ReorgOptions): Promise<ReorgProof> {
  const { depth, signal, onProgress = () => {} } = options
  const groups = checkReorg(target, depth)
  const plan = await findPlan(target, groups, options)
  const { group, ancestorSlot, oldHeadSlot } = plan
  onProgress(
    `cutting off ${group.join(', ')} after slot ${ancestorSlot}, to build on alone until slot ${oldHeadSlot}`,
  )
  await settle(target, ancestorSlot, signal)
  // Blocks do not cross execution links, which real clients take minutes to bring back.
  const spec = partitionOf(target.manifest, [group], { layers: ['consensus'] })
  const cut = await target.faults.begin(spec, { signal })
  try {
    const chains = await branchesAfter(target, plan, options)
    onProgress(`their head is at slot ${chains.old[0]?.slot}: connecting them again`)
    await heal(cut, signal)
    return await observe(target, group, chains.old, options)
  } finally {
    // Healed on every way out; whoever aborted need not wait for the peers to be back.
    await heal(cut)
  }
}

/** @returns the groups of nodes that can be cut off */
function checkReorg({ manifest, nodes }: OnDemandTarget, depth: number): string[][] {
  const { slotsPerEpoch } = manifest.chain
  if (!Number.isInteger(depth) || depth < 1 || depth > slotsPerEpoch) {
    throw new OptionError({
      field: 'depth',
      problem: 'blocks two epochs old are final, and proposers are known for an epoch ahead',
      given: depth,
      allowed: `a number of slots from 1 to ${slotsPerEpoch}, an epoch`,
    })
  }
  const down = nodes.filter(({ state }) => state !== 'running').map(({ name }) => name)
  if (down.length > 0)
    throw impossible(
      `${down.join(', ')} ${down.length > 1 ? 'do' : 'does'} not run`,
      'Start all nodes first.',
    )
  const groups = groupsToCutOff(manifest.nodes, manifest.edges)
  if (groups.length > 0) return groups
  throw impossible(
    'there are no nodes with validators and at most half of the stake that can be cut off from the others',
    'Spread the validators over more nodes, or choose a topology with more edges.',
  )
}

function impossible(reason: string, advice: string): FaultError {
  return new FaultError({
    code: 'fault-unsupported',
    problem: `No reorg can be made: ${reason}.`,
    details: [advice],
  })
}

/** Looks for slots that fit, as far as duties are known, and again with each new slot. */
async function findPlan(
  { manifest, nodes, clock }: OnDemandTarget,
  groups: readonly (readonly string[])[],
  { depth, signal }: ReorgOptions,
): Promise<ReorgPlan> {
  const { slotsPerEpoch } = manifest.chain
  const triesMax = 4 * slotsPerEpoch
  for (let tries = 0; tries < triesMax; tries++) {
    const slot = Math.max(0, clock.currentSlot)
    const epoch = clock.epochOf(slot)
    const [node] = nodes
    const duties =
      node &&
      (await dutiesFrom(
        node.beaconApi,
        { epoch, slotsPerEpoch, validatorCount: manifest.validators.count },
        { signal },
      ))
    const plan =
      duties && planReorg({ nodes: manifest.nodes, groups, duties, depth, fromSlot: Math.max(1, slot + 1) })
    if (plan !== undefined) return plan
    await clock.until(slot + 1, signal)
  }
  throw await notObserved('proposers in such an order that a reorg of that depth comes about', {
    nodes,
    slots: triesMax,
  })
}

interface Branches {
  /** Of the nodes cut off, from their head back. */
  readonly old: readonly BlockHeader[]
}

/** Waits until the branches are as planned; a slot that was missed is made up for by later ones. */
async function branchesAfter(
  target: OnDemandTarget,
  plan: ReorgPlan,
  { depth, signal }: ReorgOptions,
): Promise<Branches> {
  const { nodes, manifest } = target
  const [inside] = nodes.filter(({ name }) => plan.group.includes(name))
  const [outside] = nodes.filter(({ name }) => !plan.group.includes(name))
  if (inside === undefined || outside === undefined) throw impossible('its nodes are gone', 'Try again.')
  const slotsMax = 2 * manifest.chain.slotsPerEpoch
  for (let slot = plan.healSlot; slot <= plan.healSlot + slotsMax; slot++) {
    await settle(target, slot, signal)
    const [old, other] = await Promise.all(
      [inside, outside].map((node) => branchOf(node, plan.ancestorSlot, signal)),
    )
    if (old === undefined || other === undefined) continue
    const ancestor = old.find(({ root }) => other.some((header) => header.root === root))
    const isForked = ancestor !== undefined && other[0]?.root !== ancestor.root
    if (isForked && (old[0]?.slot ?? 0) - ancestor.slot >= depth) return { old }
  }
  throw await notObserved(`two branches, one of them ${depth} slots deep`, { nodes, slots: slotsMax })
}

/** The node's chain from its head back to a block of that slot or before. */
async function branchOf(node: Node, slot: number, signal: AbortSignal | undefined): Promise<BlockHeader[]> {
  const branch: BlockHeader[] = []
  let header = await node.beaconApi.header('head', { signal })
  while (header !== undefined) {
    branch.push(header)
    if (header.slot <= slot || header.slot === 0) break
    header = await node.beaconApi.header(header.parentRoot, { signal })
  }
  return branch
}

/** Waits until every node that was cut off has given up the old head, and looks at what it has now. */
async function observe(
  { nodes, clock, manifest }: OnDemandTarget,
  group: readonly string[],
  old: readonly BlockHeader[],
  { signal }: ReorgOptions,
): Promise<ReorgProof> {
  const [oldHead] = old
  const members = nodes.filter(({ name }) => group.includes(name))
  const [member] = members
  const withinSlots = 6 * manifest.chain.slotsPerEpoch
  const lastSlot = clock.currentSlot + withinSlots
  while (oldHead !== undefined && member !== undefined && clock.currentSlot <= lastSlot) {
    const branches = await Promise.all(members.map((node) => branchOf(node, oldHead.slot, signal)))
    const branch = branches[0] ?? []
    const hasGivenUp = branches.every((one) => !one.some(({ root }) => root === oldHead.root))
    const [newHead] = branch
    if (hasGivenUp && newHead !== undefined && newHead.slot >= oldHead.slot) {
      const ancestor = await commonAncestor(member, old, newHead, signal)
      if (ancestor !== undefined) {
        const depth = oldHead.slot - ancestor.slot
        return {
          oldHead: named(oldHead),
          newHead: named(newHead),
          commonAncestor: named(ancestor),
          depth,
          nodes: [...group],
        }
      }
    }
    await clock.pause(signal)
  }
  throw await notObserved(`${group.join(', ')} to give up the old head`, { nodes, slots: withinSlots })
}

async function commonAncestor(
  node: Node,
  old: readonly BlockHeader[],
  newHead: BlockHeader,
  signal: AbortSignal | undefined,
): Promise<BlockHeader | undefined> {
  let header: BlockHeader | undefined = newHead
  while (header !== undefined && header.slot >= (old.at(-1)?.slot ?? 0)) {
    const { root, parentRoot }: BlockHeader = header
    if (old.some((one) => one.root === root)) return header
    header = await node.beaconApi.header(parentRoot, { signal })
  }
  return undefined
}

function named({ slot, root }: BlockHeader): BlockReference {
  return { slot, root }
}

/** Waits for the part of a slot in which all of it has happened. */
async function settle(
  { clock }: OnDemandTarget,
  slot: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await clock.until(slot, signal)
  const leftMs = clock.startOf(slot) + settledShare * clock.slotDurationMs - clock.nowMs
  if (leftMs > 0) await clock.sleep(leftMs, signal)
}

/** Peers that come back late are no failure: whether the reorg happens is looked at next. */
async function heal(cut: FaultHandle, signal?: AbortSignal): Promise<void> {
  await cut.end({ signal }).catch(() => {})
}
