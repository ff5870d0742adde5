import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import type { BlockRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import type { ChainChange } from '../../../../../src/embedded/execution/chain/block-tree.ts'
import { EngineError } from '../../../../../src/embedded/execution/engine/engine-errors.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import { accounts, attributesAfter, makeHead, signTransaction, testNode, zeroHash } from '../support/chain.ts'

const [alice, bob] = accounts

/** Builds a block on any block that the node has, and imports it without following it. */
async function extend(node: ExecutionNode, parent: BlockRecord, seed: number): Promise<BlockRecord> {
  const executed = node.chain.executed(parent.hash)
  if (executed === undefined) throw new Error('the parent is not there')
  const { record } = (await node.build(executed, attributesAfter(parent, seed))).executed
  await node.importBlock(record.block)
  return record
}

async function chainOf(node: ExecutionNode, parent: BlockRecord, seed: number, length: number) {
  const records: BlockRecord[] = []
  let tip = parent
  for (let index = 0; index < length; index++) {
    tip = await extend(node, tip, seed)
    records.push(tip)
  }
  return records
}

function last<Item>(items: readonly Item[]): Item {
  const item = items.at(-1)
  if (item === undefined) throw new Error('empty')
  return item
}

async function transfer(nonce: number, to: Hex = bob.address) {
  return hexToBytes(await signTransaction(alice, { nonce, to, value: 1n }))
}

describe('forkchoiceUpdated', () => {
  it('reorganises to another branch and back, and says what left and what joined', async () => {
    const node = testNode()
    const changes: ChainChange[] = []
    node.events.on('head', (change) => changes.push(change))
    const a = await chainOf(node, node.chain.genesis, 1, 3)
    const b = await chainOf(node, node.chain.genesis, 2, 4)
    await makeHead(node, last(a))
    await makeHead(node, last(b))
    await makeHead(node, last(a))
    const numbers = (records: readonly BlockRecord[]) => records.map(({ hash }) => hash)
    expect(changes.map(({ added, removed }) => [numbers(removed), numbers(added)])).toEqual([
      [[], numbers(a)],
      [numbers(a).reverse(), numbers(b)],
      [numbers(b).reverse(), numbers(a)],
    ])
    expect(node.chain.canonical(3)?.hash).toBe(last(a).hash)
    expect(node.chain.canonical(4)).toBeUndefined()
  })

  it('brings the transactions of an abandoned branch back to the pool, and finds them by the new chain only', async () => {
    const node = testNode()
    const { hash } = await node.sendRawTransaction(await transfer(0))
    const withTransfer = await extend(node, node.chain.genesis, 1)
    await makeHead(node, withTransfer)
    expect(node.pool.get(hash)).toBeUndefined()
    expect(node.chain.transaction(hash)?.block.hash).toBe(withTransfer.hash)
    expect(withTransfer.transactionHashes).toEqual([hash])

    const other = testNode(node.shared)
    const empty = await extend(other, other.chain.genesis, 2)
    await node.importBlock(empty.block)
    await makeHead(node, empty)
    expect(node.chain.transaction(hash)).toBeUndefined()
    expect(node.pool.get(hash)?.hash).toBe(hash)

    await makeHead(node, withTransfer)
    expect(node.pool.get(hash)).toBeUndefined()
    expect(node.chain.transaction(hash)?.index).toBe(0)
  })

  it('drops a transaction whose nonce the other branch has used', async () => {
    const node = testNode()
    const other = testNode(node.shared)
    await node.sendRawTransaction(await transfer(0, bob.address))
    await other.sendRawTransaction(await transfer(0, accounts[2].address))
    const ours = await extend(node, node.chain.genesis, 1)
    await makeHead(node, ours)
    const theirs = await extend(other, other.chain.genesis, 2)
    await node.importBlock(theirs.block)
    await makeHead(node, theirs)
    expect(node.pool.size).toBe(0)
    expect(node.chain.transaction(theirs.transactionHashes[0] ?? zeroHash)).toBeDefined()
  })

  it('goes back to an ancestor of the head and builds there, as a consensus client does after a restart', async () => {
    const node = testNode()
    const chain = await chainOf(node, node.chain.genesis, 1, 3)
    await makeHead(node, last(chain))
    const [first] = chain
    if (first === undefined) throw new Error('no block')
    const state = { headBlockHash: first.hash, safeBlockHash: zeroHash, finalizedBlockHash: zeroHash }
    const result = node.forkchoiceUpdated(state, attributesAfter(first, 9))
    expect(result.payloadStatus).toEqual({
      status: 'VALID',
      latestValidHash: first.hash,
      validationError: null,
    })
    expect(node.chain.head.record.hash).toBe(first.hash)
    const built = await node.getPayload(result.payloadId ?? '0x')
    expect(built.executed.record.parentHash).toBe(first.hash)
  })

  it('stays where it is for a head below the finalized block', async () => {
    const node = testNode()
    const chain = await chainOf(node, node.chain.genesis, 1, 4)
    const [first, , third, fourth] = chain
    if (first === undefined || third === undefined || fourth === undefined) throw new Error('no block')
    await makeHead(node, fourth, third.hash)
    const state = { headBlockHash: first.hash, safeBlockHash: zeroHash, finalizedBlockHash: zeroHash }
    expect(node.forkchoiceUpdated(state, attributesAfter(first))).toMatchObject({
      payloadStatus: { status: 'VALID', latestValidHash: first.hash },
      payloadId: null,
    })
    expect(node.chain.head.record.hash).toBe(fourth.hash)
  })

  it('is SYNCING for a head it does not know, and asks for it', async () => {
    const node = testNode()
    const missing: string[] = []
    node.events.on('missing', (hash) => missing.push(hash))
    const unknown: Hex = `0x${'77'.repeat(32)}`
    const state = { headBlockHash: unknown, safeBlockHash: zeroHash, finalizedBlockHash: zeroHash }
    expect(node.forkchoiceUpdated(state)).toEqual({
      payloadStatus: { status: 'SYNCING', latestValidHash: null, validationError: null },
      payloadId: null,
    })
    expect(missing).toEqual([unknown])
  })

  it.each(['safeBlockHash', 'finalizedBlockHash'] as const)(
    'refuses a %s off the chain of the head, and keeps its head',
    async (field) => {
      const node = testNode()
      const a = await chainOf(node, node.chain.genesis, 1, 2)
      const b = await chainOf(node, node.chain.genesis, 2, 2)
      for (const hash of [last(b).hash, `0x${'77'.repeat(32)}` as const]) {
        const state = { headBlockHash: last(a).hash, safeBlockHash: zeroHash, finalizedBlockHash: zeroHash }
        const refusal = (() => {
          try {
            return node.forkchoiceUpdated({ ...state, [field]: hash })
          } catch (error) {
            return error
          }
        })()
        expect(refusal).toBeInstanceOf(EngineError)
        expect(refusal).toMatchObject({ rpcCode: -38002 })
      }
      expect(node.chain.head.record.number).toBe(0)
    },
  )

  it('refuses attributes whose time is not after the head, but follows the head', async () => {
    const node = testNode()
    const [first] = await chainOf(node, node.chain.genesis, 1, 1)
    if (first === undefined) throw new Error('no block')
    const attributes = { ...attributesAfter(first), timestamp: Number(first.block.header.timestamp) }
    const state = { headBlockHash: first.hash, safeBlockHash: zeroHash, finalizedBlockHash: zeroHash }
    expect(() => node.forkchoiceUpdated(state, attributes)).toThrow(
      expect.objectContaining({ rpcCode: -38003 }) as Error,
    )
    expect(node.chain.head.record.hash).toBe(first.hash)
  })

  it('names a payload by its attributes', async () => {
    const node = testNode()
    const state = {
      headBlockHash: node.chain.genesis.hash,
      safeBlockHash: zeroHash,
      finalizedBlockHash: zeroHash,
    }
    const idOf = (seed: number) =>
      node.forkchoiceUpdated(state, attributesAfter(node.chain.genesis, seed)).payloadId
    expect(idOf(1)).toBe(idOf(1))
    expect(idOf(1)).not.toBe(idOf(2))
    expect(idOf(1)).toMatch(/^0x03[0-9a-f]{14}$/)
  })

  it('gives the same payload every time it is fetched, with the transactions of the first time', async () => {
    const node = testNode()
    const state = {
      headBlockHash: node.chain.genesis.hash,
      safeBlockHash: zeroHash,
      finalizedBlockHash: zeroHash,
    }
    const { payloadId } = node.forkchoiceUpdated(state, attributesAfter(node.chain.genesis))
    if (payloadId === null) throw new Error('no payload')
    await node.sendRawTransaction(await transfer(0))
    const built = await node.getPayload(payloadId)
    await node.sendRawTransaction(await transfer(1))
    expect(built.executed.record.transactionHashes).toHaveLength(1)
    expect(await node.getPayload(payloadId)).toBe(built)
    expect(built.valueWei).toBe(21_000n * 1_000_000_000n)
    await expect(node.getPayload('0x0000000000000000')).rejects.toMatchObject({ rpcCode: -38001 })
  })
})

describe('pruning', () => {
  it('forgets side branches at finality, and old states and blocks by the limits', async () => {
    const node = testNode(undefined, { history: { blocks: 4, states: 2 } })
    const main = await chainOf(node, node.chain.genesis, 1, 10)
    const side = await chainOf(node, node.chain.genesis, 2, 3)
    const sideOfMain = await chainOf(node, main[6] ?? node.chain.genesis, 3, 3)
    const eighth = main[7]
    if (eighth === undefined) throw new Error('no block')
    await makeHead(node, last(main), eighth.hash)
    expect(node.chain.finalized?.number).toBe(8)
    for (const record of [...side, ...sideOfMain]) expect(node.chain.record(record.hash)).toBeUndefined()
    const kept = (find: (record: BlockRecord) => unknown) =>
      main.filter((record) => find(record) !== undefined).map(({ number }) => number)
    expect(kept(({ hash }) => node.chain.record(hash))).toEqual([4, 5, 6, 7, 8, 9, 10])
    expect(kept(({ hash }) => node.chain.executed(hash))).toEqual([7, 8, 9, 10])
    expect(kept(({ number }) => node.chain.canonical(number))).toEqual([4, 5, 6, 7, 8, 9, 10])
    // What is kept as bytes comes back as the block it was.
    expect(node.chain.canonical(4)?.block.hash()).toEqual(hexToBytes(main[3]?.hash ?? zeroHash))
  })
})
