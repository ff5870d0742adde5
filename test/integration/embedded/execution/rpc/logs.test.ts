import { getContractAddress } from 'viem'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BlockRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { ethMethods } from '../../../../../src/embedded/execution/rpc/eth-methods.ts'
import type { RpcSession } from '../../../../../src/embedded/execution/rpc/rpc-method.ts'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import {
  accounts,
  attributesAfter,
  makeHead,
  produce,
  signTransaction,
  testNode,
  zeroHash,
} from '../support/chain.ts'
import { counter, counterTopic, deploying } from '../support/contracts.ts'
import { clientOf, type RpcClient } from '../support/rpc-client.ts'

const [alice] = accounts
const counterAddress = getContractAddress({ from: alice.address, nonce: 0n }).toLowerCase() as Hex
const otherAddress: Hex = `0x${'77'.repeat(20)}`
const otherTopic: Hex = `0x${'cd'.repeat(32)}`

interface Log {
  readonly blockNumber: Hex
  readonly logIndex: Hex
  readonly removed: boolean
}

let nowMs: number
let node: ExecutionNode
let rpc: RpcClient
let three: BlockRecord

async function call(nonce: number) {
  const raw = await signTransaction(alice, { nonce, gas: 100_000n, to: counterAddress })
  return (await rpc.result('eth_sendRawTransaction', raw)) as Hex
}

/** Block 1 deploys the counter, block 2 is empty, block 3 has two logs. */
beforeEach(async () => {
  nowMs = 0
  node = testNode(undefined, { now: () => nowMs })
  rpc = clientOf(ethMethods(node))
  await rpc.result(
    'eth_sendRawTransaction',
    await signTransaction(alice, { nonce: 0, gas: 300_000n, data: deploying(counter) }),
  )
  await produce(node)
  await produce(node)
  await call(1)
  await call(2)
  three = await produce(node)
})

/** Makes an empty sibling of block 3, and two more on it, the head. */
async function abandonThree() {
  const two = node.chain.canonical(2)
  const parent = two === undefined ? undefined : node.chain.executed(two.hash)
  if (parent === undefined) throw new Error('no block 2')
  const rival = testNode(node.shared)
  const { record } = (await rival.build(parent, attributesAfter(parent.record, 9))).executed
  await node.importBlock(record.block)
  await makeHead(node, record)
  return record
}

describe('eth_getLogs', () => {
  const logs = async (filter: object) => (await rpc.result('eth_getLogs', filter)) as Log[]

  it('gives all logs of a range, of a block, of the latest block', async () => {
    expect(await logs({ fromBlock: '0x0', toBlock: 'latest' })).toHaveLength(2)
    expect(await logs({ fromBlock: 'earliest', toBlock: '0x2' })).toEqual([])
    expect(await logs({ blockHash: three.hash })).toMatchObject([
      {
        address: counterAddress,
        topics: [counterTopic],
        data: `0x${'2a'.padStart(64, '0')}`,
        logIndex: '0x0',
        blockNumber: '0x3',
      },
      { logIndex: '0x1', transactionHash: three.transactionHashes[1], removed: false },
    ])
    expect(await logs({})).toHaveLength(2)
    expect(await logs({ fromBlock: '0x3', toBlock: '0x99' })).toHaveLength(2)
  })

  it.each<[string, object, number]>([
    ['the address', { address: counterAddress }, 2],
    ['one of the addresses', { address: [otherAddress, counterAddress] }, 2],
    ['another address', { address: otherAddress }, 0],
    ['the topic', { topics: [counterTopic] }, 2],
    ['one of the topics', { topics: [[otherTopic, counterTopic]] }, 2],
    ['any topic', { topics: [null] }, 2],
    ['another topic', { topics: [otherTopic] }, 0],
    ['more topics than the log has', { topics: [counterTopic, null] }, 0],
    ['the address and another topic', { address: counterAddress, topics: [otherTopic] }, 0],
  ])('selects by %s', async (_, filter, count) => {
    expect(await logs({ fromBlock: '0x0', ...filter })).toHaveLength(count)
  })

  it.each<[string, object, number]>([
    ['a range that goes backwards', { fromBlock: '0x3', toBlock: '0x1' }, -32000],
    ['a block and a range', { blockHash: zeroHash, fromBlock: '0x1' }, -32602],
    ['a block that is not there', { blockHash: zeroHash }, -32000],
    ['too many topics', { topics: [null, null, null, null, null] }, -32602],
    ['an address that is none', { address: '0x12' }, -32602],
  ])('refuses %s', async (_, filter, code) => {
    expect((await rpc.ask('eth_getLogs', filter)).error?.code).toBe(code)
  })
})

