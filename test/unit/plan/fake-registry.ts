import type { CapabilityRegistry, ClientCapabilities } from '../../../src/plan/capabilities.ts'

/** Clients that do not exist, with limits like those of real ones. */
export const fakeGeth: ClientCapabilities = {
  name: 'fake-geth',
  layer: 'execution',
  forks: ['deneb', 'electra', 'fulu'],
  presets: ['mainnet', 'minimal'],
  links: ['sockets'],
  times: ['real'],
  slotDuration: { minMs: 1000, multipleOfMs: 1000 },
  slotsPerEpoch: { min: 1, max: 64 },
  defaults: { slotDurationMs: 1000, slotsPerEpoch: 8 },
}

export const fakePrysm: ClientCapabilities = {
  name: 'fake-prysm',
  layer: 'consensus',
  forks: ['deneb', 'electra', 'fulu'],
  presets: ['mainnet'],
  links: ['sockets'],
  times: ['real'],
  slotDuration: { minMs: 2000, multipleOfMs: 1000 },
  slotsPerEpoch: { min: 4, max: 32 },
  defaults: { slotDurationMs: 2000, slotsPerEpoch: 8 },
  lateBlockReorgs: { minSlotDurationMs: 3000 },
  proposerLookaheadLength: 64,
}

/** Runs what the others cannot: short slots, the minimal preset first, Fulu at any epoch length. */
export const fakeEmbedded: ClientCapabilities = {
  name: 'fake-embedded',
  layer: 'consensus',
  forks: ['deneb', 'electra', 'fulu'],
  presets: ['minimal', 'mainnet'],
  links: ['sockets'],
  times: ['real'],
  slotDuration: { minMs: 1000, multipleOfMs: 500 },
  slotsPerEpoch: { min: 4, max: 64 },
  defaults: { slotDurationMs: 1000, slotsPerEpoch: 8 },
}

/** Stopped at Electra. */
export const fakeOldClient: ClientCapabilities = {
  ...fakeEmbedded,
  name: 'fake-old-client',
  forks: ['deneb', 'electra'],
}

/** A pair that lives in this process, and can be reached from outside as well. */
export const fakeInProcess: readonly [ClientCapabilities, ClientCapabilities] = [
  inProcess({ layer: 'execution', links: ['in-process', 'sockets'] }),
  inProcess({ layer: 'consensus', links: ['in-process', 'sockets'] }),
]

/** A consensus client without sockets. */
export const fakeSecluded: ClientCapabilities = {
  ...inProcess({ layer: 'consensus', links: ['in-process'] }),
  name: 'fake-secluded',
}

export const fakeRegistry: CapabilityRegistry = {
  execution: [fakeGeth, fakeInProcess[0]],
  consensus: [fakePrysm, fakeEmbedded, fakeOldClient, fakeInProcess[1]],
}

function inProcess(own: Pick<ClientCapabilities, 'layer' | 'links'>): ClientCapabilities {
  return { ...fakeEmbedded, name: 'fake-in-process', times: ['real', 'virtual'], ...own }
}
