import type { ClientCapabilities } from './capabilities.ts'
import type { ChainPlan } from './manifest.ts'
import { OptionError } from './option-error.ts'

/** EPOCHS_PER_SYNC_COMMITTEE_PERIOD (consensus-specs, altair presets). */
export const epochsPerSyncCommitteePeriodOf = { mainnet: 256, minimal: 8 } as const

/**
 * The preset that was asked for, else the first one of the first client with presets of its own choice that
 * all others have too.
 *
 * @param clients in order of preference.
 * @throws OptionError when the clients have none in common.
 */
export function resolvePreset(
  preset: ChainPlan['preset'] | undefined,
  clients: readonly ClientCapabilities[],
): ChainPlan['preset'] {
  if (preset !== undefined) return preset
  const common = clients[0]?.presets.find((candidate) =>
    clients.every((client) => client.presets.includes(candidate)),
  )
  if (common !== undefined) return common
  throw new OptionError({
    code: 'option-unsupported',
    field: 'preset',
    problem: 'the chosen clients have no preset in common',
    hints: clients.map((client) => `${client.name} runs ${client.presets.join(', ')}.`),
  })
}
