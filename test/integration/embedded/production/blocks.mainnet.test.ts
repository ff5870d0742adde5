import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const options = { preset: 'mainnet', slotsPerEpoch: 8 } as const
activatePreset(testManifest(options).chain)
const suite = await import('./block-suite.ts')

describe.each(['deneb', 'electra', 'fulu'] as const)('mainnet preset with 8 slots an epoch, %s', (fork) => {
  const manifest = testManifest({ ...options, forks: { [fork]: 0 } })
  suite.testFinalizingChain(manifest)
})

describe('mainnet preset with 8 slots an epoch', () => {
  suite.testForkTransitions(testManifest({ ...options, forks: { deneb: 0, electra: 1, fulu: 2 } }))
})