describe('filters', () => {
  const changes = (id: unknown) => rpc.result('eth_getFilterChanges', id)

  it('give blocks once', async () => {
    const id = await rpc.result('eth_newBlockFilter')
    expect(await changes(id)).toEqual([])
    const [four, five] = [await produce(node), await produce(node)]
    expect(await changes(id)).toEqual([four.hash, five.hash])
    expect(await changes(id)).toEqual([])
    const sibling = await abandonThree()
    expect(await changes(id)).toEqual([sibling.hash])
  })

  it('give logs once, and take them back when their block is abandoned', async () => {
    const id = await rpc.result('eth_newFilter', { address: counterAddress })
    expect(await changes(id)).toEqual([])
    await call(3)
    await produce(node)
    expect(await changes(id)).toMatchObject([{ blockNumber: '0x4', removed: false }])
    await abandonThree()
    expect(await changes(id)).toMatchObject([
      { blockNumber: '0x4', removed: true },
      { blockNumber: '0x3', logIndex: '0x0', removed: true },
      { blockNumber: '0x3', logIndex: '0x1', removed: true },
    ])
    expect(await rpc.result('eth_getFilterLogs', id)).toEqual([])
  })

  it('give pending transactions once', async () => {
    const id = await rpc.result('eth_newPendingTransactionFilter')
    const hash = await call(3)
    expect(await changes(id)).toEqual([hash])
    expect(await changes(id)).toEqual([])
    expect((await rpc.ask('eth_getFilterLogs', id)).error?.message).toBe('filter not found')
  })

  it('are gone when uninstalled, or when nobody asks for five minutes', async () => {
    const id = await rpc.result('eth_newBlockFilter')
    expect(await rpc.result('eth_uninstallFilter', id)).toBe(true)
    expect(await rpc.result('eth_uninstallFilter', id)).toBe(false)
    expect((await rpc.ask('eth_getFilterChanges', id)).error?.message).toBe('filter not found')
    const idle = await rpc.result('eth_newBlockFilter')
    nowMs += 300_001
    await rpc.result('eth_newBlockFilter')
    expect((await rpc.ask('eth_getFilterChanges', idle)).error?.message).toBe('filter not found')
  })

  it('are limited in number', async () => {
    for (let count = 0; count < 1000; count++) await rpc.result('eth_newBlockFilter')
    expect((await rpc.ask('eth_newBlockFilter')).error?.message).toBe('too many filters')
  })
})

describe('subscriptions', () => {
  function session() {
    const notes: { subscription: Hex; result: unknown }[] = []
    const cleanups: (() => void)[] = []
    const connection: RpcSession = {
      notify: (_, params) => notes.push(params as (typeof notes)[number]),
      onClose: (cleanup) => cleanups.push(cleanup),
    }
    const client = clientOf(ethMethods(node), undefined, connection)
    const close = () => {
      for (const cleanup of cleanups) cleanup()
    }
    return { client, notes, close }
  }

  it('send heads, logs and transactions, and logs again when they are removed', async () => {
    const { client, notes } = session()
    const heads = await client.result('eth_subscribe', 'newHeads')
    const logs = await client.result('eth_subscribe', 'logs', { address: counterAddress })
    const hashes = await client.result('eth_subscribe', 'newPendingTransactions')
    const full = await client.result('eth_subscribe', 'newPendingTransactions', true)
    const hash = await call(3)
    const four = await produce(node)
    await abandonThree()
    const of = (id: unknown) =>
      notes.filter(({ subscription }) => subscription === id).map(({ result }) => result)
    expect(of(heads)).toMatchObject([{ hash: four.hash, number: '0x4' }, { number: '0x3' }])
    expect(of(logs)).toMatchObject([
      { removed: false },
      { removed: true },
      { removed: true },
      { removed: true },
    ])
    // The reorganisation brings the transactions back to the pool, which is no news of them.
    expect(of(hashes)).toEqual([hash])
    expect(of(full)).toMatchObject([{ hash, nonce: '0x3' }])
  })

  it('end when told to, and with the connection', async () => {
    const { client, notes, close } = session()
    const id = await client.result('eth_subscribe', 'newHeads')
    expect(await client.result('eth_unsubscribe', id)).toBe(true)
    expect((await client.ask('eth_unsubscribe', id)).error?.message).toBe('subscription not found')
    await client.result('eth_subscribe', 'newHeads')
    await client.result('eth_subscribe', 'syncing')
    close()
    await produce(node)
    expect(notes).toEqual([])
    expect(node.events.listenerCount('head')).toBe(0)
  })

  it('need a connection that stays, a kind that exists, and are limited in number', async () => {
    expect((await rpc.ask('eth_subscribe', 'newHeads')).error?.code).toBe(-32601)
    const { client } = session()
    expect((await client.ask('eth_subscribe', 'weather')).error?.code).toBe(-32602)
    for (let count = 0; count < 128; count++) await client.result('eth_subscribe', 'syncing')
    expect((await client.ask('eth_subscribe', 'syncing')).error?.message).toBe('too many subscriptions')
  })

  it('of one connection cannot be ended by another', async () => {
    const methods = ethMethods(node)
    const make = () => clientOf(methods, undefined, { notify: () => {}, onClose: () => {} })
    const [mine, theirs] = [make(), make()]
    const id = await mine.result('eth_subscribe', 'newHeads')
    expect((await theirs.ask('eth_unsubscribe', id)).error?.message).toBe('subscription not found')
  })
})
