import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ nodes: 3, validators: 16, preset: 'mainnet', topology: 'line' })
activatePreset(manifest.chain)
const { testDuties } = await import('./network-suite.ts')

testDuties(manifest, { epochs: 5, forks: ['fulu'] })
