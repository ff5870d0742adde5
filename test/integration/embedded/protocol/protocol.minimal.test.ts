import { describe } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const options = { validators: { count: 32 } }
activatePreset(testManifest(options).chain)
const suite = await import('./protocol-suite.ts')

describe('the state transition, minimal preset', () => {
  suite.testTransition('deneb', { ...options, forks: { deneb: 0 } })
  suite.testTransition('electra', { ...options, forks: { electra: 0 } })
  suite.testTransition('fulu', { ...options, forks: { fulu: 0 } })
  suite.testTransition('from deneb to electra to fulu', {
    ...options,
    forks: { deneb: 0, electra: 1, fulu: 3 },
  })
})

describe('blocks', () => {
  suite.testBlocks(options)
})

describe('the state transition', () => {
  suite.testInvalidBlocks(options)
})
