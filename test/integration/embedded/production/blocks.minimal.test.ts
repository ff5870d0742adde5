import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const suite = await import('./block-suite.ts')
const payloads = await import('./payload-suite.ts')

describe.each(['deneb', 'electra', 'fulu'] as const)('minimal preset, %s', (fork) => {
  const manifest = testManifest({ forks: { [fork]: 0 } })
  suite.testFinalizingChain(manifest)
  suite.testOperations(manifest)
  suite.testVotes(manifest)
  payloads.testPayloads(manifest)
})

describe('minimal preset', () => {
  suite.testForkTransitions(testManifest({ forks: { deneb: 0, electra: 1, fulu: 2 } }))
})
