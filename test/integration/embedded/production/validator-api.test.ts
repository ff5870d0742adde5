import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const suite = await import('./validator-api-suite.ts')

describe.each(['deneb', 'electra', 'fulu'] as const)('validator API, %s', (fork) => {
  const manifest = testManifest({ forks: { [fork]: 0 } })
  suite.testDuties(manifest)
  suite.testAttesting(manifest)
})

describe('validator API', () => {
  suite.testPublishing(testManifest())
  suite.testOptimisticHead(testManifest())
})
