import { afterEach, beforeEach, expect, test } from 'vitest'
import { RequestError } from '../../../../src/embedded/links/errors.ts'
import { encodeChunk, encodeRequest, encodeVarint } from '../../../../src/embedded/links/libp2p/payload.ts'
import { protocolRules } from '../../../../src/embedded/links/libp2p/protocol-rules.ts'
import { compressBlock } from '../../../../src/embedded/links/libp2p/snappy-block.ts'
import type { PeerFault } from '../../../../src/embedded/links/libp2p/wire-event.ts'
import type { WireHandlers } from '../../../../src/embedded/links/wire.ts'
import { meshsub, RawPeer } from './support/raw-peer.ts'
import { blocksByRange, status, type TestWire, TestWires, topic } from './support/test-wires.ts'
import { until } from './support/until.ts'

let wires: TestWires
let node: TestWire
let honest: TestWire
let bad: RawPeer

/** A node with two neighbours: one that keeps to the rules, and one that a test does with as it likes. */
beforeEach(async () => {
  wires = new TestWires()
  const [a, b, c] = [await wires.identity(), await wires.identity(), await wires.identity()]
  bad = wires.use(await RawPeer.listen(c))
  node = await wires.listen(a, [b.peer, c.peer])
  honest = await wires.listen(b, [a.peer])
})

afterEach(() => wires[Symbol.asyncDispose]())

const statusRequest = encodeRequest(new Uint8Array(84), protocolRules(status))
const block = encodeChunk({ code: 'success', context: new Uint8Array(4), data: new Uint8Array(1000).fill(3) })

/** Connects all of them. The bad peer begins well, unless it does not even introduce itself. */
async function goOnline(
  handlers: Partial<WireHandlers> = {},
  { isIntroduced = true }: { isIntroduced?: boolean } = {},
): Promise<void> {
  const askers: string[] = []
  node.open({
    ...handlers,
    onRequest: (protocol, request, from) => {
      askers.push(from)
      const answer = { code: 'success' as const, context: new Uint8Array(0), data: Uint8Array.of(1) }
      return handlers.onRequest?.(protocol, request, from) ?? [answer]
    },
  })
  honest.open()
  const seen = () => ({ peers: node.wire.peers, events: node.events })
  await until('both neighbours are connected', () => node.wire.peers.length === 2, { seen })
  await until('they know it', () => honest.wire.peers.length === 1 && bad.node.getConnections().length === 1)
  await ask(honest, node)
  if (!isIntroduced) return
  await bad.send(node.peer, status, statusRequest, true)
  await until('the bad peer has introduced itself', () => askers.includes(bad.node.peerId.toString()))
}

/** The bad peer is named and gone, and the honest one is served as before. */
async function expectDropped(fault: PeerFault): Promise<void> {
  const peerId = bad.node.peerId.toString()
  const isNamed = () =>
    node.events.some(
      (event) => event.kind === 'peer-dropped' && event.peerId === peerId && event.fault === fault,
    )
  await until(`the peer is dropped for ${fault}`, isNamed, { seen: () => node.events })
  expect(node.wire.peers.map((peer) => peer.peerId)).toEqual([honest.wire.peerId])
  expect(node.connections.at(-1)).toBe(`-${peerId}`)
  await until('the connection ends', () => bad.node.getConnections().length === 0)
  expect(await ask(honest, node)).toEqual([1])
  expect(await ask(node, honest)).toEqual([1])
}

async function ask(from: TestWire, to: TestWire): Promise<number[]> {
  const answers: number[] = []
  for await (const { data } of from.wire.request(to.wire.peerId, status, new Uint8Array(84), 1)) {
    answers.push(...data)
  }
  return answers
}

/** What comes of asking the bad peer for blocks. */
async function failureOfAsking(maxChunks = 2): Promise<string | number> {
  let chunks = 0
  try {
    const peerId = bad.node.peerId.toString()
    for await (const _ of node.wire.request(peerId, blocksByRange, new Uint8Array(24), maxChunks)) chunks++
    return chunks
  } catch (error) {
    if (error instanceof RequestError) return error.reason
    throw error
  }
}

test('a request that cannot be decoded', async () => {
  await goOnline()
  await bad.send(node.peer, status, Uint8Array.of(84, 0xff, 6, 0, 0, 1, 2, 3, 4, 5, 6), true)
  await expectDropped('garbage')
})

test('a request that is cut off', async () => {
  await goOnline()
  await bad.send(node.peer, status, statusRequest.subarray(0, 20), true)
  await expectDropped('garbage')
})

test('a request that announces more than its protocol has', async () => {
  await goOnline()
  await bad.send(node.peer, status, encodeVarint(2 ** 40))
  await expectDropped('oversized')
})

test('a request that stops half-way', async () => {
  let asked = 0
  await goOnline({
    onRequest: () => {
      asked++
      return [{ code: 'success', context: new Uint8Array(0), data: Uint8Array.of(1) }]
    },
  })
  await bad.send(node.peer, status, statusRequest.subarray(0, 20))
  const before = asked
  // What comes later on the same connection tells that this has come as far as it ever will.
  await bad.send(node.peer, status, statusRequest, true)
  await until('the whole request is answered', () => asked > before)
  wires.clock.skip(10_000)
  await expectDropped('stalled')
})

test('more requests at once than are answered', async () => {
  await goOnline()
  const unfinished = statusRequest.subarray(0, 20)
  const all = Array.from({ length: 30 }, () => bad.send(node.peer, status, unfinished))
  // Those that come after the connection has ended fail.
  await Promise.all([Promise.allSettled(all), expectDropped('too-many-requests')])
})

