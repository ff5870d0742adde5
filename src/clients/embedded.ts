import type { ClientCapabilities } from '../plan/capabilities.ts'
import type { EmbeddedClient } from './client.ts'

/** What both halves of an embedded node can do. Execution timestamps are whole seconds, hence the slots. */
const capabilities = {
  name: 'embedded',
  forks: ['deneb', 'electra', 'fulu'],
  presets: ['minimal', 'mainnet'],
  links: ['in-process', 'sockets'],
  times: ['real', 'virtual'],
  slotDuration: { minMs: 1_000, multipleOfMs: 1_000 },
  slotsPerEpoch: { min: 4, max: 64 },
  defaults: { slotDurationMs: 1_000, slotsPerEpoch: 8 },
} as const satisfies Partial<ClientCapabilities>

/** The execution node in this process, on EthereumJS: `src/embedded/execution`. */
export const embeddedExecution: EmbeddedClient = {
  kind: 'embedded',
  capabilities: { ...capabilities, layer: 'execution' },
  startCpuMs: 20,
}

/** The beacon node and its validators in this process, on Lodestar's libraries: `src/embedded`. */
export const embeddedConsensus: EmbeddedClient = {
  kind: 'embedded',
  capabilities: { ...capabilities, layer: 'consensus' },
  startCpuMs: 20,
  dialsPeers: true,
}
