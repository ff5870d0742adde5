import { expect, test } from 'vitest'
import { ExecutionApi } from '../../../../src/apis/execution-api.ts'
import { VirtualClock } from '../../../../src/embedded/clock/virtual-clock.ts'
import { hexToBytes } from '../../../../src/embedded/execution/bytes.ts'
import type { SharedExecution } from '../../../../src/embedded/execution/chain/shared-execution.ts'
import type { ExecutionNode } from '../../../../src/embedded/execution/execution-node.ts'
import type { NodeDescription } from '../../../../src/embedded/execution/rpc/node-methods.ts'
import { startHttpServer } from '../../../../src/embedded/execution/server/http-server.ts'
import { ExecutionLinks } from '../../../../src/embedded/links/execution-links.ts'
import { devp2pIdentity } from '../../../../src/plan/identity.ts'
import {
  accounts,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
} from '../execution/support/chain.ts'

interface TestNetwork {
  readonly clock: VirtualClock
  readonly links: ExecutionLinks
  readonly shared: SharedExecution
  readonly nodes: readonly ExecutionNode[]
  readonly errors: unknown[]
}

function nodeId(node: number): string {
  return devp2pIdentity(1, node).nodeId
}

/** Nodes with links, all off line. */
function testNetwork(count: number, edges: readonly (readonly [number, number])[]): TestNetwork {
  const errors: unknown[] = []
  const clock = new VirtualClock({ startMs: 0, onError: (error) => errors.push(error) })
  const links = new ExecutionLinks({ clock, seed: 1, onError: (_, error) => errors.push(error) })
  const shared = sharedExecution()
  const nodes = Array.from({ length: count }, (_, node) => {
    links.mesh.addNode(nodeId(node))
    return testNode(shared)
  })
  for (const [a, b] of edges) links.mesh.addLink(nodeId(a), nodeId(b))
  return { clock, links, shared, nodes, errors }
}

function nodeOf({ nodes }: TestNetwork, index: number): ExecutionNode {
  const node = nodes[index]
  if (node === undefined) throw new RangeError(`There is no node ${index}.`)
  return node
}

function open(network: TestNetwork, ...indices: number[]): void {
  for (const index of indices) network.links.open(nodeId(index), nodeOf(network, index))
}

async function sendTransaction(network: TestNetwork, index: number, nonce: number): Promise<string> {
  const raw = await signTransaction(accounts[0], { nonce, to: accounts[1].address, value: 1n })
  return (await nodeOf(network, index).sendRawTransaction(hexToBytes(raw))).hash
}

function hashes({ pool }: ExecutionNode): string[] {
  return [...pool.all()].map(({ hash }) => hash)
}

test('a transaction goes from neighbour to neighbour, but not beyond a cut', async () => {
  const network = testNetwork(4, [
    [0, 1],
    [1, 2],
    [0, 2],
    [2, 3],
  ])
  open(network, 0, 1, 2, 3)
  const first = await sendTransaction(network, 0, 0)
  await network.clock.advanceTo(100)
  expect(network.nodes.map(hashes)).toEqual([[first], [first], [first], [first]])
  network.links.mesh.link(nodeId(2), nodeId(3)).setUp(false)
  const second = await sendTransaction(network, 1, 1)
  await network.clock.advanceTo(200)
  expect(network.nodes.map(hashes)).toEqual([[first, second], [first, second], [first, second], [first]])
  network.links.mesh.link(nodeId(2), nodeId(3)).setUp(true)
  await network.clock.advanceTo(300)
  expect(hashes(nodeOf(network, 3))).toEqual([first, second])
  expect(network.errors).toEqual([])
})

test('a node that comes gets what waits in the pools, in a usable order', async () => {
  const network = testNetwork(2, [[0, 1]])
  open(network, 0)
  const sent = [await sendTransaction(network, 0, 0), await sendTransaction(network, 0, 1)]
  open(network, 1)
  await network.clock.advanceTo(100)
  expect(hashes(nodeOf(network, 1))).toEqual(sent)
  network.links.close(nodeId(1))
  await sendTransaction(network, 0, 2)
  await sendTransaction(network, 1, 5)
  await network.clock.advanceTo(200)
  expect([...nodeOf(network, 0).pool.all()].length).toBe(3)
  expect([...nodeOf(network, 1).pool.all()].length).toBe(3)
})

test('each node judges a transaction itself', async () => {
  const network = testNetwork(2, [[0, 1]])
  open(network, 0, 1)
  await produceTransfer(nodeOf(network, 1))
  const sent = await sendTransaction(network, 0, 0)
  await network.clock.advanceTo(100)
  expect(hashes(nodeOf(network, 0))).toEqual([sent])
  expect(hashes(nodeOf(network, 1))).toEqual([])
  expect(network.errors).toEqual([])
})

