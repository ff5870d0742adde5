import type { HeaderData } from '@ethereumjs/block'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import type { BlockRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import type { ExecutionPayload } from '../../../../../src/embedded/execution/engine/execution-payload.ts'
import { payloadFromBlock } from '../../../../../src/embedded/execution/engine/payload-block.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import {
  accounts,
  atGenesis,
  genesisTime,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
} from '../support/chain.ts'
import { tampered } from '../support/tampered.ts'

const [alice, bob] = accounts

/** A node at block 1, the valid block 2 with a transfer, and what it takes to send it. */
async function scene(fork: keyof typeof atGenesis = 'prague') {
  const maker = testNode(sharedExecution(atGenesis[fork]))
  const node = testNode(sharedExecution(atGenesis[fork]))
  const first = await produce(maker)
  await node.importBlock(first.block)
  await makeHead(node, first)
  await maker.sendRawTransaction(
    hexToBytes(await signTransaction(alice, { nonce: 0, to: bob.address, value: 1n })),
  )
  const second = await produce(maker)
  return { maker, node, first, second }
}

function contextOf(record: BlockRecord) {
  return {
    versionedHashes: [] as Uint8Array[],
    parentBeaconBlockRoot: record.block.header.parentBeaconBlockRoot ?? new Uint8Array(32),
    executionRequests: record.requests,
  }
}

let node: ExecutionNode
let first: BlockRecord
let second: BlockRecord

beforeAll(async () => {
  ;({ node, first, second } = await scene())
})

describe('a payload that fits no block', () => {
  const send = (changes: Partial<ExecutionPayload>, context = contextOf(second)) =>
    node.newPayload({ ...payloadFromBlock(second.block), ...changes }, context)

  it.each<[string, Partial<ExecutionPayload>]>([
    ['block hash', { blockHash: new Uint8Array(32).fill(1) }],
    ['state root', { stateRoot: new Uint8Array(32).fill(1) }],
    ['a missing transaction', { transactions: [] }],
    ['an undecodable transaction', { transactions: [new Uint8Array([2, 0xc0])] }],
    ['an empty transaction', { transactions: [new Uint8Array(0)] }],
    ['an unknown type of transaction', { transactions: [new Uint8Array([0x7f, 1, 2, 3])] }],
    ['extra data of 33 bytes', { extraData: new Uint8Array(33) }],
    ['gas used over the limit', { gasUsed: 2n ** 64n - 1n }],
    [
      'another withdrawal',
      { withdrawals: [{ index: 9, validatorIndex: 9, address: new Uint8Array(20), amount: 9n }] },
    ],
  ])('is INVALID with no valid ancestor named: %s', async (_, changes) => {
    const status = await send(changes)
    expect(status).toMatchObject({ status: 'INVALID', latestValidHash: null })
    expect(status.validationError).toMatch(/.+/)
  })

  it('is INVALID when the parent beacon root is another', async () => {
    const context = { ...contextOf(second), parentBeaconBlockRoot: new Uint8Array(32).fill(9) }
    expect(await send({}, context)).toMatchObject({ status: 'INVALID', latestValidHash: null })
  })

  it('is INVALID when the execution requests are others', async () => {
    const context = { ...contextOf(second), executionRequests: [Uint8Array.from([1, 2, 3])] }
    expect(await send({}, context)).toMatchObject({ status: 'INVALID', latestValidHash: null })
  })

  it('is INVALID when blob hashes are expected that no transaction has', async () => {
    const context = { ...contextOf(second), versionedHashes: [new Uint8Array(32).fill(1)] }
    const status = await send({}, context)
    expect(status).toMatchObject({ status: 'INVALID', latestValidHash: null })
    expect(status.validationError).toContain('versioned hashes')
  })
})

