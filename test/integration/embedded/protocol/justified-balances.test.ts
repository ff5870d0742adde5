import { expect, it } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest()
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')

it('reads the balances of a state whose validators somebody has looked at', async () => {
  const { protocol, genesis } = await ChainBuilder.create(manifest)
  const state = protocol.advance(genesis.state, manifest.chain.slotsPerEpoch)
  const root = state.hashTreeRoot()
  // What the library does to find out whether a voluntary exit is valid.
  state.validators.get(3)
  expect([...protocol.justifiedBalances(state).votingIncrements]).toEqual(new Array(64).fill(32))
  expect(state.hashTreeRoot()).toEqual(root)
})
