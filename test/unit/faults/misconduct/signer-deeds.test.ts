import { describe, expect, test } from 'vitest'
import type { Deed } from '../../../../src/embedded/validator/deed.ts'
import { FaultError } from '../../../../src/faults/errors.ts'
import { signRequestSchema } from '../../../../src/faults/misbehaviour/sign-request.ts'
import { SignerDeeds } from '../../../../src/faults/misbehaviour/signer-deeds.ts'
import { SlotClock } from '../../../../src/network/slot-clock.ts'

const signingRoot = `0x${'5a'.repeat(32)}`

/** Slots of 1 s from 0 on; time goes by as it is waited for. */
function deedsAt(nowMs: number) {
  const time = {
    nowMs,
    pollsPerSlot: 1,
    until: async (timeMs: number) => {
      time.nowMs = Math.max(time.nowMs, timeMs)
    },
  }
  const clock = new SlotClock({ genesisTime: 0, slotDurationMs: 1000, slotsPerEpoch: 8 }, time)
  return { deeds: new SignerDeeds(clock), time }
}

function order(deed: Deed) {
  return { deed, validatorIndices: [1, 2], fromSlot: 5, untilSlot: 8 }
}

const block = (slot: number) => ({ type: 'BLOCK_V2', signingRoot, slot })
const vote = (slot: number) => ({ type: 'ATTESTATION', signingRoot, slot })

describe('a signer', () => {
  test('refuses everything to those that are offline, for as long as they are', async () => {
    const { deeds } = deedsAt(5_000)
    deeds.set('one', order({ kind: 'offline' }))
    expect(await deeds.allow(1, vote(5))).toBe(false)
    expect(await deeds.allow(1, { type: 'RANDAO_REVEAL', signingRoot, slot: undefined })).toBe(false)
    expect(await deeds.allow(3, vote(5))).toBe(true)
    expect([await deeds.allow(1, vote(4)), await deeds.allow(1, vote(8))]).toEqual([true, true])
    deeds.set('one', undefined)
    expect(await deeds.allow(1, vote(5))).toBe(true)
  })

  test.each(['empty-slot', 'withheld-block'] as const)(
    '%s: refuses blocks and nothing else',
    async (kind) => {
      const { deeds } = deedsAt(5_000)
      deeds.set('one', order({ kind }))
      expect([await deeds.allow(2, block(5)), await deeds.allow(2, vote(5))]).toEqual([false, true])
    },
  )

  test('signs a late block so long after the start of its slot', async () => {
    const { deeds, time } = deedsAt(6_010)
    deeds.set('one', order({ kind: 'late-block', byMs: 700 }))
    expect(await deeds.allow(1, vote(6))).toBe(true)
    expect(time.nowMs).toBe(6_010)
    expect(await deeds.allow(1, block(6))).toBe(true)
    expect(time.nowMs).toBe(6_700)
  })

  test.each<Deed>([
    { kind: 'equivocating-block' },
    { kind: 'double-vote' },
    { kind: 'surround-vote' },
    { kind: 'wrong-head' },
    { kind: 'withheld-block', untilSlot: 9 },
  ])('cannot do %j, and says so', (deed) => {
    expect(() => deedsAt(0).deeds.set('one', order(deed))).toThrow(FaultError)
  })
})

describe('a request to sign', () => {
  test('tells the slot of a block and of an attestation, by number or text', () => {
    const header = {
      type: 'BLOCK_V2',
      signingRoot,
      beacon_block: { version: 'ELECTRA', block_header: { slot: '17' } },
    }
    expect(signRequestSchema.parse(header)).toEqual({ type: 'BLOCK_V2', signingRoot, slot: 17 })
    const attestation = { type: 'ATTESTATION', signing_root: signingRoot, attestation: { slot: 18 } }
    expect(signRequestSchema.parse(attestation)).toMatchObject({ signingRoot, slot: 18 })
  })

  test.each([
    undefined,
    { type: 'BLOCK_V2' },
    { type: 'BLOCK_V2', signingRoot: '0x12' },
    { type: 'ATTESTATION', signingRoot, attestation: { slot: '-1' } },
  ])('%j is none', (body) => {
    expect(signRequestSchema.safeParse(body).success).toBe(false)
  })
})
