import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const suite = await import('./packing-suite.ts')

// Four committees of eight in every slot.
describe.each(['deneb', 'electra'] as const)('packing for %s', (fork) => {
  suite.testPacking(testManifest({ validators: { count: 256 }, forks: { [fork]: 0 } }))
})
