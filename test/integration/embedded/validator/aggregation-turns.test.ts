import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

/** Sync subcommittees of 128 seats, so that their proofs draw lots as well. */
activatePreset(testManifest({ preset: 'mainnet' }).chain)
const { committeeTurns, subcommitteeTurns } = await import(
  '../../../../src/embedded/validator/aggregation-turns.ts'
)

/** A proof that stands for a signature. */
function proofOf(...parts: number[]): Uint8Array {
  const digest = createHash('sha512').update(parts.join()).digest()
  return Uint8Array.from([...digest, ...digest.subarray(0, 32)])
}

/** `bytes_to_uint64(hash(proof)[0:8]) % modulo == 0`. */
function isSelected(proof: Uint8Array, modulo: number): boolean {
  return createHash('sha256').update(proof).digest().readBigUInt64LE() % BigInt(modulo) === 0n
}

/** Members of one committee that a node holds: position and validator alike. */
const committeeArbitrary = fc
  .integer({ min: 1, max: 100 })
  .chain((committeeLength) =>
    fc
      .uniqueArray(fc.nat(committeeLength - 1), { minLength: 1 })
      .map((positions) => ({ committeeLength, positions })),
  )

function dutiesOf({ committeeLength, positions }: { committeeLength: number; positions: number[] }) {
  const common = {
    pubkey: new Uint8Array(48),
    slot: 5,
    committeeIndex: 3,
    committeesAtSlot: 4,
    committeeLength,
  }
  return positions.map((position) => ({
    ...common,
    validatorIndex: 1000 + position,
    validatorCommitteeIndex: position,
  }))
}

describe('committees', () => {
  test('the turn is that of the first of the node that the specification selects', () => {
    const property = fc.property(committeeArbitrary, (committee) => {
      const turns = committeeTurns(dutiesOf(committee), (index) => proofOf(index))
      const modulo = Math.max(1, Math.floor(committee.committeeLength / 16))
      const selected = committee.positions.filter((position) => isSelected(proofOf(1000 + position), modulo))
      const first = Math.min(...selected)
      expect(turns.map(({ validatorIndex }) => validatorIndex)).toEqual(
        selected.length === 0 ? [] : [1000 + first],
      )
      for (const { committeeIndex, moment, selectionProof } of turns) {
        expect(committeeIndex).toBe(3)
        expect(moment).toBeGreaterThanOrEqual(0)
        expect(moment).toBeLessThan(1)
        if (selectionProof !== undefined) expect(selectionProof).toEqual(proofOf(1000 + first))
      }
    })
    fc.assert(property)
  })

  test('all proofs are made where they draw lots, and none where everyone is selected', () => {
    const property = fc.property(committeeArbitrary, (committee) => {
      const proved: number[] = []
      committeeTurns(dutiesOf(committee), (index) => {
        proved.push(index)
        return proofOf(index)
      })
      const isLottery = Math.floor(committee.committeeLength / 16) > 1
      expect(proved.length).toBe(isLottery ? committee.positions.length : 0)
    })
    fc.assert(property)
  })

  test('of all nodes of a committee one goes at once, and each later one at a later moment', () => {
    const moments = [2, 0, 3, 1].map((position) => {
      const [turn] = committeeTurns(dutiesOf({ committeeLength: 4, positions: [position] }), () => proofOf())
      return turn?.moment
    })
    expect(moments).toEqual([Math.sqrt(2 / 4), 0, Math.sqrt(3 / 4), Math.sqrt(1 / 4)])
  })

  test('one turn for each committee', () => {
    const [duty] = dutiesOf({ committeeLength: 4, positions: [1] })
    if (duty === undefined) throw new TypeError('no duty')
    const others = [{ ...duty, committeeIndex: 0 }, duty, { ...duty, committeeIndex: 1, validatorIndex: 7 }]
    const turns = committeeTurns(others, () => proofOf())
    expect(turns.map(({ committeeIndex, validatorIndex }) => [committeeIndex, validatorIndex])).toEqual([
      [0, 1001],
      [3, 1001],
      [1, 7],
    ])
  })
})

describe('sync subcommittees', () => {
  const seatsArbitrary = fc.array(fc.uniqueArray(fc.nat(511), { minLength: 1, maxLength: 20 }), {
    maxLength: 10,
  })

  test('for each that the node has a selected member in, the turn is that of the first of them', () => {
    const property = fc.property(fc.nat(1000), seatsArbitrary, (slot, members) => {
      const duties = members.map((seats, validatorIndex) => ({
        pubkey: new Uint8Array(48),
        validatorIndex,
        validatorSyncCommitteeIndices: seats,
      }))
      const turns = subcommitteeTurns(slot, duties, proofOf)
      const expected = [0, 1, 2, 3].flatMap((subcommittee) => {
        const candidates = members.flatMap((seats, index) => {
          const places = seats
            .filter((seat) => Math.floor(seat / 128) === subcommittee)
            .map((seat) => (seat + slot) % 128)
          const isAggregator = isSelected(proofOf(index, subcommittee), 8)
          return places.length > 0 && isAggregator ? [{ index, place: Math.min(...places) }] : []
        })
        const [first] = candidates.toSorted((a, b) => a.place - b.place)
        return first === undefined ? [] : [[subcommittee, first.index]]
      })
      expect(
        turns.map(({ subcommitteeIndex, validatorIndex }) => [subcommitteeIndex, validatorIndex]),
      ).toEqual(expected)
    })
    fc.assert(property)
  })
})
