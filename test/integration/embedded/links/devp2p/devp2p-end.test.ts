import { describe, expect, test } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import { ListenError } from '../../../../../src/embedded/listen-error.ts'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import { rawBlobTransaction } from '../../execution/support/blobs.ts'
import {
  accounts,
  atGenesis,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
} from '../../execution/support/chain.ts'
import { connectedPair, identity, listen } from './support/ends.ts'
import { until } from './support/until.ts'

/** A node that shares nothing with others, as if of another process. */
const strangers = (forks: (typeof atGenesis)[keyof typeof atGenesis] = atGenesis.prague) =>
  testNode(sharedExecution(forks))

async function transfer(nonce: number, data: Hex = '0x') {
  const to = accounts[1].address
  const gas = 21_000n + BigInt(data.length) * 40n
  return hexToBytes(await signTransaction(accounts[0], { nonce, to, value: 1n, data, gas }))
}

describe('two ends', () => {
  test("are each other's peer, once", async () => {
    const [a, b] = await connectedPair(strangers(), strangers())
    expect(a.end.peers).toEqual([
      {
        id: b.peer.nodeId,
        name: 'test/2',
        enode: `enode://${b.peer.nodeId.slice(2)}@127.0.0.1:${b.end.port}`,
      },
    ])
    expect(b.end.peers.map(({ id }) => id)).toEqual([identity(1).nodeId])
    expect(a.end.nodeId).toBe(identity(1).nodeId)
    expect([...a.errors, ...b.errors]).toEqual([])
  })

  test('pass on transactions both ways, small and large', async () => {
    const [a, b] = await connectedPair(strangers(), strangers())
    const small = await a.node.sendRawTransaction(await transfer(0))
    const large = await a.node.sendRawTransaction(await transfer(1, `0x${'ff'.repeat(10_000)}`))
    await until(
      'b has both',
      () => b.node.pool.get(large.hash) !== undefined && b.node.pool.get(small.hash) !== undefined,
      [a, b],
    )
    const back = await b.node.sendRawTransaction(await transfer(2))
    await until('a has it', () => a.node.pool.get(back.hash) !== undefined, [a, b])
    expect(a.node.pool.size).toBe(3)
  })

  test.each(['prague', 'osaka'] as const)(
    'pass on blob transactions with their blobs, in %s',
    async (fork) => {
      const [a, b] = await connectedPair(strangers(atGenesis[fork]), strangers(atGenesis[fork]))
      const sidecar = fork === 'osaka' ? 'cell proofs' : 'blob proofs'
      const { hash } = await a.node.sendRawTransaction(rawBlobTransaction({ sidecar }))
      await until('b has it', () => b.node.pool.get(hash) !== undefined, [a, b])
      const built = await b.node.build(b.node.chain.head, {
        timestamp: Number(b.node.chain.head.record.block.header.timestamp) + 2,
        prevRandao: new Uint8Array(32),
        feeRecipient: new Uint8Array(20),
        withdrawals: [],
        parentBeaconBlockRoot: new Uint8Array(32),
      })
      expect(built.blobTransactions).toHaveLength(1)
      expect(built.blobTransactions[0]?.blobs).toHaveLength(1)
    },
  )

  test('one that comes later gets what waits in the pool', async () => {
    const early = strangers()
    const hashes: Hex[] = []
    for (let nonce = 0; nonce < 40; nonce++) {
      hashes.push((await early.sendRawTransaction(await transfer(nonce))).hash)
    }
    const [a, b] = await connectedPair(early, strangers())
    await until('b has all', () => hashes.every((hash) => b.node.pool.get(hash) !== undefined), [a, b])
  })

  test('a transaction goes on over a node in the middle', async () => {
    const middle = await listen(strangers(), 3)
    const left = await listen(strangers(), 1, { peers: [middle.peer] })
    const right = await listen(strangers(), 2, { peers: [middle.peer] })
    middle.end.addPeer(left.peer)
    middle.end.addPeer(right.peer)
    await until('all are connected', () => middle.end.peers.length === 2, [left, middle, right])
    const { hash } = await left.node.sendRawTransaction(await transfer(0))
    await until('it is at the other end', () => right.node.pool.get(hash) !== undefined, [
      left,
      middle,
      right,
    ])
  })
})