describe('a block with a fitting hash that breaks a rule', () => {
  const one = new Uint8Array(32).fill(1)
  it.each<[string, RegExp, HeaderData]>([
    ['state root', /stateRoot/i, { stateRoot: one }],
    ['receipts root', /receipt/i, { receiptTrie: one }],
    ['logs bloom', /bloom/i, { logsBloom: new Uint8Array(256).fill(1) }],
    ['gas used', /gasUsed/i, { gasUsed: 21_001n }],
    ['gas limit, too high', /gas limit/i, { gasLimit: 70_000_000n }],
    ['gas limit, too low', /gas limit/i, { gasLimit: 50_000_000n }],
    ['base fee', /base fee/, { baseFeePerGas: 1n }],
    ['timestamp', /timestamp/, { timestamp: BigInt(genesisTime) + 2n }],
    ['number', /number/, { number: 3n }],
    ['excess blob gas', /excess blob gas/, { excessBlobGas: 131_072n }],
    ['blob gas used', /blobGasUsed/i, { blobGasUsed: 131_072n }],
    ['transactions root', /transaction trie/, { transactionsTrie: one }],
    ['withdrawals root', /withdrawals trie/, { withdrawalsRoot: one }],
    ['requests hash', /requestsHash/, { requestsHash: one }],
  ])('is INVALID, its parent being the last valid block: %s', async (_, reason, changes) => {
    const bad = tampered(second.block, changes)
    const status = await node.importBlock(bad)
    expect(status).toMatchObject({ status: 'INVALID', latestValidHash: first.hash })
    expect(status.validationError).toMatch(reason)
    expect(node.chain.record(bytesToHex(bad.hash()))).toBeUndefined()
    // The verdict is final, and the head cannot go there.
    expect(await node.importBlock(bad)).toEqual(status)
    const forkchoice = await makeHead(node, { hash: bytesToHex(bad.hash()) })
    expect(forkchoice).toEqual({ payloadStatus: status, payloadId: null })
    expect(node.chain.head.record.hash).toBe(first.hash)
  })

  it('is INVALID with all that is built on it', async () => {
    const bad = tampered(second.block, { stateRoot: one })
    const child = tampered(second.block, {
      parentHash: bad.hash(),
      number: 3n,
      timestamp: BigInt(genesisTime) + 6n,
    })
    expect(await node.importBlock(bad)).toMatchObject({ latestValidHash: first.hash })
    expect(await node.importBlock(child)).toMatchObject({ status: 'INVALID', latestValidHash: first.hash })
  })

  it.each<[string, RegExp, () => Promise<string>]>([
    ['a nonce too high', /nonce/, () => signTransaction(alice, { nonce: 5, to: bob.address })],
    [
      'more than the sender has',
      /funds/,
      () => signTransaction(alice, { nonce: 0, to: bob.address, value: 10n ** 30n }),
    ],
    [
      'gas below the intrinsic',
      /INTRINSIC|gas/,
      () => signTransaction(alice, { nonce: 0, to: bob.address, gas: 20_000n }),
    ],
    [
      'a fee below the base fee',
      /base fee/,
      () => signTransaction(alice, { nonce: 0, to: bob.address, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }),
    ],
  ])('is INVALID for a transaction with %s', async (_, reason, make) => {
    const raw = hexToBytes((await make()) as `0x${string}`)
    const transaction = node.shared.decodeTransaction(raw, second.block.header.timestamp)
    const status = await node.importBlock(tampered(second.block, {}, [transaction]))
    expect(status).toMatchObject({ status: 'INVALID', latestValidHash: first.hash })
    expect(status.validationError).toMatch(reason)
  })

  it('is INVALID for a transaction whose signature is not one', async () => {
    const raw = hexToBytes(await signTransaction(alice, { nonce: 0, to: bob.address, value: 1n }))
    // r and s are the last 65 bytes, each behind its length. An r of all ones is above the curve's order.
    raw.fill(0xff, raw.length - 65, raw.length - 33)
    const transaction = node.shared.decodeTransaction(raw, second.block.header.timestamp)
    const status = await node.importBlock(tampered(second.block, {}, [transaction]))
    expect(status).toMatchObject({ status: 'INVALID', latestValidHash: first.hash })
    expect(status.validationError).toMatch(/signature/i)
  })

  it('is told apart from the valid one, which is still welcome', async () => {
    expect(await node.importBlock(second.block)).toMatchObject({
      status: 'VALID',
      latestValidHash: second.hash,
    })
  })
})

