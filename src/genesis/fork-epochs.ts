import { type ForkName, type ForkSchedule, forkNames } from '../plan/manifest.ts'
import { GenesisInputError } from './errors.ts'

/** Epoch at which each fork starts; Infinity for one that never comes. */
export type ForkEpochs = Readonly<Record<ForkName, number>>

/**
 * Fills the gaps of a schedule: a fork contains all older ones, so a fork that is left out starts together
 * with the next one that is named.
 *
 * @throws GenesisInputError when an older fork starts after a newer one, or none starts at epoch 0.
 */
export function forkEpochs(schedule: ForkSchedule): ForkEpochs {
  const fulu = schedule.fulu ?? Number.POSITIVE_INFINITY
  const electra = schedule.electra ?? fulu
  const deneb = schedule.deneb ?? electra
  if (!(deneb === 0 && isEpoch(electra) && isEpoch(fulu) && electra <= fulu)) {
    throw new GenesisInputError({
      field: 'forks',
      value: schedule,
      expected: `one of ${forkNames.join(', ')} at epoch 0, and no fork before an older one`,
    })
  }
  return { deneb, electra, fulu }
}

/** The newest fork that is active at epoch 0. */
export function genesisFork(schedule: ForkSchedule): ForkName {
  const epochs = forkEpochs(schedule)
  if (epochs.fulu === 0) return 'fulu'
  return epochs.electra === 0 ? 'electra' : 'deneb'
}

/** The forks of which a chain has blocks sooner or later, oldest first: those that start before the next one. */
export function forksOfChain(schedule: ForkSchedule): ForkName[] {
  const epochs = forkEpochs(schedule)
  const end = (next: ForkName | undefined) => (next === undefined ? Number.POSITIVE_INFINITY : epochs[next])
  return forkNames.filter((name, age) => epochs[name] < end(forkNames[age + 1]))
}

function isEpoch(epoch: number): boolean {
  return epoch === Number.POSITIVE_INFINITY || (Number.isSafeInteger(epoch) && epoch >= 0)
}
