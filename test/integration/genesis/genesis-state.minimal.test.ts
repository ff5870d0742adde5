import { describe } from 'vitest'
import { activatePreset } from '../../../src/genesis/preset.ts'
import { exampleManifest } from '../../unit/genesis/example-manifest.ts'

const { chain } = exampleManifest({ chain: { preset: 'minimal' } })
activatePreset(chain)
const suite = await import('./genesis-state-suite.ts')

describe.each(['deneb', 'electra', 'fulu'] as const)('minimal preset, %s', async (fork) => {
  const genesis = await suite.openGenesis({ ...chain, forks: { [fork]: 0 } })
  suite.testEncoding(genesis)
  suite.testContents(genesis)
  suite.testSyncCommittees(genesis)
  suite.testEmptySlots(genesis)
})

describe('minimal preset', async () => {
  suite.testForks(await suite.openGenesis({ ...chain, forks: { deneb: 0, electra: 1, fulu: 2 } }))
  suite.testProposerLookahead(chain)
})
