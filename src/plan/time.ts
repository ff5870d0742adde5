import type { ClientCapabilities } from './capabilities.ts'
import type { TimeKind } from './manifest.ts'
import { OptionError } from './option-error.ts'

/** Genesis of every network in virtual time, Unix seconds: a run is the same on another day. */
export const virtualGenesisTime = 1_700_000_000

/**
 * The clock of the network.
 *
 * @throws OptionError when one of the clients cannot keep it.
 */
export function planTime(time: TimeKind = 'real', clients: readonly ClientCapabilities[]): TimeKind {
  const unable = clients.find(({ times }) => !times.includes(time))
  if (unable === undefined) return time
  throw new OptionError({
    code: 'option-unsupported',
    field: 'time',
    problem: `${unable.name} cannot run in ${time} time`,
    given: time,
    allowed: unable.times.join(', '),
  })
}
