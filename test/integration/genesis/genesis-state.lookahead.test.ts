import { describe, expect, test } from 'vitest'
import { activatePreset } from '../../../src/genesis/preset.ts'
import { exampleManifest } from '../../unit/genesis/example-manifest.ts'

const { chain } = exampleManifest({
  chain: { preset: 'mainnet', slotsPerEpoch: 8, minSeedLookahead: 7, epochsPerSyncCommitteePeriod: 256 },
})
activatePreset(chain)
const suite = await import('./genesis-state-suite.ts')
const { ssz } = await import('@lodestar/types')

// For clients whose Fulu state has room for exactly the mainnet preset's 64 proposers.
describe('mainnet preset with 8 slots an epoch and a lookahead of 8 epochs, fulu', async () => {
  test('lists and vectors of the state are as long as in the mainnet preset', () => {
    expect(ssz.fulu.ProposerLookahead.length).toBe(64)
    expect(ssz.phase0.Eth1DataVotes.limit).toBe(2048)
  })

  const genesis = await suite.openGenesis({ ...chain, forks: { fulu: 0 } })
  suite.testEncoding(genesis)
  suite.testEmptySlots(genesis)
  suite.testProposerLookahead(chain)
})
