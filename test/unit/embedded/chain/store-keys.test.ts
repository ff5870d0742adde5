import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StateHolders } from '../../../../src/embedded/chain/state-holders.ts'
import { decodePlaces, encodePlaces, keys, parseNodeKey } from '../../../../src/embedded/chain/store-keys.ts'

const root = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
const slot = fc.nat(Number.MAX_SAFE_INTEGER)
const name = fc.stringMatching(/^[a-z0-9-]{1,40}$/)

test('places are read back as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ slot, root })), (places) => {
      expect(decodePlaces(encodePlaces(places))).toEqual(places)
    }),
  )
  expect(() => decodePlaces(new Uint8Array(41))).toThrow(RangeError)
})

test('segments of the chain are in the order of their slots', () => {
  fc.assert(
    fc.property(name, slot, slot, (node, one, two) => {
      expect(keys.finalized(node, one) < keys.finalized(node, two)).toBe(one < two)
    }),
  )
})

test('a node’s keys are between its bounds, and no other node’s are', () => {
  fc.assert(
    fc.property(name, name, slot, root, (one, two, at, block) => {
      fc.pre(one !== two)
      const isWithin = (key: string) => key >= keys.node(one) && key <= keys.endOf(keys.node(one))
      for (const of of [one, two]) {
        const all = [keys.anchor(of), keys.unfinalized(of, block), keys.finalized(of, at)]
        expect(all.map(isWithin)).toEqual(all.map(() => of === one))
        expect(all.map((key) => parseNodeKey(key).name)).toEqual(all.map(() => of))
      }
    }),
  )
})

test('a state is written by the first who holds it, and goes with the last', () => {
  const move = fc.record({
    node: fc.constantFrom('a', 'b', 'c'),
    state: fc.constantFrom('1', '2', '3', undefined),
  })
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const holders = new StateHolders()
      const held = new Map<string, string>()
      const kept = new Set<string>()
      for (const { node, state } of moves) {
        if (state === undefined) {
          const released = holders.release(node)
          held.delete(node)
          if (released !== undefined) kept.delete(released)
        } else {
          const { isNew, released } = holders.hold(node, state)
          held.set(node, state)
          if (isNew) kept.add(state)
          if (released !== undefined) kept.delete(released)
        }
        expect([...kept].sort()).toEqual([...new Set(held.values())].sort())
      }
    }),
  )
})
