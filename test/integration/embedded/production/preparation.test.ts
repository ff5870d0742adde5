import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const suite = await import('./preparation-suite.ts')

describe.each(['electra', 'fulu'] as const)('block production, %s', (fork) => {
  const manifest = testManifest({ forks: { [fork]: 0 } })
  suite.testPreparation(manifest)
  suite.testReorg(manifest)
})
