import type { ClientCapabilities } from './capabilities.ts'
import type { ChainPlan } from './manifest.ts'
import type { NetworkOptions } from './options.ts'

/**
 * Slot and epoch length: what was asked for, else what suits all clients. Whether the clients can run what
 * was asked for is checked with the rest of the chain.
 */
export function resolveTiming(
  options: Pick<NetworkOptions, 'slotDurationMs' | 'slotsPerEpoch'>,
  clients: readonly ClientCapabilities[],
): Pick<ChainPlan, 'slotDurationMs' | 'slotsPerEpoch'> {
  return {
    slotDurationMs: options.slotDurationMs ?? defaultSlotDurationMs(clients),
    slotsPerEpoch: options.slotsPerEpoch ?? defaultSlotsPerEpoch(clients),
  }
}

/** The shortest slot that is no client's below its default, and of a length that all can keep. */
function defaultSlotDurationMs(clients: readonly ClientCapabilities[]): number {
  const atLeastMs = Math.max(
    ...clients.map((client) => Math.max(client.defaults.slotDurationMs, client.slotDuration.minMs)),
  )
  const multipleOfMs = clients
    .map((client) => client.slotDuration.multipleOfMs)
    .reduce(leastCommonMultiple, 1)
  return Math.ceil(atLeastMs / multipleOfMs) * multipleOfMs
}

/** The largest default, as far as all clients can run it. */
function defaultSlotsPerEpoch(clients: readonly ClientCapabilities[]): number {
  const wanted = Math.max(...clients.map((client) => client.defaults.slotsPerEpoch))
  return Math.min(wanted, ...clients.map((client) => client.slotsPerEpoch.max))
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
