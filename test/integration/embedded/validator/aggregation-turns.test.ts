import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

/** Sync subcommittees of 128 seats, so that their proofs draw lots as well. */
activatePreset(testManifest({ preset: 'mainnet' }).chain)
const { committeeTurns, subcommitteeTurns } = await import(
  '../../../../src/embedded/validator/aggregation-turns.ts'
)

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
  test('where everyone is selected, the turn is that of the first that the node has', () => {
    const property = fc.property(committeeArbitrary, (committee) => {
      fc.pre(committee.committeeLength < 32)
      const turns = committeeTurns(dutiesOf(committee))
      const first = Math.min(...committee.positions)
      expect(turns).toEqual([
        {
          committeeIndex: 3,
          validatorIndex: 1000 + first,
          committeeLength: committee.committeeLength,
          moment: Math.sqrt(first / committee.committeeLength),
        },
      ])
    })
    fc.assert(property)
  })

  test('where proofs draw lots, each member has its turn, in the order of the committee', () => {
    const property = fc.property(committeeArbitrary, (committee) => {
      fc.pre(committee.committeeLength >= 32)
      const turns = committeeTurns(dutiesOf(committee))
      const inOrder = committee.positions.toSorted((a, b) => a - b)
      expect(turns.map(({ validatorIndex }) => validatorIndex)).toEqual(inOrder.map((place) => 1000 + place))
      expect(turns.every(({ moment }) => moment >= 0 && moment < 1)).toBe(true)
    })
    fc.assert(property)
  })

  test('of all nodes of a committee one goes at once, and each later one at a later moment', () => {
    const moments = [2, 0, 3, 1].map((position) => {
      const [turn] = committeeTurns(dutiesOf({ committeeLength: 4, positions: [position] }))
      return turn?.moment
    })
    expect(moments).toEqual([Math.sqrt(2 / 4), 0, Math.sqrt(3 / 4), Math.sqrt(1 / 4)])
  })

  test('each committee has turns of its own', () => {
    const [duty] = dutiesOf({ committeeLength: 4, positions: [1] })
    if (duty === undefined) throw new TypeError('no duty')
    const others = [{ ...duty, committeeIndex: 0 }, duty, { ...duty, committeeIndex: 1, validatorIndex: 7 }]
    const turns = committeeTurns(others)
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

  test('each member of the node has one turn in each that it sits in, at its first seat', () => {
    const property = fc.property(fc.nat(1000), seatsArbitrary, (slot, members) => {
      const duties = members.map((seats, validatorIndex) => ({
        pubkey: new Uint8Array(48),
        validatorIndex,
        validatorSyncCommitteeIndices: seats,
      }))
      const expected = members.flatMap((seats, validatorIndex) =>
        [0, 1, 2, 3].flatMap((subcommitteeIndex) => {
          const places = seats
            .filter((seat) => Math.floor(seat / 128) === subcommitteeIndex)
            .map((seat) => (seat + slot) % 128)
          if (places.length === 0) return []
          return [{ moment: Math.sqrt(Math.min(...places) / 128), validatorIndex, subcommitteeIndex }]
        }),
      )
      const turns = subcommitteeTurns(slot, duties)
      expect(turns).toHaveLength(expected.length)
      expect(turns).toEqual(expect.arrayContaining(expected))
      expect(turns.map(({ moment }) => moment)).toEqual(expected.map(({ moment }) => moment).toSorted())
    })
    fc.assert(property)
  })
})