test('requests without end, one after the other', async () => {
  await goOnline()
  const budget = 100
  for (let i = 0; i < 10 * budget && node.wire.peers.length === 2; i++) {
    await bad.send(node.peer, status, statusRequest, true).catch(() => {})
    // As if no time passed, however slow the machine is.
    wires.clock.standStill()
  }
  await expectDropped('too-many-requests')
})

test('requests whose answers it does not read', async () => {
  const chunks = Array.from({ length: 400 }, () => ({
    code: 'success' as const,
    context: new Uint8Array(4),
    data: new Uint8Array(100_000).map((_, i) => (i * 7919) >>> 3),
  }))
  let sent = 0
  await goOnline({
    *onRequest(protocol) {
      if (protocol === status) yield { code: 'success', context: new Uint8Array(0), data: Uint8Array.of(1) }
      else
        for (const chunk of chunks) {
          sent++
          yield chunk
        }
    },
  })
  const request = encodeRequest(new Uint8Array(24), protocolRules(blocksByRange))
  const stream = await bad.send(node.peer, blocksByRange, request, true)
  stream.pause()
  let before = -1
  await until('no more is sent', () => {
    const isSame = sent === before && sent > 0
    before = sent
    return isSame
  })
  expect(sent).toBeLessThan(chunks.length)
  wires.clock.skip(10_000)
  await expectDropped('stalled')
})

test('an answer that cannot be decoded', async () => {
  await bad.answer(blocksByRange, Buffer.concat([block, new Uint8Array(40).fill(255)]))
  await goOnline()
  expect(await failureOfAsking()).toBe('malformed')
  await expectDropped('garbage')
})

test('an answer that announces more than a block may have', async () => {
  await bad.answer(blocksByRange, Buffer.concat([new Uint8Array(5), encodeVarint(2 ** 31)]))
  await goOnline()
  expect(await failureOfAsking()).toBe('chunk-too-large')
  await expectDropped('oversized')
})

test('an answer of more chunks than were asked for', async () => {
  await bad.answer(blocksByRange, Buffer.concat([block, block, block]))
  await goOnline()
  expect(await failureOfAsking()).toBe(2)
  await expectDropped('too-many-chunks')
})

test('an answer that stops half-way', async () => {
  const peerId = bad.node.peerId.toString()
  await bad.answer(blocksByRange, Buffer.concat([block, block.subarray(0, 30)]), false)
  await goOnline()
  const answer = node.wire.request(peerId, blocksByRange, new Uint8Array(24), 2)
  expect((await answer.next()).value).toMatchObject({ code: 'success' })
  const failure = answer.next()
  wires.clock.skip(10_000)
  await expect(failure).rejects.toThrow(expect.objectContaining({ reason: 'timeout' }))
  await expectDropped('stalled')
})

test('a peer that does not speak the protocols is called again', async () => {
  await goOnline({}, { isIntroduced: false })
  expect(await failureOfAsking()).toBe('not-supported')
  const peerId = bad.node.peerId.toString()
  await until(
    'it has been connected twice',
    () => node.connections.filter((text) => text === `+${peerId}`).length === 2,
  )
  expect(await ask(honest, node)).toEqual([1])
})

test('a peer that does not introduce itself', async () => {
  await goOnline({}, { isIntroduced: false })
  wires.clock.skip(6_000)
  const peerId = bad.node.peerId.toString()
  await until('it is let go', () => node.connections.includes(`-${peerId}`), { seen: () => node.events })
  expect(node.events).toContainEqual(
    expect.objectContaining({ kind: 'peer-dropped', peerId, fault: 'silent' }),
  )
})

test('gossip that is no message of gossipsub', async () => {
  await goOnline()
  await bad.send(node.peer, meshsub, Uint8Array.of(3, 0xff, 0xff, 0xff))
  await expectDropped('garbage')
})

test('gossip that is too large', async () => {
  await goOnline()
  await bad.send(node.peer, meshsub, encodeVarint(2 ** 30))
  await expectDropped('oversized')
})

test('gossip whose data cannot be unpacked', async () => {
  await goOnline()
  await bad.send(node.peer, meshsub, gossip(Uint8Array.of(200, 1, 2, 3)))
  await expectDropped('garbage')
  expect(node.messages).toEqual([])
})

test('gossip that is against the rules, again and again', async () => {
  await goOnline({ onGossip: () => 'reject' })
  const messages = Array.from({ length: 30 }, (_, i) => gossip(compressBlock(Uint8Array.of(i))))
  await bad.send(node.peer, meshsub, Buffer.concat(messages))
  await expectDropped('invalid-gossip')
  expect(honest.messages).toEqual([])
})

test('strangers are refused', async () => {
  await goOnline()
  const stranger = wires.use(await RawPeer.listen(await wires.identity()))
  const connection = await stranger.dial(node.peer).catch(() => undefined)
  await until('it is told of', () => node.events.length > 0)
  expect(node.events).toEqual([
    {
      kind: 'connection-refused',
      peerId: stranger.node.peerId.toString(),
      reason: 'it is not a declared peer',
    },
  ])
  await until('the connection ends', () => connection === undefined || connection.status !== 'open')
  expect(node.wire.peers).toHaveLength(2)
})

/** `RPC { publish: [Message { data, topic }] }` of gossipsub, with its length. */
function gossip(data: Uint8Array): Uint8Array {
  const message = Buffer.concat([field(2, data), field(4, Buffer.from(topic))])
  const rpc = field(2, message)
  return Buffer.concat([encodeVarint(rpc.length), rpc])
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of((number << 3) | 2), encodeVarint(bytes.length), bytes])
}
