import { expect, it } from 'vitest'
import { ZERO_ROOT } from '../../../../src/embedded/fork-choice/types.ts'
import { checkpoint, genesis, hashOf, rootOf, Scenario, withCheckpoints } from './scenario.ts'

it('dumps what /eth/v1/debug/fork_choice shows: parents first, weights with the boost', () => {
  const scenario = new Scenario().tick(8).block('a').tick(16)
  scenario.block('b', 'a', { ...withCheckpoints(checkpoint(1, 'a')), executionStatus: 'optimistic' })
  scenario.vote('a', 0, 1).vote('b', 1, 1, 16)
  const dump = scenario.forkChoice.dump()
  expect(dump.justifiedCheckpoint).toEqual(checkpoint(1, 'a'))
  expect(dump.finalizedCheckpoint).toEqual(genesis)
  expect(dump.extraData).toEqual({
    unrealizedJustifiedCheckpoint: checkpoint(1, 'a'),
    unrealizedFinalizedCheckpoint: genesis,
    proposerBoostRoot: rootOf('b'),
    queuedAttestations: 1,
  })
  expect(dump.nodes).toHaveLength(3)
  expect(dump.nodes[0]).toMatchObject({ slot: 0, parentRoot: ZERO_ROOT, weightGwei: 160_000_000_000n })
  expect(dump.nodes[2]).toEqual({
    slot: 16,
    blockRoot: rootOf('b'),
    parentRoot: rootOf('a'),
    justifiedEpoch: 1,
    finalizedEpoch: 0,
    weightGwei: 128_000_000_000n,
    validity: 'optimistic',
    executionBlockHash: hashOf('b'),
    extraData: { unrealizedJustifiedEpoch: 1, unrealizedFinalizedEpoch: 0, isTimely: true, isViable: true },
  })
})
