import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const options = { preset: 'mainnet', slotsPerEpoch: 8, validators: { count: 32 } } as const
activatePreset(testManifest(options).chain)
const suite = await import('./protocol-suite.ts')

describe('the state transition, mainnet preset with epochs of 8 slots', () => {
  suite.testTransition('from electra to fulu', { ...options, forks: { electra: 0, fulu: 2 } })
})