/** A block with the first account's transaction of nonce 0. */
async function produceTransfer(node: ExecutionNode): Promise<void> {
  const raw = await signTransaction(accounts[0], { nonce: 0, to: accounts[2].address, value: 2n })
  await node.sendRawTransaction(hexToBytes(raw))
  await produce(node)
}

async function produceMany(node: ExecutionNode, count: number): Promise<void> {
  for (let number = 0; number < count; number++) await produce(node)
}

test('blocks that a node misses are fetched from who has them, further back than one answer reaches', async () => {
  const network = testNetwork(3, [
    [0, 1],
    [0, 2],
  ])
  open(network, 0, 1, 2)
  await produceMany(nodeOf(network, 2), 150)
  const { head } = nodeOf(network, 2).chain
  const late = nodeOf(network, 0)
  expect((await makeHead(late, head.record)).payloadStatus.status).toBe('SYNCING')
  await network.clock.advanceTo(1_000)
  expect(late.chain.record(head.record.hash)?.number).toBe(150)
  expect((await makeHead(late, head.record)).payloadStatus.status).toBe('VALID')
  expect(nodeOf(network, 1).chain.record(head.record.hash)).toBeUndefined()
  expect(network.errors).toEqual([])
})

test('a block that waits for its parent is taken in when that has come', async () => {
  const network = testNetwork(2, [[0, 1]])
  open(network, 0, 1)
  await produceMany(nodeOf(network, 1), 3)
  const { record } = nodeOf(network, 1).chain.head
  const late = nodeOf(network, 0)
  expect((await late.importBlock(record.block)).status).toBe('SYNCING')
  await network.clock.advanceTo(1_000)
  expect(late.chain.record(record.hash)).toBeDefined()
  expect(late.waitingCount).toBe(0)
})

test('a block that nobody has is given up, and asked for again when it is still missing', async () => {
  const network = testNetwork(2, [[0, 1]])
  open(network, 0, 1)
  const [late, other] = [nodeOf(network, 0), nodeOf(network, 1)]
  const elsewhere = testNode(network.shared)
  const record = await produce(elsewhere)
  await makeHead(late, record)
  await network.clock.advanceTo(1_000)
  expect(late.chain.record(record.hash)).toBeUndefined()
  await other.importBlock(record.block)
  await makeHead(late, record)
  await network.clock.advanceTo(2_000)
  expect(late.chain.record(record.hash)).toBeDefined()
})

test('a neighbour that is paused, or goes, is passed over', async () => {
  const network = testNetwork(4, [
    [0, 1],
    [0, 2],
    [0, 3],
  ])
  open(network, 0, 1, 2, 3)
  await produceMany(nodeOf(network, 3), 2)
  const { record } = nodeOf(network, 3).chain.head
  network.links.mesh.pause(nodeId(1))
  network.clock.at(10_001, () => network.links.close(nodeId(2)))
  await makeHead(nodeOf(network, 0), record)
  await network.clock.advanceTo(9_999)
  expect(nodeOf(network, 0).chain.record(record.hash)).toBeUndefined()
  await network.clock.advanceTo(20_100)
  expect(nodeOf(network, 0).chain.record(record.hash)).toBeDefined()
})

test('a node off line fetches nothing', async () => {
  const network = testNetwork(2, [[0, 1]])
  open(network, 0, 1)
  const record = await produce(nodeOf(network, 1))
  await makeHead(nodeOf(network, 0), record)
  network.links.close(nodeId(0))
  await network.clock.advanceTo(20_000)
  expect(nodeOf(network, 0).chain.record(record.hash)).toBeUndefined()
})

test('the RPC tells of the node and its peers as they are at the moment', async () => {
  const network = testNetwork(3, [
    [0, 1],
    [0, 2],
  ])
  open(network, 1, 2)
  const node = nodeOf(network, 0)
  const { enode, list } = network.links.open(nodeId(0), node)
  const description: NodeDescription = { clientVersion: 'test', id: nodeId(0), enode, peers: list }
  await using server = await startHttpServer({
    node,
    description,
    onDefect: (error) => network.errors.push(error),
  })
  const api = new ExecutionApi(server.url)
  expect(await api.connectedPeers()).toEqual([nodeId(1).slice(2), nodeId(2).slice(2)])
  network.links.mesh.link(nodeId(0), nodeId(1)).setUp(false)
  expect(await api.connectedPeers()).toEqual([nodeId(2).slice(2)])
  network.links.removeNode(nodeId(2))
  expect(await api.connectedPeers()).toEqual([])
  expect(network.errors).toEqual([])
})