describe('blocks that a node misses', () => {
  test('are fetched with all their ancestors, more than one answer has', async () => {
    const full = strangers()
    for (let nonce = 0; nonce < 3; nonce++) await full.sendRawTransaction(await transfer(nonce))
    for (let count = 0; count < 200; count++) await produce(full)
    const [a, b] = await connectedPair(full, strangers())
    const head = a.node.chain.head.record
    expect(head.number).toBe(200)
    expect(a.node.chain.canonical(1)?.transactionHashes).toHaveLength(3)
    expect((await makeHead(b.node, head)).payloadStatus.status).toBe('SYNCING')
    await until('b has the head', () => b.node.chain.record(head.hash) !== undefined, [a, b])
    expect((await makeHead(b.node, head)).payloadStatus.status).toBe('VALID')
    expect(b.node.chain.canonical(1)?.receipts).toHaveLength(3)
  }, 60_000)

  test('of a branch that nobody follows, too', async () => {
    const full = strangers()
    const parent = await produce(full)
    const side = await full.build(full.chain.executed(parent.hash) ?? full.chain.head, {
      timestamp: Number(parent.block.header.timestamp) + 20,
      prevRandao: new Uint8Array(32).fill(9),
      feeRecipient: new Uint8Array(20),
      withdrawals: [],
      parentBeaconBlockRoot: new Uint8Array(32),
    })
    await full.importBlock(side.executed.record.block)
    await produce(full)
    const [a, b] = await connectedPair(full, strangers())
    await makeHead(b.node, side.executed.record)
    await until('b has it', () => b.node.chain.record(side.executed.record.hash) !== undefined, [a, b])
  })

  test('that nobody has are given up', async () => {
    const [a, b] = await connectedPair(strangers(), strangers())
    const hash: Hex = `0x${'77'.repeat(32)}`
    await makeHead(b.node, { hash })
    const { hash: sent } = await a.node.sendRawTransaction(await transfer(0))
    await until('they still talk', () => b.node.pool.get(sent) !== undefined, [a, b])
    expect(b.node.chain.record(hash)).toBeUndefined()
  })
})

describe('connections', () => {
  test('come back after the other end was gone', async () => {
    const [a, b] = await connectedPair(strangers(), strangers())
    await a.end[Symbol.asyncDispose]()
    await until('b has seen it', () => b.end.peers.length === 0, [b])
    const again = await listen(strangers(), 1, { port: a.end.port, peers: [b.peer] })
    await until('they are connected', () => b.end.peers.length === 1 && again.end.peers.length === 1, [
      again,
      b,
    ])
    expect(b.events.map(({ kind }) => kind)).toContain('peer-gone')
  })

  test('of a paused end are lost, and come back when it goes on', async () => {
    const [a, b] = await connectedPair(strangers(), strangers())
    a.end.pause()
    await until('b has seen it', () => b.end.peers.length === 0, [a, b])
    await until('b is not let in', () => b.events.some(({ kind }) => kind === 'dial-failed'), [a, b])
    expect(a.end.peers).toEqual([])
    a.end.resume()
    await until('they are connected', () => a.end.peers.length === 1 && b.end.peers.length === 1, [a, b])
  })

  test('of a removed peer end, and are refused from then on', async () => {
    const [a, b] = await connectedPair(strangers(), strangers())
    a.end.removePeer(b.peer.nodeId)
    await until('both have seen it', () => a.end.peers.length === 0 && b.end.peers.length === 0, [a, b])
    await until('b was refused', () => a.events.some(({ kind }) => kind === 'connection-refused'), [a, b])
    expect(a.end.peers).toEqual([])
  })

  test('of nodes that nobody has declared are refused', async () => {
    const a = await listen(strangers(), 1)
    const b = await listen(strangers(), 2, { peers: [a.peer] })
    await until('it was refused', () => a.events.length > 0, [a, b])
    expect(a.events[0]).toEqual({
      kind: 'connection-refused',
      nodeId: identity(2).nodeId,
      reason: 'it is not a declared peer',
    })
    await until('it was told why', () => b.events.length > 0, [a, b])
    expect(b.events[0]).toMatchObject({ kind: 'peer-gone', reason: expect.stringMatching(/useless peer/) })
  })

  test('to another chain are refused by name', async () => {
    const a = await listen(strangers(atGenesis.prague), 1)
    const b = await listen(strangers(atGenesis.cancun), 2, { peers: [a.peer] })
    a.end.addPeer(b.peer)
    await until(
      'somebody is dropped',
      () => [...a.events, ...b.events].some(({ kind }) => kind === 'peer-dropped'),
      [a, b],
    )
    const dropped = [...a.events, ...b.events].find(({ kind }) => kind === 'peer-dropped')
    expect(dropped).toMatchObject({ fault: 'other-chain', detail: expect.stringMatching(/genesis 0x/) })
    expect(a.end.peers).toEqual([])
  })

  test('to nobody fail by name', async () => {
    const gone = { nodeId: identity(9).nodeId, address: '127.0.0.1', port: 1 }
    const a = await listen(strangers(), 1, { peers: [gone] })
    await until('it has failed twice', () => a.events.length >= 2, [a])
    expect(a.events[0]).toMatchObject({
      kind: 'dial-failed',
      failures: 1,
      reason: expect.stringMatching(/ECONNREFUSED/),
    })
    expect(a.events[1]).toMatchObject({ kind: 'dial-failed', failures: 2 })
  })

  test('cannot be listened for where somebody else does', async () => {
    const a = await listen(strangers(), 1)
    await expect(listen(strangers(), 2, { port: a.end.port })).rejects.toThrow(ListenError)
  })
})
