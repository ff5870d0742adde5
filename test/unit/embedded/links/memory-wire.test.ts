import { expect, test } from 'vitest'
import { LinkError } from '../../../../src/embedded/links/errors.ts'
import { restMs } from '../../../../src/embedded/links/mesh.ts'
import { peerId, testNetwork, topic } from './support.ts'

const ring = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const

test('both ends are told of a connection, the dialler first: the node that was added first', () => {
  const network = testNetwork(3, ring)
  expect(network.connections).toEqual([
    '0 connects 1 outbound',
    '1 connects 0 inbound',
    '1 connects 2 outbound',
    '2 connects 1 inbound',
    '0 connects 2 outbound',
    '2 connects 0 inbound',
  ])
  expect(network.wires[1]?.peers).toEqual([
    { peerId: peerId(0), direction: 'inbound' },
    { peerId: peerId(2), direction: 'outbound' },
  ])
})

test('a node that stops leaves its peers, and comes back when it starts again', async () => {
  const network = testNetwork(3, ring)
  network.connections.length = 0
  network.publish(0, 'lost')
  network.wires[0]?.close()
  expect(network.connections).toEqual(['1 loses 0', '2 loses 0'])
  expect(network.wires[0]?.peers).toEqual([])
  expect(network.wires[1]?.peers).toEqual([{ peerId: peerId(2), direction: 'outbound' }])
  network.publish(0, 'while it is off line')
  await network.clock.advanceTo(100)
  expect(network.received).toEqual([])
  network.wires[0]?.close()
  network.open(0)
  expect(network.connections.slice(2)).toEqual([
    '0 connects 1 outbound',
    '1 connects 0 inbound',
    '0 connects 2 outbound',
    '2 connects 0 inbound',
  ])
  network.publish(1, 'hello')
  await network.clock.advanceTo(200)
  expect(network.received.filter(({ node }) => node === 0).map(({ text }) => text)).toEqual(['hello'])
  expect(() => network.open(0)).toThrow(LinkError)
})

test('a cut link disconnects its ends, and heals', () => {
  const network = testNetwork(3, ring)
  network.connections.length = 0
  const link = network.links.mesh.link(peerId(1), peerId(0))
  link.setUp(false)
  link.setUp(false)
  expect(network.connections).toEqual(['0 loses 1', '1 loses 0'])
  network.wires[0]?.close()
  network.open(0)
  expect(network.wires[0]?.peers.map((peer) => peer.peerId)).toEqual([peerId(2)])
  network.connections.length = 0
  link.setUp(true)
  expect(network.connections).toEqual(['0 connects 1 outbound', '1 connects 0 inbound'])
})

test('who hangs up stays disconnected, unless one of the two opens again', () => {
  const network = testNetwork(3, ring)
  network.connections.length = 0
  network.wires[1]?.disconnect(peerId(0))
  network.wires[1]?.disconnect(peerId(0))
  network.wires[1]?.disconnect('nobody')
  expect(network.connections).toEqual(['0 loses 1', '1 loses 0'])
  network.wires[2]?.close()
  network.open(2)
  expect(network.wires[1]?.peers.map((peer) => peer.peerId)).toEqual([peerId(2)])
  network.wires[0]?.close()
  network.open(0)
  expect(network.wires[1]?.peers.map((peer) => peer.peerId)).toEqual([peerId(2), peerId(0)])
})

test('who hangs up takes its peer back after a rest', async () => {
  const network = testNetwork(2, [[0, 1]])
  network.wires[1]?.disconnect(peerId(0))
  await network.clock.advanceTo(restMs - 1)
  expect(network.wires[1]?.peers).toEqual([])
  await network.clock.advanceTo(restMs)
  expect(network.wires[1]?.peers.map((peer) => peer.peerId)).toEqual([peerId(0)])
})

test('a rest that a cut has ended does not connect what is cut', async () => {
  const network = testNetwork(2, [[0, 1]])
  network.wires[1]?.disconnect(peerId(0))
  network.links.mesh.link(peerId(0), peerId(1)).setUp(false)
  await network.clock.advanceTo(2 * restMs)
  expect(network.wires[1]?.peers).toEqual([])
})

test('a peer that is hung up on by its dialler at once never hears of it', () => {
  const network = testNetwork(2, [[0, 1]], { isClosed: true })
  network.open(0, { onConnect: (peer) => network.wires[0]?.disconnect(peer) })
  network.open(1)
  expect(network.connections).toEqual(['0 loses 1'])
  expect(network.wires[1]?.peers).toEqual([])
})

test('what a handler throws on a connection is told, and changes nothing', () => {
  const network = testNetwork(2, [[0, 1]], { isClosed: true })
  const fail = () => {
    throw new Error('no')
  }
  network.open(0, { onConnect: fail, onDisconnect: fail })
  network.open(1)
  expect(network.connections).toEqual(['1 connects 0 inbound'])
  network.wires[1]?.disconnect(peerId(0))
  expect(network.errors).toEqual([
    { peerId: peerId(0), error: new Error('no') },
    { peerId: peerId(0), error: new Error('no') },
  ])
})

test('the seed decides the delays of links, each by its ends alone', () => {
  const delays = (edges: readonly (readonly [number, number])[], seed: number) => {
    const { links } = testNetwork(8, edges, { seed })
    return new Map([...links.mesh.links].map(({ ends, quality }) => [ends.join(), quality.delayMs]))
  }
  const edges = Array.from({ length: 7 }, (_, node): [number, number] => [node, node + 1])
  const all = delays(edges, 1)
  expect([...all.values()].every((delayMs) => delayMs >= 2 && delayMs <= 12)).toBe(true)
  expect(delays(edges, 1)).toEqual(all)
  expect(delays(edges, 2)).not.toEqual(all)
  const some = delays(edges.slice(3).reverse(), 1)
  for (const [ends, delayMs] of some) expect(delayMs).toBe(all.get(ends))
})

test('nodes and links that cannot be are refused', () => {
  const { links, wires } = testNetwork(2, [[0, 1]])
  expect(() => links.mesh.addNode(peerId(0))).toThrow(LinkError)
  expect(() => links.mesh.addLink(peerId(1), peerId(0))).toThrow(LinkError)
  expect(() => links.mesh.addLink(peerId(1), peerId(1))).toThrow(LinkError)
  expect(() => links.mesh.addLink(peerId(0), 'nobody')).toThrow(LinkError)
  expect(() => links.wire('nobody')).toThrow(LinkError)
  const link = links.mesh.link(peerId(0), peerId(1))
  for (const bad of [
    { delayMs: 0 },
    { delayMs: 1.5 },
    { jitterMs: -1 },
    { loss: 1.1 },
    { loss: Number.NaN },
  ]) {
    expect(() => link.setQuality(bad)).toThrow(LinkError)
  }
  for (let number = 0; number < 511; number++) wires[0]?.subscribe(`${topic}/${number}`)
  expect(() => wires[0]?.subscribe('one too many')).toThrow(LinkError)
})
