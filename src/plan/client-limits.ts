import type { ClientCapabilities } from './capabilities.ts'
import { activeForks, fitsLookahead, reachesLookahead } from './forks.ts'
import type { ChainPlan } from './manifest.ts'
import type { OptionErrorParameters } from './option-error.ts'

/** Why a client cannot run a chain, in terms of the option that would have to change. */
export type ChainProblem = Required<Pick<OptionErrorParameters, 'field' | 'problem' | 'given' | 'allowed'>>

/** The first parameter of the chain that the client cannot run; undefined when it can run them all. */
export function findChainProblem(chain: ChainPlan, client: ClientCapabilities): ChainProblem | undefined {
  return (
    presetProblem(chain, client) ??
    slotDurationProblem(chain, client) ??
    slotsPerEpochProblem(chain, client) ??
    forkProblem(chain, client) ??
    lookaheadProblem(chain, client)
  )
}

function presetProblem({ preset }: ChainPlan, client: ClientCapabilities): ChainProblem | undefined {
  if (client.presets.includes(preset)) return undefined
  return {
    field: 'preset',
    problem: `${client.name} has no ${preset} preset`,
    given: preset,
    allowed: client.presets.join(', '),
  }
}

function slotDurationProblem(
  { slotDurationMs }: ChainPlan,
  client: ClientCapabilities,
): ChainProblem | undefined {
  const { minMs, multipleOfMs } = client.slotDuration
  if (slotDurationMs >= minMs && slotDurationMs % multipleOfMs === 0) return undefined
  return {
    field: 'slotDurationMs',
    problem: `${client.name} cannot keep slots of ${slotDurationMs} ms`,
    given: slotDurationMs,
    allowed: `a multiple of ${multipleOfMs} from ${minMs}`,
  }
}

function slotsPerEpochProblem(
  { slotsPerEpoch }: ChainPlan,
  client: ClientCapabilities,
): ChainProblem | undefined {
  const { min, max } = client.slotsPerEpoch
  if (slotsPerEpoch >= min && slotsPerEpoch <= max) return undefined
  return {
    field: 'slotsPerEpoch',
    problem: `${client.name} cannot run epochs of ${slotsPerEpoch} slots`,
    given: slotsPerEpoch,
    allowed: `an integer from ${min} to ${max}`,
  }
}

function forkProblem({ forks }: ChainPlan, client: ClientCapabilities): ChainProblem | undefined {
  const missing = activeForks(forks).find((fork) => !client.forks.includes(fork))
  if (missing === undefined) return undefined
  return {
    field: `forks.${missing}`,
    problem: `${client.name} cannot run ${missing}`,
    given: forks[missing],
    allowed: `the forks ${client.forks.join(', ')}`,
  }
}

function lookaheadProblem(chain: ChainPlan, client: ClientCapabilities): ChainProblem | undefined {
  if (!reachesLookahead(chain.forks) || fitsLookahead(client, chain)) return undefined
  return {
    field: 'forks.fulu',
    problem:
      `${client.name} keeps ${client.proposerLookaheadLength} proposers in its Fulu state, and this chain ` +
      `has ${(chain.minSeedLookahead + 1) * chain.slotsPerEpoch}`,
    given: chain.forks.fulu,
    allowed: 'a schedule without fulu, or clients with the same length',
  }
}
