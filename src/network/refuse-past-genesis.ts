import type { Manifest } from '../plan/manifest.ts'
import { OptionError } from '../plan/option-error.ts'

/**
 * A new network cannot begin in the past: its slots up to now would all be empty, and after a few epochs of
 * them its validators are penalised before they ever ran. In virtual time every genesis is
 * now.
 *
 * @throws {OptionError}
 */
export function refusePastGenesis({ time, chain }: Manifest, nowMs = Date.now()): void {
  const { genesisTime } = chain
  if (time === 'virtual' || genesisTime === undefined || genesisTime * 1000 > nowMs) return
  throw new OptionError({
    field: 'genesisTime',
    problem: 'it has passed, and a new network cannot begin in the past',
    given: genesisTime,
    allowed: `a Unix time in seconds after ${Math.floor(nowMs / 1000)}, late enough for the clients to start`,
    hints: ['Leave it out to have it chosen by how long a start takes on this machine.'],
  })
}
