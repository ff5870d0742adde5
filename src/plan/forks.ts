import type { ClientCapabilities } from './capabilities.ts'
import { type ChainPlan, type ForkName, type ForkSchedule, forkNames } from './manifest.ts'
import { OptionError } from './option-error.ts'
import type { NetworkOptions } from './options.ts'

/** MIN_SEED_LOOKAHEAD of both presets (consensus-specs, phase0 presets). */
const specMinSeedLookahead = 1

type ForkPlan = Pick<ChainPlan, 'forks' | 'minSeedLookahead'>

/**
 * The fork schedule, and the seed lookahead that Fulu needs on the chosen clients. Unless asked for, it is
 * the newest fork that all clients run with the specification's lookahead, from genesis on.
 *
 * @throws OptionError when the epochs are out of order, or no lookahead fits.
 */
export function resolveForks(
  forks: NetworkOptions['forks'] = {},
  slotsPerEpoch: number,
  clients: readonly ClientCapabilities[],
): ForkPlan {
  const newest = forkNames.findLast((fork) => forks[fork] !== undefined)
  const schedule =
    newest === undefined
      ? scheduleUntil(newestCommonFork(slotsPerEpoch, clients), {})
      : scheduleUntil(newest, forks)
  return { forks: schedule, minSeedLookahead: minSeedLookahead(schedule, slotsPerEpoch, clients) }
}

/** The forks that a chain with this schedule is ever at; one that is replaced at its own epoch is not. */
export function activeForks(schedule: ForkSchedule): ForkName[] {
  const scheduled = forkNames.filter((fork) => schedule[fork] !== undefined)
  return scheduled.filter((fork, position) => {
    const next = scheduled[position + 1]
    return next === undefined || schedule[next] !== schedule[fork]
  })
}

/** Whether the chain ever has proposer_lookahead in its state. */
export function reachesLookahead(schedule: ForkSchedule): boolean {
  return activeForks(schedule).some(hasLookahead)
}

/** A client's Fulu state holds (MIN_SEED_LOOKAHEAD + 1) * SLOTS_PER_EPOCH proposers (EIP-7917). */
export function fitsLookahead(client: ClientCapabilities, chain: LookaheadParameters): boolean {
  const { proposerLookaheadLength } = client
  const length = (chain.minSeedLookahead + 1) * chain.slotsPerEpoch
  return proposerLookaheadLength === undefined || proposerLookaheadLength === length
}

type LookaheadParameters = Pick<ChainPlan, 'slotsPerEpoch' | 'minSeedLookahead'>

function scheduleUntil(newest: ForkName, forks: NonNullable<NetworkOptions['forks']>): ForkSchedule {
  const schedule: { [fork in ForkName]?: number } = {}
  let earliestEpoch = 0
  for (const fork of forkNames.slice(0, forkNames.indexOf(newest) + 1)) {
    const epoch = forks[fork] ?? earliestEpoch
    checkEpoch(fork, epoch, earliestEpoch)
    schedule[fork] = epoch
    earliestEpoch = epoch
  }
  return schedule
}

function checkEpoch(fork: ForkName, epoch: number, earliestEpoch: number): void {
  const [oldest] = forkNames
  if (fork === oldest && epoch !== 0) {
    throw new OptionError({
      field: `forks.${fork}`,
      problem: `networks start at ${oldest} or later`,
      given: epoch,
      allowed: '0',
    })
  }
  if (epoch >= earliestEpoch) return
  throw new OptionError({
    field: `forks.${fork}`,
    problem: `an older fork starts only at epoch ${earliestEpoch}`,
    given: epoch,
    allowed: `an epoch from ${earliestEpoch}`,
  })
}

function newestCommonFork(slotsPerEpoch: number, clients: readonly ClientCapabilities[]): ForkName {
  const specLookahead = { slotsPerEpoch, minSeedLookahead: specMinSeedLookahead }
  const fork = forkNames.findLast((candidate) =>
    clients.every(
      (client) =>
        client.forks.includes(candidate) &&
        (!hasLookahead(candidate) || fitsLookahead(client, specLookahead)),
    ),
  )
  if (fork !== undefined) return fork
  throw new OptionError({
    code: 'option-unsupported',
    field: 'forks',
    problem: 'the chosen clients have no fork in common',
    hints: clients.map((client) => `${client.name} runs ${client.forks.join(', ')}.`),
  })
}

function minSeedLookahead(
  schedule: ForkSchedule,
  slotsPerEpoch: number,
  clients: readonly ClientCapabilities[],
): number {
  const fixing = clients.find((client) => client.proposerLookaheadLength !== undefined)
  const length = fixing?.proposerLookaheadLength
  if (fixing === undefined || length === undefined) return specMinSeedLookahead
  if (!reachesLookahead(schedule)) return specMinSeedLookahead
  if (isLookahead(length / slotsPerEpoch - 1)) return length / slotsPerEpoch - 1
  const { min, max } = fixing.slotsPerEpoch
  const fitting = Array.from({ length: max - min + 1 }, (_, offset) => min + offset).filter((slots) =>
    isLookahead(length / slots - 1),
  )
  throw new OptionError({
    code: 'option-unsupported',
    field: 'slotsPerEpoch',
    problem: `${fixing.name} keeps ${length} proposers in its Fulu state, which must be two or more whole epochs`,
    given: slotsPerEpoch,
    allowed: `${fitting.join(', ')} where fulu is scheduled`,
    hints: ['Or leave fulu out of forks.'],
  })
}

/** Whether a fork's state has proposer_lookahead: Fulu and whatever comes after it. */
function hasLookahead(fork: ForkName): boolean {
  return forkNames.indexOf(fork) >= forkNames.indexOf('fulu')
}

function isLookahead(epochs: number): boolean {
  return Number.isInteger(epochs) && epochs >= specMinSeedLookahead
}
