import { describe, expect, it } from 'vitest'
import { resolveParameters } from '../../../../src/embedded/fork-choice/parameters.ts'
import { options } from './scenario.ts'

describe('parameters', () => {
  it('are those of the specification unless said otherwise', () => {
    expect(resolveParameters(options)).toMatchObject({
      proposerScoreBoost: 40,
      reorgHeadWeightThreshold: 20,
      reorgParentWeightThreshold: 160,
      reorgMaxEpochsSinceFinalization: 2,
      attestationDueBps: 3333,
      proposerReorgCutoffBps: 1667,
    })
    expect(resolveParameters({ ...options, proposerScoreBoost: 0 }).proposerScoreBoost).toBe(0)
  })

  it.each([
    ['slotsPerEpoch', 0],
    ['slotDurationMs', 0],
    ['slotDurationMs', 0.5],
    ['genesisTimeMs', -1],
    ['genesisTimeMs', Number.NaN],
    ['minSeedLookahead', Number.POSITIVE_INFINITY],
    ['maxBlocks', 0],
  ])('refuse %s %d, and name it', (field, value) => {
    expect(() => resolveParameters({ ...options, [field]: value })).toThrowError(
      expect.objectContaining({
        code: 'fork-choice-invalid-option',
        shortMessage: expect.stringContaining(`${field} ${value}`),
        facts: { field, value },
      }),
    )
  })
})
