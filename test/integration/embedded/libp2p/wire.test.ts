import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RequestError } from '../../../../src/embedded/links/errors.ts'
import { messageId, messageIdPrefix } from '../../../../src/embedded/links/message-id.ts'
import type { ResponseChunk, Verdict } from '../../../../src/embedded/links/wire.ts'
import { ListenError } from '../../../../src/embedded/listen-error.ts'
import { RawPeer } from './support/raw-peer.ts'
import {
  blocksByRange,
  status,
  type TestIdentity,
  type TestWire,
  TestWires,
  topic,
} from './support/test-wires.ts'
import { until } from './support/until.ts'

let wires: TestWires

beforeEach(() => {
  wires = new TestWires()
})

afterEach(() => wires[Symbol.asyncDispose]())

interface Line {
  readonly identities: readonly TestIdentity[]
  readonly nodes: readonly TestWire[]
  /** @throws for a node that is not there */
  readonly node: (i: number) => TestWire
  /** Listens for a node once more. */
  readonly restart: (i: number) => Promise<TestWire>
}

/** Nodes in a line, each with links to those before and behind it, not on line yet. */
async function line(count: number): Promise<Line> {
  const identities: TestIdentity[] = []
  for (let i = 0; i < count; i++) identities.push(await wires.identity())
  const listen = (self: TestIdentity) => {
    const at = identities.indexOf(self)
    const neighbours = identities.filter((_, i) => Math.abs(i - at) === 1)
    return wires.listen(
      self,
      neighbours.map(({ peer }) => peer),
    )
  }
  const nodes = await Promise.all(identities.map(listen))
  return {
    identities,
    nodes,
    node: (i) => get(nodes, i),
    restart: (i) => listen(get(identities, i)),
  }
}

function get<Item>(items: readonly Item[], i: number): Item {
  const item = items[i]
  if (item === undefined) throw new RangeError(`There is no number ${i}.`)
  return item
}

async function untilPeers(node: TestWire, count: number): Promise<void> {
  await until(`${count} peers are connected`, () => node.wire.peers.length === count, {
    seen: () => ({ peers: node.wire.peers, events: node.events }),
  })
}

/** Opens all nodes, the accepting ones unless told otherwise, and waits until gossip can go both ways. */
async function openAll({ nodes }: Line, verdicts: Readonly<Record<number, Verdict>> = {}): Promise<void> {
  for (const [i, node] of nodes.entries()) node.open({ onGossip: () => verdicts[i] ?? 'accept' })
  for (const [i, node] of nodes.entries()) {
    const neighbours = [nodes[i - 1], nodes[i + 1]].filter((other) => other !== undefined)
    await untilPeers(node, neighbours.length)
    for (const { wire } of neighbours) await untilHeard(node, wire.peerId)
  }
}

let probes = 0

/** Sends probes until one has come over that link. */
async function untilHeard(node: TestWire, from: string): Promise<void> {
  const sender = node.wire.peers.find(({ peerId }) => peerId === from)
  expect(sender).toBeDefined()
  const has = () => node.messages.some((received) => received.from === from)
  const source = [...allNodes].find(({ wire }) => wire.peerId === from)
  await until('a probe arrives', () => {
    if (!has()) source?.wire.publish(topic, Buffer.from(`probe ${probes++}`))
    return has()
  })
}

let allNodes: readonly TestWire[] = []

async function openLine(count: number, verdicts: Readonly<Record<number, Verdict>> = {}): Promise<Line> {
  const all = await line(count)
  allNodes = all.nodes
  await openAll(all, verdicts)
  return all
}

