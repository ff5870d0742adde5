import { OptionError } from '../../plan/option-error.ts'
import { FaultError } from '../errors.ts'
import { partitionOf } from '../fault-specs.ts'
import { misbehaviourOf } from '../misbehaviour/misbehave-options.ts'
import { notObserved } from './not-observed.ts'
import type { OnDemandOptions, OnDemandTarget } from './on-demand-target.ts'

/** Inactivity leaks stake away for as long as finality is stalled: after this the numbers would be others. */
const epochsMax = 64
/** Epochs until a network that is whole again has finalized a fresh epoch. */
const recoveryEpochs = 8

export interface StallFinalityOptions extends OnDemandOptions {
  /** Whole epochs without finality. */
  readonly epochs: number
}

/** What was seen of finality. */
export interface StallProof {
  /** First epoch of the stall. */
  readonly from: number
  /** First epoch after it. */
  readonly until: number
  /** Finalized epoch when the stall began, the same on every node when it ended. */
  readonly finalizedBefore: number
  /** Finalized epoch of the hindmost node after finality had come back. */
  readonly finalizedAfter: number
  /** How it was done: validators that did not vote, or groups of nodes that were kept apart. */
  readonly by:
    | { readonly validators: readonly number[] }
    | { readonly groups: readonly (readonly string[])[] }
}

/**
 * Keeps more than a third of the stake from voting, or from being heard, for some whole epochs, and resolves
 * when a fresh epoch has been finalized on every node after that.
 *
 * @throws {OptionError}
 * @throws {FaultError} where it cannot be done, or finality did not stall or did not come back
 */
export async function stallFinality(
  target: OnDemandTarget,
  options: StallFinalityOptions,
): Promise<StallProof> {
  const { epochs, signal, onProgress = () => {} } = options
  if (!Number.isInteger(epochs) || epochs < 1 || epochs > epochsMax) {
    throw new OptionError({
      field: 'epochs',
      given: epochs,
      allowed: `a whole number from 1 to ${epochsMax}`,
    })
  }
  const { clock, nodes } = target
  const { slotsPerEpoch } = clock
  const way = chooseWay(target)
  let from = clock.epochOf(Math.max(0, clock.currentSlot)) + 2
  onProgress(`waiting for epoch ${from}`)
  // A slot early: a few votes in the first slot of the epoch would be enough to justify it.
  await clock.until(from * slotsPerEpoch - 1, signal)
  onProgress(`no finality from epoch ${from} on: ${way.description}`)
  const stall = await way.begin(signal)
  let finalizedBefore: number
  try {
    finalizedBefore = await finalizedAtStartOf(from, target, signal)
    // Votes of the epoch before that were late into a block count once more, at the end of this epoch.
    const finalizedByLateVotes = await finalizedAtStartOf(from + 1, target, signal)
    if (finalizedByLateVotes > finalizedBefore) {
      finalizedBefore = finalizedByLateVotes
      from += 1
    }
    await clock.until((from + epochs) * slotsPerEpoch, signal)
    const held = await finalizedEpochs(target, signal)
    if (held.some((epoch) => epoch > finalizedBefore))
      throw await notObserved('finality to stall', { nodes, slots: epochs * slotsPerEpoch })
  } finally {
    // Peers that come back late are no failure: whether finality does is looked at next.
    await stall.end().catch(() => {})
  }
  const until = from + epochs
  onProgress('waiting for a fresh epoch to be finalized')
  const finalizedAfter = await freshlyFinalized(target, until, signal)
  return { from, until, finalizedBefore, finalizedAfter, by: way.by }
}

interface Way {
  readonly by: StallProof['by']
  readonly description: string
  begin(signal: AbortSignal | undefined): Promise<{ end(): Promise<void> }>
}

/** Silent validators where they take orders; they leave the network connected, which then recovers at once. */
function chooseWay(target: OnDemandTarget): Way {
  const { manifest, faults } = target
  const { count } = manifest.validators
  const obedient = manifest.nodes
    .filter(({ name }) => target.canMisbehave(name))
    .flatMap(({ validators }) =>
      Array.from({ length: validators.count }, (_, offset) => validators.first + offset),
    )
  const needed = Math.floor(count / 3) + 1
  if (obedient.length >= needed) {
    const validators = obedient.slice(-needed)
    return {
      by: { validators },
      description: `${needed} of ${count} validators are offline`,
      begin: (signal) => faults.begin(misbehaviourOf(manifest, { validators, deed: 'offline' }), { signal }),
    }
  }
  const groups = [groupForSplit(target)]
  return {
    by: { groups },
    description: `${groups.flat().join(', ')} cut off from the others`,
    begin: (signal) =>
      faults.begin(partitionOf(target.manifest, groups, { layers: ['consensus'] }), { signal }),
  }
}

/** Nodes with more than a third and less than two thirds of the stake, so that neither side finalizes. */
function groupForSplit({ manifest: { nodes, validators } }: OnDemandTarget): string[] {
  const group: string[] = []
  let stake = 0
  for (const { name, validators: own } of nodes.toSorted((a, b) => a.validators.count - b.validators.count)) {
    if (3 * stake > validators.count) break
    group.push(name)
    stake += own.count
  }
  if (3 * stake > validators.count && 3 * stake < 2 * validators.count) return group
  throw new FaultError({
    code: 'fault-unsupported',
    problem:
      'Finality cannot be stalled: no group of nodes holds between a third and two thirds of the stake.',
    details: ['Spread the validators over more nodes, or give process clients a remote signer.'],
  })
}

/** @returns the foremost node's finalized epoch, once the first blocks of this epoch have settled it */
async function finalizedAtStartOf(
  epoch: number,
  target: OnDemandTarget,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { clock } = target
  await clock.until(epoch * clock.slotsPerEpoch + Math.ceil(clock.slotsPerEpoch / 2), signal)
  return Math.max(...(await finalizedEpochs(target, signal)))
}

async function finalizedEpochs(
  { nodes }: OnDemandTarget,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const running = nodes.filter(({ state }) => state === 'running')
  const checkpoints = await Promise.all(
    running.map((node) => node.beaconApi.finalityCheckpoints('head', { signal })),
  )
  return checkpoints.map(({ finalized }) => finalized.epoch)
}

/** @returns the hindmost node's finalized epoch, at least `epoch` */
async function freshlyFinalized(
  target: OnDemandTarget,
  epoch: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { clock, nodes } = target
  const slots = recoveryEpochs * clock.slotsPerEpoch
  const lastSlot = clock.currentSlot + slots
  while (clock.currentSlot <= lastSlot) {
    const least = Math.min(...(await finalizedEpochs(target, signal)))
    if (least >= epoch) return least
    await clock.pause(signal)
  }
  throw await notObserved(`epoch ${epoch} to be finalized on every node`, { nodes, slots })
}
