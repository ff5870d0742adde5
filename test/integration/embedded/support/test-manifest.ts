import type { CapabilityRegistry, ClientCapabilities } from '../../../../src/plan/capabilities.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import type { NetworkOptions } from '../../../../src/plan/options.ts'
import { planNetwork } from '../../../../src/plan/plan-network.ts'

/** 2023-11-14T22:13:20Z. */
export const testGenesisTime = 1_700_000_000

const inProcess: ClientCapabilities = {
  name: 'in-process',
  layer: 'consensus',
  forks: ['deneb', 'electra', 'fulu'],
  presets: ['minimal', 'mainnet'],
  links: ['in-process'],
  times: ['real', 'virtual'],
  slotDuration: { minMs: 1000, multipleOfMs: 1000 },
  slotsPerEpoch: { min: 4, max: 64 },
  defaults: { slotDurationMs: 1000, slotsPerEpoch: 8 },
}

const registry: CapabilityRegistry = {
  execution: [{ ...inProcess, layer: 'execution' }],
  consensus: [inProcess],
}

/**
 * The plan of a network in this process: one node, 64 validators, minimal preset, 8 slots of 1 s an epoch, and
 * the newest fork, unless told otherwise. It loads no protocol library, so its chain can be given to
 * `activatePreset`.
 */
export function testManifest(options: NetworkOptions = {}): Manifest {
  return planNetwork({ nodes: 1, ...options }, registry)
}
