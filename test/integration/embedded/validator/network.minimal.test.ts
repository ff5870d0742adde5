import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ nodes: 4, validators: 64, forks: { deneb: 0, electra: 1, fulu: 2 } })
activatePreset(manifest.chain)
const { testAggregation, testDuties } = await import('./network-suite.ts')

testDuties(manifest, { epochs: 5, forks: ['deneb', 'electra', 'fulu'] })
testAggregation(manifest)
