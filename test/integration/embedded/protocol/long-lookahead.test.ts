import { expect, it } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

// What the plan makes of a chain that goes on to Fulu beside a client with 64 proposers in its state.
const planned = testManifest({ preset: 'mainnet', slotsPerEpoch: 8, forks: { electra: 0, fulu: 1 } })
const manifest = { ...planned, chain: { ...planned.chain, minSeedLookahead: 7 } }
activatePreset(manifest.chain)
const { ForkName } = await import('@lodestar/params')
const { ChainBuilder } = await import('../support/chain-builder.ts')

it('knows the committees and proposers of each epoch when the lookahead is longer than the specification has it', async () => {
  const { protocol, genesis } = await ChainBuilder.create(manifest)
  let state = genesis.state
  for (let epoch = 1; epoch <= 5; epoch++) {
    state = protocol.advance(state, epoch * manifest.chain.slotsPerEpoch)
    // Made from the state's own fields, with nothing that was carried over from epochs before.
    const { epochCtx } = protocol.loadState(protocol.serializeState(state), ForkName.fulu)
    expect(state.epochCtx.currentShuffling).toEqual(epochCtx.currentShuffling)
    expect(state.epochCtx.nextShuffling).toEqual(epochCtx.nextShuffling)
    expect(state.epochCtx.getBeaconProposer(state.slot)).toBe(epochCtx.getBeaconProposer(state.slot))
    expect(state.epochCtx.getBeaconProposersNextEpoch()).toEqual(epochCtx.getBeaconProposersNextEpoch())
  }
})
