import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activeForks, resolveForks } from '../../../src/plan/forks.ts'
import { fakeEmbedded, fakeGeth, fakeOldClient, fakePrysm } from './fake-registry.ts'
import { refusal } from './refusal.ts'

describe('the default', () => {
  test('is the newest fork that all clients run, from genesis on', () => {
    expect(resolveForks(undefined, 8, [fakeEmbedded, fakeGeth])).toEqual({
      forks: { deneb: 0, electra: 0, fulu: 0 },
      minSeedLookahead: 1,
    })
    expect(resolveForks({}, 8, [fakeOldClient, fakeGeth]).forks).toEqual({ deneb: 0, electra: 0 })
  })

  test('is Electra where Fulu would need another seed lookahead', () => {
    expect(resolveForks(undefined, 8, [fakePrysm, fakeGeth])).toEqual({
      forks: { deneb: 0, electra: 0 },
      minSeedLookahead: 1,
    })
    expect(resolveForks(undefined, 32, [fakePrysm, fakeGeth])).toEqual({
      forks: { deneb: 0, electra: 0, fulu: 0 },
      minSeedLookahead: 1,
    })
  })

  test('is refused to clients without a common fork', () => {
    const onlyFulu = { ...fakeEmbedded, name: 'fake-new', forks: ['fulu'] as const }
    const error = refusal(() => resolveForks(undefined, 8, [onlyFulu, fakeOldClient]))
    expect(error.code).toBe('option-unsupported')
    expect(error.message).toContain('fake-new runs fulu.')
    expect(error.message).toContain('fake-old-client runs deneb, electra.')
  })
})

describe('a schedule', () => {
  const clients = [fakeEmbedded, fakeGeth]

  test.each([
    [{ deneb: 0 }, { deneb: 0 }],
    [{ electra: 0 }, { deneb: 0, electra: 0 }],
    [{ electra: 2 }, { deneb: 0, electra: 2 }],
    [{ fulu: 3 }, { deneb: 0, electra: 0, fulu: 3 }],
    [
      { electra: 1, fulu: 1 },
      { deneb: 0, electra: 1, fulu: 1 },
    ],
    [
      { electra: 0, fulu: undefined },
      { deneb: 0, electra: 0 },
    ],
  ])('%j becomes %j', (given, expected) => {
    expect(resolveForks(given, 8, clients).forks).toEqual(expected)
  })

  test('never has a newer fork before an older one', () => {
    const epoch = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined })
    fc.assert(
      fc.property(epoch, epoch, (electra, fulu) => {
        const resolve = () => resolveForks({ electra, fulu }, 8, clients).forks
        if (electra !== undefined && fulu !== undefined && fulu < electra) {
          expect(refusal(resolve)).toMatchObject({ field: 'forks.fulu', facts: { given: fulu } })
        } else {
          const epochs = Object.values(resolve())
          expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
        }
      }),
    )
  })

  test('cannot start before Deneb', () => {
    expect(refusal(() => resolveForks({ deneb: 1 }, 8, clients)).field).toBe('forks.deneb')
  })
})

describe('the seed lookahead', () => {
  test.each([
    [4, 15],
    [8, 7],
    [16, 3],
    [32, 1],
  ])('for epochs of %i slots is %i, so that a Fulu state keeps 64 proposers', (slotsPerEpoch, expected) => {
    expect(resolveForks({ fulu: 0 }, slotsPerEpoch, [fakePrysm, fakeGeth]).minSeedLookahead).toBe(expected)
    expect(resolveForks({ fulu: 9 }, slotsPerEpoch, [fakePrysm, fakeGeth]).minSeedLookahead).toBe(expected)
  })

  test.each([5, 6, 7, 12, 24, 64, 33])('does not exist for epochs of %i slots', (slotsPerEpoch) => {
    const error = refusal(() => resolveForks({ fulu: 3 }, slotsPerEpoch, [fakePrysm, fakeGeth]))
    expect(error.code).toBe('option-unsupported')
    expect(error.field).toBe('slotsPerEpoch')
    expect(error.facts).toMatchObject({
      given: slotsPerEpoch,
      allowed: '4, 8, 16, 32 where fulu is scheduled',
    })
  })

  test("is the specification's where no Fulu comes, or no client fixes it", () => {
    expect(resolveForks({ electra: 0 }, 6, [fakePrysm, fakeGeth]).minSeedLookahead).toBe(1)
    expect(resolveForks({ fulu: 0 }, 6, [fakeEmbedded, fakeGeth]).minSeedLookahead).toBe(1)
  })
})

test('a fork that is replaced at its own epoch is never active', () => {
  expect(activeForks({ deneb: 0, electra: 0 })).toEqual(['electra'])
  expect(activeForks({ deneb: 0, electra: 2, fulu: 2 })).toEqual(['deneb', 'fulu'])
  expect(activeForks({ deneb: 0, electra: 2, fulu: 3 })).toEqual(['deneb', 'electra', 'fulu'])
})
