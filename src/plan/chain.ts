import type { ClientCapabilities } from './capabilities.ts'
import { findChainProblem } from './client-limits.ts'
import { resolveForks } from './forks.ts'
import type { ChainPlan } from './manifest.ts'
import { OptionError } from './option-error.ts'
import type { NetworkOptions } from './options.ts'
import { epochsPerSyncCommitteePeriodOf, resolvePreset } from './preset.ts'
import { resolveTiming } from './timing.ts'

const defaultChainId = 1337

/**
 * The parameters of the chain: what was asked for, else what suits all clients of the network.
 *
 * @param clients each once, consensus clients first.
 * @throws OptionError when one of the clients cannot run it.
 */
export function planChain(options: NetworkOptions, clients: readonly ClientCapabilities[]): ChainPlan {
  const preset = resolvePreset(options.preset, clients)
  const timing = resolveTiming(options, clients)
  const { genesisTime } = options
  const chain: ChainPlan = {
    chainId: options.chainId ?? defaultChainId,
    preset,
    ...timing,
    epochsPerSyncCommitteePeriod:
      options.epochsPerSyncCommitteePeriod ?? epochsPerSyncCommitteePeriodOf[preset],
    ...resolveForks(options.forks, timing.slotsPerEpoch, clients),
    lateBlockReorgs: clients.every(
      ({ lateBlockReorgs }) => timing.slotDurationMs >= (lateBlockReorgs?.minSlotDurationMs ?? 0),
    ),
    ...(genesisTime === undefined ? {} : { genesisTime }),
  }
  for (const client of clients) {
    const problem = findChainProblem(chain, client)
    if (problem !== undefined) throw new OptionError({ code: 'option-unsupported', ...problem })
  }
  return chain
}
