import { afterEach, beforeEach, expect, test } from 'vitest'
import { joinWires } from '../../../../src/embedded/links/joined-wire.ts'
import { LinkNetwork } from '../../../../src/embedded/links/link-network.ts'
import type { GossipMessage, ResponseChunk, Verdict, Wire } from '../../../../src/embedded/links/wire.ts'
import { status, type TestWire, TestWires, topic } from './support/test-wires.ts'
import { until } from './support/until.ts'

let wires: TestWires

beforeEach(() => {
  wires = new TestWires()
})

afterEach(() => wires[Symbol.asyncDispose]())

interface Joined {
  /** Linked in memory with `inside`, by a socket with `outside`. */
  readonly node: Wire
  readonly inside: Wire
  readonly insideMessages: GossipMessage[]
  readonly outside: TestWire
  /** What the node was asked to judge. */
  readonly judged: string[]
}

const answer = (name: string): ResponseChunk[] => [
  { code: 'success', context: new Uint8Array(0), data: Buffer.from(name) },
]

async function open(judge: (text: string) => Verdict | Promise<Verdict> = () => 'accept'): Promise<Joined> {
  const [self, other] = [await wires.identity(), await wires.identity()]
  const socket = await wires.listen(self, [other.peer])
  const outside = await wires.listen(other, [self.peer])
  const onError = (_: string, error: unknown) => wires.errors.push(error)
  const links = new LinkNetwork({ clock: wires.clock, seed: 1, seenTtlMs: 10_000, onError })
  for (const id of [self.peer.peerId, 'inside']) links.mesh.addNode(id)
  links.mesh.addLink(self.peer.peerId, 'inside')
  const inside = links.wire('inside')
  const insideMessages: GossipMessage[] = []
  inside.subscribe(topic)
  inside.open({
    onGossip: (message) => {
      insideMessages.push(message)
      return 'accept'
    },
    onRequest: () => answer('inside'),
    onConnect: () => {},
    onDisconnect: () => {},
  })
  const judged: string[] = []
  const node = joinWires([links.wire(self.peer.peerId), socket.wire])
  node.subscribe(topic)
  node.offer([status])
  node.open({
    onGossip: ({ data }) => {
      const text = Buffer.from(data).toString()
      judged.push(text)
      return judge(text)
    },
    onRequest: () => answer('node'),
    onConnect: () => {},
    onDisconnect: () => {},
  })
  outside.open({ onRequest: () => answer('outside') })
  await until('both neighbours are there', () => node.peers.length === 2)
  const joined = { node, inside, insideMessages, outside, judged }
  await untilGossipGoes(joined)
  return joined
}

async function untilGossipGoes({ node, outside, insideMessages }: Joined): Promise<void> {
  let probes = 0
  await until('gossip goes out', () => {
    node.publish(topic, Buffer.from(`probe ${probes++}`))
    return outside.messages.length > 0
  })
  await until('gossip comes in', () => {
    outside.wire.publish(topic, Buffer.from(`probe ${probes++}`))
    return insideMessages.some(({ data }) =>
      outside.messages.every(({ message }) => text(message) !== text({ data })),
    )
  })
}

const text = ({ data }: Pick<GossipMessage, 'data'>) => Buffer.from(data).toString()

const texts = (messages: readonly Pick<GossipMessage, 'data'>[]) => messages.map(text)

test('gossip crosses from either wire to the other, once', async () => {
  const { inside, insideMessages, outside, judged } = await open()
  inside.publish(topic, Buffer.from('from inside'))
  outside.wire.publish(topic, Buffer.from('from outside'))
  const outsideTexts = () => texts(outside.messages.map(({ message }) => message))
  await until(
    'both have crossed',
    () => outsideTexts().includes('from inside') && texts(insideMessages).includes('from outside'),
  )
  // What comes after them tells that nothing more of them is to come.
  inside.publish(topic, Buffer.from('last'))
  await until('the last has crossed', () => outsideTexts().includes('last'))
  const count = (all: readonly string[], one: string) => all.filter((other) => other === one).length
  expect(count(judged, 'from inside')).toBe(1)
  expect(count(judged, 'from outside')).toBe(1)
  expect(count(outsideTexts(), 'from inside')).toBe(1)
  expect(count(outsideTexts(), 'from outside')).toBe(0)
  expect(count(texts(insideMessages), 'from outside')).toBe(1)
})

test('what is not accepted does not cross', async () => {
  const { inside, insideMessages, outside } = await open((message) =>
    message.startsWith('bad') ? 'reject' : 'accept',
  )
  inside.publish(topic, Buffer.from('bad from inside'))
  outside.wire.publish(topic, Buffer.from('bad from outside'))
  inside.publish(topic, Buffer.from('good from inside'))
  outside.wire.publish(topic, Buffer.from('good from outside'))
  const outsideTexts = () => texts(outside.messages.map(({ message }) => message))
  await until(
    'the good ones have crossed',
    () => outsideTexts().includes('good from inside') && texts(insideMessages).includes('good from outside'),
  )
  expect(outsideTexts()).not.toContain('bad from inside')
  expect(texts(insideMessages)).not.toContain('bad from outside')
})

test('a message that comes over both is judged once', async () => {
  let settle = (_: Verdict): void => {}
  const verdict = new Promise<Verdict>((resolve) => (settle = resolve))
  const { inside, outside, judged, insideMessages } = await open((message) =>
    message === 'twice' ? verdict : 'accept',
  )
  inside.publish(topic, Buffer.from('twice'))
  await until('it is being judged', () => judged.includes('twice'))
  outside.wire.publish(topic, Buffer.from('twice'))
  outside.wire.publish(topic, Buffer.from('after'))
  await until('what follows it has come', () => texts(insideMessages).includes('after'))
  settle('accept')
  expect(judged.filter((message) => message === 'twice')).toHaveLength(1)
})

test('a request goes over the wire that has the peer', async () => {
  const { node, inside, outside } = await open()
  const ask = async (peer: string) => {
    const chunks: string[] = []
    for await (const chunk of node.request(peer, status, new Uint8Array(84), 1)) chunks.push(text(chunk))
    return chunks
  }
  expect(await ask(inside.peerId)).toEqual(['inside'])
  expect(await ask(outside.wire.peerId)).toEqual(['outside'])
  await expect(ask('nobody')).rejects.toThrow(expect.objectContaining({ reason: 'not-connected' }))
})

test('one wire needs no joining', () => {
  expect(() => joinWires([])).toThrow('A node needs a wire.')
})
