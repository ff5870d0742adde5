import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClientCapabilities } from '../../../src/plan/capabilities.ts'
import { planChain } from '../../../src/plan/chain.ts'
import { findChainProblem } from '../../../src/plan/client-limits.ts'
import { resolveTiming } from '../../../src/plan/timing.ts'
import { fakeEmbedded, fakeGeth, fakeOldClient, fakePrysm } from './fake-registry.ts'
import { refusal } from './refusal.ts'

describe('defaults', () => {
  test('suit a client that is slow', () => {
    expect(planChain({}, [fakePrysm, fakeGeth])).toEqual({
      chainId: 1337,
      preset: 'mainnet',
      slotDurationMs: 2000,
      slotsPerEpoch: 8,
      epochsPerSyncCommitteePeriod: 256,
      forks: { deneb: 0, electra: 0 },
      minSeedLookahead: 1,
      lateBlockReorgs: false,
    })
  })

  test('suit a client that can do everything', () => {
    expect(planChain({}, [fakeEmbedded, fakeGeth])).toEqual({
      chainId: 1337,
      preset: 'minimal',
      slotDurationMs: 1000,
      slotsPerEpoch: 8,
      epochsPerSyncCommitteePeriod: 8,
      forks: { deneb: 0, electra: 0, fulu: 0 },
      minSeedLookahead: 1,
      lateBlockReorgs: true,
    })
  })

  test('of mixed clients are those of the most demanding one', () => {
    const mixed = planChain({}, [fakeEmbedded, fakePrysm, fakeGeth])
    expect(mixed).toEqual(planChain({}, [fakePrysm, fakeGeth]))
  })

  test('have no genesis time, which is chosen at start', () => {
    expect(planChain({}, [fakePrysm])).not.toHaveProperty('genesisTime')
    expect(planChain({ genesisTime: 1_800_000_000 }, [fakePrysm]).genesisTime).toBe(1_800_000_000)
  })

  test('never are what one of the clients cannot run', () => {
    const capabilities = fc.record({
      minMs: fc.integer({ min: 1, max: 40 }).map((steps) => steps * 100),
      multipleOfMs: fc.constantFrom(1, 100, 250, 500, 700, 1000),
      slotDurationMs: fc.integer({ min: 500, max: 6000 }),
      minSlots: fc.integer({ min: 1, max: 8 }),
      maxSlots: fc.integer({ min: 8, max: 64 }),
      slotsPerEpoch: fc.integer({ min: 1, max: 64 }),
    })
    fc.assert(
      fc.property(fc.array(capabilities, { minLength: 1, maxLength: 4 }), (list) => {
        const clients = list.map(
          (client): ClientCapabilities => ({
            ...fakeGeth,
            slotDuration: { minMs: client.minMs, multipleOfMs: client.multipleOfMs },
            slotsPerEpoch: { min: client.minSlots, max: client.maxSlots },
            defaults: {
              slotDurationMs: client.slotDurationMs,
              slotsPerEpoch: Math.min(Math.max(client.slotsPerEpoch, client.minSlots), client.maxSlots),
            },
          }),
        )
        const timing = resolveTiming({}, clients)
        const chain = { ...planChain({}, [fakeGeth]), ...timing }
        expect(clients.map((client) => findChainProblem(chain, client))).toEqual(clients.map(() => undefined))
        const wanted = Math.max(...clients.map((client) => client.defaults.slotDurationMs))
        expect(timing.slotDurationMs).toBeGreaterThanOrEqual(wanted)
      }),
    )
  })
})

test('late blocks are reorged only where the slots are long enough for every client', () => {
  const reorgs = (slotDurationMs: number, clients: ClientCapabilities[]) =>
    planChain({ slotDurationMs }, clients).lateBlockReorgs
  expect(reorgs(2000, [fakePrysm, fakeGeth])).toBe(false)
  expect(reorgs(3000, [fakePrysm, fakeGeth])).toBe(true)
  expect(reorgs(2000, [fakeEmbedded, fakePrysm, fakeGeth])).toBe(false)
  expect(reorgs(1000, [fakeEmbedded, fakeGeth])).toBe(true)
})

describe('what a client cannot run is refused in its name', () => {
  test.each([
    ['a slot that is too short', { slotDurationMs: 1000 }, 'slotDurationMs', 'a multiple of 1000 from 2000'],
    [
      'a slot of no whole seconds',
      { slotDurationMs: 2500 },
      'slotDurationMs',
      'a multiple of 1000 from 2000',
    ],
    ['an epoch that is too short', { slotsPerEpoch: 3 }, 'slotsPerEpoch', 'an integer from 4 to 32'],
    ['an epoch that is too long', { slotsPerEpoch: 33 }, 'slotsPerEpoch', 'an integer from 4 to 32'],
    ['a preset it lacks', { preset: 'minimal' }, 'preset', 'mainnet'],
  ] as const)('%s', (_, options, field, allowed) => {
    const error = refusal(() => planChain(options, [fakePrysm, fakeGeth]))
    expect(error.code).toBe('option-unsupported')
    expect(error.field).toBe(field)
    expect(error.shortMessage).toContain('fake-prysm')
    expect(error.facts).toMatchObject({ given: Object.values(options)[0], allowed })
  })

  test('a fork it does not know, at any epoch', () => {
    const error = refusal(() => planChain({ forks: { fulu: 100 } }, [fakeEmbedded, fakeOldClient, fakeGeth]))
    expect(error.field).toBe('forks.fulu')
    expect(error.message).toContain('fake-old-client cannot run fulu')
    expect(error.facts).toMatchObject({ given: 100, allowed: 'the forks deneb, electra' })
  })

  test('but not a fork that never is active', () => {
    const onlyFulu: ClientCapabilities = { ...fakeEmbedded, forks: ['fulu'] }
    expect(planChain({ forks: { fulu: 0 } }, [onlyFulu]).forks).toEqual({ deneb: 0, electra: 0, fulu: 0 })
    expect(refusal(() => planChain({ forks: { fulu: 1 } }, [onlyFulu])).field).toBe('forks.electra')
  })

  test('a preset that the clients do not share', () => {
    const onlyMinimal: ClientCapabilities = { ...fakeEmbedded, name: 'fake-minimal', presets: ['minimal'] }
    const error = refusal(() => planChain({}, [fakePrysm, onlyMinimal]))
    expect(error.field).toBe('preset')
    expect(error.message).toContain('fake-prysm runs mainnet.')
    expect(error.message).toContain('fake-minimal runs minimal.')
  })

  test('proposer lookaheads of two different lengths', () => {
    const other: ClientCapabilities = { ...fakePrysm, name: 'fake-other', proposerLookaheadLength: 32 }
    const error = refusal(() => planChain({ forks: { fulu: 0 } }, [fakePrysm, other]))
    expect(error.field).toBe('forks.fulu')
    expect(error.message).toContain('fake-other keeps 32 proposers')
  })
})

test('the asked for is taken as it is', () => {
  const options = {
    chainId: 42,
    preset: 'mainnet',
    slotDurationMs: 1500,
    slotsPerEpoch: 6,
    epochsPerSyncCommitteePeriod: 3,
    forks: { electra: 0, fulu: 2 },
    genesisTime: 1_800_000_000,
  } as const
  expect(planChain(options, [fakeEmbedded])).toEqual({
    ...options,
    forks: { deneb: 0, electra: 0, fulu: 2 },
    minSeedLookahead: 1,
    lateBlockReorgs: true,
  })
})
