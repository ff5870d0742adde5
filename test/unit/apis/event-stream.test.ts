import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBeaconEvent } from '../../../src/apis/beacon-events.ts'
import { parseEvents } from '../../../src/apis/event-stream.ts'
import { splitLines } from '../../../src/split-lines.ts'
import { allOf } from '../support/all-of.ts'

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]) {
  let start = 0
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(start, start + size)
    start += size
  }
}

function parse(text: string, sizes: readonly number[] = []) {
  return allOf(parseEvents(splitLines(chunksOf(Buffer.from(text), sizes)), 'GET /events'))
}

describe('an event stream', () => {
  it('is put together in whatever pieces it arrives', async () => {
    const text =
      ':\n\nevent: head\ndata: {"slot":"1"}\n\nevent: block\r\ndata:{"é":"ü"}\r\n\r\n:keep-alive\n\ndata: a\ndata: b\n\n'
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 })), async (sizes) => {
        expect(await parse(text, sizes)).toEqual([
          { event: 'head', data: '{"slot":"1"}' },
          { event: 'block', data: '{"é":"ü"}' },
          { event: 'message', data: 'a\nb' },
        ])
      }),
    )
  })

  it('leaves out an event that its end has torn', async () => {
    expect(await parse('event: head\ndata: {"slot":"1"}\n')).toEqual([])
    expect(await parse('event: head\ndata: {"slo')).toEqual([])
  })

  it('refuses an event without end', async () => {
    await expect(parse(`data: ${'x'.repeat(5 * 1024 * 1024)}`)).rejects.toThrow('longer than')
    await expect(parse(`data: ${'x'.repeat(1024)}\n`.repeat(5 * 1024))).rejects.toThrow('longer than')
  })
})

describe('an event of a beacon node', () => {
  const [a, b] = [`0x${'ab'.repeat(32)}`, `0x${'cd'.repeat(32)}`]

  it.each([
    ['block', { slot: '5', block: a, execution_optimistic: false }, { topic: 'block', slot: 5, root: a }],
    ['head', { slot: '5', block: a, state: b }, { topic: 'head', slot: 5, root: a }],
    [
      'chain_reorg',
      { slot: '5', depth: '2', old_head_block: a, new_head_block: b },
      { topic: 'chain_reorg', depth: 2, oldHead: a },
    ],
    [
      'finalized_checkpoint',
      { block: a, state: b, epoch: '3' },
      { topic: 'finalized_checkpoint', epoch: 3, root: a },
    ],
  ])('of %s is read', (event, data, expected) => {
    expect(parseBeaconEvent({ event, data: JSON.stringify(data) })).toEqual(expected)
  })

  it('is left out when it is not as the standard says', () => {
    expect(parseBeaconEvent({ event: 'head', data: '{"slot":"five","block":"0x"}' })).toBeUndefined()
    expect(parseBeaconEvent({ event: 'head', data: 'nonsense' })).toBeUndefined()
    expect(parseBeaconEvent({ event: 'attestation', data: '{}' })).toBeUndefined()
  })
})
