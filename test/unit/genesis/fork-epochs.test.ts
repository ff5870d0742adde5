import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GenesisInputError } from '../../../src/genesis/errors.ts'
import { forkEpochs, forksOfChain, genesisFork } from '../../../src/genesis/fork-epochs.ts'

const never = Number.POSITIVE_INFINITY

describe('forkEpochs', () => {
  test.each([
    { schedule: { deneb: 0 }, epochs: { deneb: 0, electra: never, fulu: never }, genesis: 'deneb' },
    { schedule: { electra: 0 }, epochs: { deneb: 0, electra: 0, fulu: never }, genesis: 'electra' },
    { schedule: { fulu: 0 }, epochs: { deneb: 0, electra: 0, fulu: 0 }, genesis: 'fulu' },
    { schedule: { electra: 0, fulu: 3 }, epochs: { deneb: 0, electra: 0, fulu: 3 }, genesis: 'electra' },
    { schedule: { deneb: 0, fulu: 3 }, epochs: { deneb: 0, electra: 3, fulu: 3 }, genesis: 'deneb' },
  ])('$schedule starts at $genesis', ({ schedule, epochs, genesis }) => {
    expect(forkEpochs(schedule)).toEqual(epochs)
    expect(genesisFork(schedule)).toBe(genesis)
  })

  test.each([
    { schedule: { deneb: 0 }, forks: ['deneb'] },
    { schedule: { electra: 0, fulu: 3 }, forks: ['electra', 'fulu'] },
    { schedule: { deneb: 0, fulu: 3 }, forks: ['deneb', 'fulu'] },
    { schedule: { fulu: 0 }, forks: ['fulu'] },
  ])('$schedule has blocks of $forks', ({ schedule, forks }) => {
    expect(forksOfChain(schedule)).toEqual(forks)
  })

  test.each([
    {},
    { electra: 2 },
    { deneb: 1 },
    { deneb: 0, electra: 4, fulu: 3 },
    { electra: 1, fulu: 0 },
    { deneb: 0, electra: -1 },
    { deneb: Number.NaN },
    { deneb: 0, electra: Number.NaN },
    { deneb: 0, fulu: 1.5 },
  ])('%j is refused', (schedule) => {
    expect(() => forkEpochs(schedule)).toThrow(GenesisInputError)
  })

  test('fills every gap with the next fork, whatever is left out', () => {
    const epochs = fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    fc.assert(
      fc.property(epochs, ([electra, fulu]) => {
        expect(forkEpochs({ deneb: 0, electra, fulu })).toEqual({ deneb: 0, electra, fulu })
        expect(forkEpochs({ deneb: 0, fulu })).toEqual({ deneb: 0, electra: fulu, fulu })
        expect(forkEpochs({ electra: 0, fulu })).toEqual({ deneb: 0, electra: 0, fulu })
      }),
    )
  })
})