async function collect(chunks: AsyncIterable<ResponseChunk>): Promise<ResponseChunk[]> {
  const all: ResponseChunk[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function received(node: TestWire, text: string) {
  return node.messages.filter(({ message }) => Buffer.from(message.data).toString() === text)
}

test('two nodes connect once, whoever dials', async () => {
  const { node } = await line(2)
  const [a, b] = [node(0), node(1)]
  a.open()
  b.open()
  await untilPeers(a, 1)
  await untilPeers(b, 1)
  expect(a.wire.peers.map(({ peerId }) => peerId)).toEqual([b.wire.peerId])
  expect([a, b].map(({ wire }) => wire.peers[0]?.direction).toSorted()).toEqual(['inbound', 'outbound'])
  expect(a.connections).toEqual([`+${b.wire.peerId}`])
  expect(b.connections).toEqual([`+${a.wire.peerId}`])
})

test('two nodes that dial each other at once are connected once', async () => {
  const { node } = await line(2)
  const [a, b] = [node(0), node(1)]
  a.open()
  b.open()
  // Past the moment's precedence that one of them has.
  wires.clock.skip(400)
  await untilPeers(a, 1)
  await untilPeers(b, 1)
  // A request tells that the connection is the one that both have chosen.
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    expect(await collect(from.wire.request(to.wire.peerId, status, new Uint8Array(84), 1))).toHaveLength(1)
  }
  expect(a.connections).toEqual([`+${b.wire.peerId}`])
  expect(b.connections).toEqual([`+${a.wire.peerId}`])
})

test('a peer is dialled until it is there', async () => {
  const [self, late] = [await wires.identity(), await wires.identity()]
  const node = await wires.listen(self, [late.peer])
  node.open()
  const failures = () => node.events.flatMap((event) => (event.kind === 'dial-failed' ? event.failures : []))
  await until('two dials have failed', () => failures().length === 2, { seen: failures })
  expect(failures()).toEqual([1, 2])
  wires.use(await RawPeer.listen(late))
  await untilPeers(node, 1)
  expect(node.wire.peers).toEqual([{ peerId: late.peer.peerId, direction: 'outbound' }])
})

test('a taken port is told of', async () => {
  const { restart } = await line(1)
  await expect(restart(0)).rejects.toThrow(ListenError)
})

test('what is accepted goes along a line, once', async () => {
  const { node } = await openLine(3)
  node(0).wire.publish(topic, Buffer.from('hello'))
  await until('it arrives', () => received(node(2), 'hello').length > 0)
  const id = messageId(messageIdPrefix(topic), Buffer.from('hello'))
  expect(received(node(1), 'hello')).toMatchObject([{ from: node(0).wire.peerId, message: { topic, id } }])
  expect(received(node(2), 'hello')).toMatchObject([{ from: node(1).wire.peerId, message: { topic, id } }])
  expect(received(node(0), 'hello')).toEqual([])
})

test.each(['reject', 'ignore'] as const)('what a node answers with %s stays there', async (verdict) => {
  const { nodes, node } = await line(3)
  allNodes = nodes
  const judge = ({ data }: { data: Uint8Array }) =>
    Buffer.from(data).toString() === 'bad' ? verdict : 'accept'
  for (const [i, one] of nodes.entries()) one.open(i === 1 ? { onGossip: judge } : {})
  await untilPeers(node(1), 2)
  await untilPeers(node(0), 1)
  await untilPeers(node(2), 1)
  await untilHeard(node(1), node(0).wire.peerId)
  await untilHeard(node(2), node(1).wire.peerId)
  node(0).wire.publish(topic, Buffer.from('bad'))
  // What comes after it on the same way tells that it would have come.
  node(0).wire.publish(topic, Buffer.from('good'))
  await until('the good one arrives', () => received(node(2), 'good').length > 0)
  expect(received(node(1), 'bad')).toHaveLength(1)
  expect(received(node(2), 'bad')).toEqual([])
})

test('gossip reaches only who subscribes', async () => {
  const { node } = await openLine(2)
  const [a, b] = [node(0), node(1)]
  const other = topic.replace('beacon_block', 'voluntary_exit')
  a.wire.publish(other, Buffer.from('nobody'))
  b.wire.subscribe(other)
  await until('the subscription is known', () => {
    a.wire.publish(other, Buffer.from(`somebody ${probes++}`))
    return b.messages.some(({ message }) => message.topic === other)
  })
  expect(received(b, 'nobody')).toEqual([])
})

test('a request of many chunks is answered whole', async () => {
  const { node } = await line(2)
  const [a, b] = [node(0), node(1)]
  const chunks: ResponseChunk[] = Array.from({ length: 64 }, (_, i) => ({
    code: 'success',
    context: Uint8Array.of(1, 2, 3, i),
    data: new Uint8Array(100_000).map((_, at) => (at * 31 + i) >>> 2),
  }))
  a.open()
  const asked: [string, string, string][] = []
  b.open({
    onRequest: (protocol, request, from) => {
      asked.push([protocol, Buffer.from(request).toString('hex'), from])
      return chunks
    },
  })
  await untilPeers(a, 1)
  const request = new Uint8Array(24).fill(9)
  const answer = await collect(a.wire.request(b.wire.peerId, blocksByRange, request, 64))
  expect(answer.map(({ context, data }) => [...context, digest(data)])).toEqual(
    chunks.map(({ context, data }) => [...context, digest(data)]),
  )
  expect(asked).toEqual([[blocksByRange, '09'.repeat(24), a.wire.peerId]])
})

test('an error of the answering node is told to who asks', async () => {
  const { node } = await line(2)
  const [a, b] = [node(0), node(1)]
  a.open()
  b.open({
    onRequest: () => [
      { code: 'invalid-request', context: new Uint8Array(0), data: Buffer.from('no such range') },
    ],
  })
  await untilPeers(a, 1)
  const [chunk] = await collect(a.wire.request(b.wire.peerId, blocksByRange, new Uint8Array(24), 8))
  expect(chunk).toMatchObject({ code: 'invalid-request' })
  expect(Buffer.from(chunk?.data ?? []).toString()).toBe('no such range')
})

test('what is not offered is not supported', async () => {
  const { node } = await openLine(2)
  const [a, b] = [node(0), node(1)]
  await collect(a.wire.request(b.wire.peerId, status, new Uint8Array(84), 1))
  const newer = status.replace('/1/', '/2/')
  const asking = collect(a.wire.request(b.wire.peerId, newer, new Uint8Array(92), 1))
  await expect(asking).rejects.toThrow(expect.objectContaining({ reason: 'not-supported' }))
  b.wire.offer([newer])
  const answers = async () => {
    try {
      return (await collect(a.wire.request(b.wire.peerId, newer, new Uint8Array(92), 1))).length
    } catch (error) {
      if (error instanceof RequestError) return 0
      throw error
    }
  }
  let count = 0
  while (count === 0) count = await answers()
  expect(count).toBe(1)
})

test('an answer that is cut off by the end of the connection fails', async () => {
  const { node } = await line(2)
  const [a, b] = [node(0), node(1)]
  a.open()
  b.open({
    async *onRequest() {
      yield { code: 'success', context: new Uint8Array(4), data: new Uint8Array(1000) }
      await new Promise(() => {})
    },
  })
  await untilPeers(a, 1)
  const answer = a.wire.request(b.wire.peerId, blocksByRange, new Uint8Array(24), 8)
  expect((await answer.next()).value).toMatchObject({ code: 'success' })
  const failure = expect(answer.next()).rejects.toThrow(expect.objectContaining({ reason: 'disconnected' }))
  await b.wire[Symbol.asyncDispose]()
  await failure
  await until('the loss is noticed', () => a.connections.at(-1) === `-${b.wire.peerId}`)
})

test('a peer that is back is found again', async () => {
  const { node, restart } = await openLine(2)
  const [a, b] = [node(0), node(1)]
  await b.wire[Symbol.asyncDispose]()
  await until('the loss is noticed', () => a.wire.peers.length === 0)
  await until('a dial has failed', () => a.events.some(({ kind }) => kind === 'dial-failed'))
  const again = await restart(1)
  again.open()
  await untilPeers(a, 1)
  await untilPeers(again, 1)
  allNodes = [a, again]
  await untilHeard(again, a.wire.peerId)
  expect(await collect(a.wire.request(b.wire.peerId, status, new Uint8Array(84), 1))).toHaveLength(1)
})

test('a node that is closed is gone, and can be opened again', async () => {
  const { node } = await openLine(2)
  const [a, b] = [node(0), node(1)]
  b.wire.close()
  await until('the loss is noticed', () => a.wire.peers.length === 0)
  expect(b.wire.peers).toEqual([])
  const asking = collect(b.wire.request(a.wire.peerId, status, new Uint8Array(84), 1))
  await expect(asking).rejects.toThrow(expect.objectContaining({ reason: 'not-connected' }))
  b.open()
  await untilPeers(a, 1)
  await untilPeers(b, 1)
  await untilHeard(b, a.wire.peerId)
})

test('peers come and go as they are declared', async () => {
  const { node, identities } = await openLine(2)
  const [a, b] = [node(0), node(1)]
  const self = await wires.identity()
  const late = await wires.listen(self, [get(identities, 0).peer])
  late.open()
  a.wire.addPeer(self.peer)
  await untilPeers(a, 2)
  a.wire.removePeer(b.wire.peerId)
  await until('it is gone', () => a.connections.at(-1) === `-${b.wire.peerId}`)
  expect(a.wire.peers.map(({ peerId }) => peerId)).toEqual([self.peer.peerId])
})
