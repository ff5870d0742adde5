import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HistoryDigest } from '../../../../src/embedded/host/history-digest.ts'

type Event = readonly [timeMs: number, node: string, ...words: (string | number)[]]

function digestOf(events: readonly Event[]): string {
  const digest = new HistoryDigest()
  for (const event of events) digest.add(...event)
  return digest.get()
}

test('a digest is the SHA-256 of the history as lines', () => {
  const text = '1700000000000 node-0 block 0xab 3\n1700000001000 node-1 head 0xab\n'
  expect(
    digestOf([
      [1_700_000_000_000, 'node-0', 'block', '0xab', 3],
      [1_700_000_001_000, 'node-1', 'head', '0xab'],
    ]),
  ).toBe(createHash('sha256').update(text).digest('hex'))
})

test('a history goes on after its digest was asked for', () => {
  const [asked, unasked] = [new HistoryDigest(), new HistoryDigest()]
  const before = asked.get()
  expect(asked.get()).toBe(before)
  for (const digest of [asked, unasked]) digest.add(1, 'node-0', 'head', '0xab')
  expect(asked.get()).not.toBe(before)
  expect(asked.get()).toBe(unasked.get())
})

test('histories have one digest if and only if they are the same, in the same order', () => {
  // Few values, so that equal and nearly equal histories are drawn often.
  const word = fc.constantFrom('block', 'head', '0xa', '0xb', 1, 2)
  const event = fc
    .tuple(fc.nat(2), fc.constantFrom('node-0', 'node-1'), fc.array(word, { minLength: 1, maxLength: 2 }))
    .map(([timeMs, node, words]): Event => [timeMs, node, ...words])
  const history = fc.array(event, { maxLength: 3 })
  fc.assert(
    fc.property(history, fc.oneof(history, fc.constant(undefined)), fc.nat(), (one, drawn, seed) => {
      // Else the same events, turned round.
      const turned = [...one.slice(seed % (one.length + 1)), ...one.slice(0, seed % (one.length + 1))]
      const other = drawn ?? turned
      const areSame = JSON.stringify(one) === JSON.stringify(other)
      expect(digestOf(one) === digestOf(other)).toBe(areSame)
    }),
    { numRuns: 300 },
  )
})
