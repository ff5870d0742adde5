import { describe } from 'vitest'
import { activatePreset } from '../../../src/genesis/preset.ts'
import { exampleManifest } from '../../unit/genesis/example-manifest.ts'

const { chain } = exampleManifest({
  chain: { preset: 'mainnet', slotsPerEpoch: 6, epochsPerSyncCommitteePeriod: 256 },
})
activatePreset(chain)
const suite = await import('./genesis-state-suite.ts')

describe.each(['deneb', 'electra'] as const)('mainnet preset with 6 slots an epoch, %s', async (fork) => {
  const genesis = await suite.openGenesis({ ...chain, forks: { [fork]: 0 } })
  suite.testEncoding(genesis)
  suite.testEmptySlots(genesis)
})