describe('a payload with a field changed at random', () => {
  it('is never VALID, and never a defect', async () => {
    const { node: target, second: valid } = await scene()
    const payload = payloadFromBlock(valid.block)
    const byteFields = [
      'parentHash',
      'feeRecipient',
      'stateRoot',
      'receiptsRoot',
      'logsBloom',
      'prevRandao',
    ] as const
    const numberFields = [
      'blockNumber',
      'gasLimit',
      'gasUsed',
      'timestamp',
      'blobGasUsed',
      'excessBlobGas',
    ] as const
    const [raw = new Uint8Array(0)] = payload.transactions
    const flipped = (bytes: Uint8Array, position: number) => {
      const copy = Uint8Array.from(bytes)
      const index = position % copy.length
      copy[index] = (copy[index] ?? 0) ^ 0xff
      return copy
    }
    const position = fc.nat({ max: 500 })
    const change: fc.Arbitrary<Partial<ExecutionPayload>> = fc.oneof(
      fc
        .tuple(fc.constantFrom(...byteFields), position)
        .map(([field, at]) => ({ [field]: flipped(payload[field], at) })),
      fc
        .tuple(fc.constantFrom(...numberFields), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
        .filter(([field, value]) => value !== BigInt(payload[field]))
        .map(([field, value]) => ({ [field]: value })),
      position.map((at) => ({ transactions: [flipped(raw, at)] })),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ transactions: [raw, bytes] })),
    )
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const changed = { ...payload, ...changes }
        const status = await target.newPayload(changed, contextOf(valid))
        expect(status.status).toBe('INVALID')
      }),
      { numRuns: 150 },
    )
    // And with the hash that the changed content has, so that its execution is what refuses it.
    const roots = fc.constantFrom('stateRoot', 'receiptTrie', 'mixHash', 'coinbase', 'parentBeaconBlockRoot')
    await fc.assert(
      fc.asyncProperty(roots, fc.integer({ min: 1, max: 255 }), async (field, byte) => {
        const length = field === 'coinbase' ? 20 : 32
        const bad = tampered(valid.block, { [field]: new Uint8Array(length).fill(byte) })
        if (bytesToHex(bad.hash()) === valid.hash) return
        // What is free to choose changes the state root, and so is refused as well.
        const isFree = field === 'mixHash'
        expect((await target.importBlock(bad)).status).toBe(isFree ? 'VALID' : 'INVALID')
      }),
      { numRuns: 30 },
    )
  })
})

describe('a payload whose parent is not there', () => {
  it('is SYNCING, asks for the parent, and is judged when that comes', async () => {
    const { maker, node: late } = await scene()
    const records = [maker.chain.canonical(2), await produce(maker), await produce(maker)]
    const missing: string[] = []
    late.events.on('missing', (hash) => missing.push(hash))
    const [two, three, four] = records
    if (two === undefined || three === undefined || four === undefined) throw new Error('no blocks')
    expect(await late.newPayload(payloadFromBlock(four.block), contextOf(four))).toEqual({
      status: 'SYNCING',
      latestValidHash: null,
      validationError: null,
    })
    expect(await late.importBlock(three.block)).toMatchObject({ status: 'SYNCING' })
    expect(missing).toEqual([three.hash, two.hash])
    expect(await late.importBlock(two.block)).toMatchObject({ status: 'VALID' })
    expect(late.chain.record(four.hash)?.number).toBe(4)
    expect(await makeHead(late, four)).toMatchObject({ payloadStatus: { status: 'VALID' } })
  })

  it('does not fill the memory', async () => {
    const { node: target, second: valid } = await scene()
    for (let index = 0; index < 600; index++) {
      const parentHash = new Uint8Array(32)
      new DataView(parentHash.buffer).setUint32(0, index + 1)
      expect((await target.importBlock(tampered(valid.block, { parentHash }))).status).toBe('SYNCING')
    }
    expect(target.waitingCount).toBe(256)
  })
})
