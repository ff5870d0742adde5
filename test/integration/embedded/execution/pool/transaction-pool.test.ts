import { Address } from '@ethereumjs/util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { TransactionRejectedError } from '../../../../../src/embedded/execution/pool/transaction-errors.ts'
import { accounts, atGenesis, produce, sharedExecution, signTransaction, testNode } from '../support/chain.ts'
import { counter, deploying } from '../support/contracts.ts'

const [alice, bob, carol] = accounts
const gwei = 1_000_000_000n
type Transaction = Parameters<typeof signTransaction>[1]

async function send(node: ExecutionNode, account: (typeof accounts)[number], transaction: Transaction) {
  const withTarget = { to: carol.address, value: 1n, ...transaction }
  return node.sendRawTransaction(hexToBytes(await signTransaction(account, withTarget)))
}

function nonces(node: ExecutionNode, account = alice) {
  const { pending, queued } = node.pool.content(account.address.toLowerCase() as `0x${string}`)
  return {
    pending: pending.map(({ transaction }) => Number(transaction.nonce)),
    queued: queued.map(({ transaction }) => Number(transaction.nonce)),
  }
}

describe('the pool', () => {
  it('queues what is behind a missing nonce until that comes', async () => {
    const node = testNode()
    await send(node, alice, { nonce: 0 })
    await send(node, alice, { nonce: 3 })
    await send(node, alice, { nonce: 2 })
    expect(nonces(node)).toEqual({ pending: [0], queued: [2, 3] })
    expect(node.pool.nextNonce(alice.address)).toBe(1n)
    await send(node, alice, { nonce: 1 })
    expect(nonces(node)).toEqual({ pending: [0, 1, 2, 3], queued: [] })
    expect(node.pool.nextNonce(alice.address)).toBe(4n)
  })

  it('drops what is in the chain', async () => {
    const node = testNode()
    for (const nonce of [0, 1, 5]) await send(node, alice, { nonce })
    const record = await produce(node)
    expect(record.transactionHashes).toHaveLength(2)
    expect(nonces(node)).toEqual({ pending: [], queued: [5] })
  })

  it('replaces a transaction by one that pays 10 % more, in both fees', async () => {
    const node = testNode()
    const fees = { maxFeePerGas: 100n * gwei, maxPriorityFeePerGas: 10n * gwei }
    const { hash } = await send(node, alice, { nonce: 0, ...fees })
    for (const low of [
      { maxFeePerGas: 109n * gwei, maxPriorityFeePerGas: 11n * gwei },
      { maxFeePerGas: 110n * gwei, maxPriorityFeePerGas: 10_900_000_000n },
    ]) {
      await expect(send(node, alice, { nonce: 0, ...low })).rejects.toThrow(
        'replacement transaction underpriced',
      )
      expect(node.pool.get(hash)).toBeDefined()
    }
    const raised = { maxFeePerGas: 110n * gwei, maxPriorityFeePerGas: 11n * gwei }
    const replacement = await send(node, alice, { nonce: 0, ...raised })
    expect(node.pool.get(hash)).toBeUndefined()
    expect(nonces(node)).toEqual({ pending: [0], queued: [] })
    expect((await produce(node)).transactionHashes).toEqual([replacement.hash])
  })

  it.each<[string, RegExp, Partial<Transaction>]>([
    ['a nonce that is used', /^nonce too low: next nonce 1, tx nonce 0$/, { nonce: 0 }],
    [
      'more than the sender has',
      /^insufficient funds for gas \* price \+ value/,
      { value: 1000n * 10n ** 18n },
    ],
    ['too little gas', /^intrinsic gas too low: gas 20999, minimum needed 21000$/, { gas: 20_999n }],
    [
      'too little gas for its data (EIP-7623)',
      /floor data gas/,
      { gas: 24_000n, data: `0x${'11'.repeat(100)}` },
    ],
    ['more gas than a block has', /^exceeds block gas limit/, { gas: 60_000_001n }],
    ['another chain', /chain id/i, { chainId: 1 }],
    [
      'more data than a transaction may have',
      /^oversized data/,
      { gas: 50_000_000n, data: `0x${'00'.repeat(131_072)}` },
    ],
    [
      'too much code to create',
      /initcode/,
      { gas: 10_000_000n, to: null, value: 0n, data: `0x${'00'.repeat(49_153)}` },
    ],
  ])('refuses %s', async (_, reason, changes) => {
    const node = testNode()
    await send(node, alice, { nonce: 0 })
    await produce(node)
    const refusal = await send(node, alice, { nonce: 1, ...changes }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(TransactionRejectedError)
    expect((refusal as TransactionRejectedError).shortMessage.replace('invalid transaction: ', '')).toMatch(
      reason,
    )
    expect(node.pool.size).toBe(0)
  })

  it('refuses more gas than a transaction may have from Osaka on (EIP-7825)', async () => {
    const node = testNode(sharedExecution(atGenesis.osaka))
    await expect(send(node, alice, { nonce: 0, gas: 16_777_217n })).rejects.toThrow(/EIP-7825/)
    await send(node, alice, { nonce: 0, gas: 16_777_216n })
    expect(node.pool.size).toBe(1)
  })

  it('refuses what it knows, what is not signed for any chain, and what is no transaction', async () => {
    const node = testNode()
    await send(node, alice, { nonce: 0 })
    await expect(send(node, alice, { nonce: 0 })).rejects.toThrow('already known')
    const legacy = {
      type: 'legacy',
      gasPrice: gwei,
      maxFeePerGas: undefined,
      maxPriorityFeePerGas: undefined,
    } as const
    await expect(send(node, bob, { nonce: 0, ...legacy, chainId: undefined })).rejects.toThrow(
      'replay-protected',
    )
    for (const bytes of ['0x', '0x02', '0x02c0', '0xc0', '0x05aabb', `0x${'ff'.repeat(100)}`] as const) {
      await expect(node.sendRawTransaction(hexToBytes(bytes))).rejects.toBeInstanceOf(
        TransactionRejectedError,
      )
    }
    expect(node.pool.size).toBe(1)
  })

  it('refuses a sender with the code of a contract (EIP-3607)', async () => {
    const node = testNode()
    await send(node, alice, { nonce: 0, gas: 500_000n, to: null, value: 0n, data: deploying(counter) })
    await produce(node)
    const transaction = node.shared.decodeTransaction(
      hexToBytes(await signTransaction(bob, { nonce: 0, to: carol.address })),
      node.chain.head.record.block.header.timestamp,
    )
    const contract = node.chain.head.record.receipts[0]?.contractAddress
    if (contract === undefined) throw new Error('no contract')
    const impostor = Object.create(transaction, {
      getSenderAddress: { value: () => new Address(hexToBytes(contract)) },
    })
    expect(() => node.addTransaction(impostor)).toThrow('sender not an eoa')
  })

  it('when full takes who pays more, in place of who pays least', async () => {
    const node = testNode(undefined, { pool: { transactions: 3, transactionsPerSender: 2 } })
    const tip = (value: bigint) => ({ maxPriorityFeePerGas: value })
    await send(node, alice, { nonce: 0, ...tip(5n) })
    const cheap = await send(node, bob, { nonce: 0, ...tip(1n) })
    const behind = await send(node, bob, { nonce: 1, ...tip(9n) })
    await expect(send(node, carol, { nonce: 0, ...tip(1n) })).rejects.toThrow('txpool is full')
    await send(node, carol, { nonce: 0, ...tip(2n) })
    // The cheapest cannot go without what depends on it, so that goes first.
    expect(node.pool.get(behind.hash)).toBeUndefined()
    expect(node.pool.get(cheap.hash)).toBeDefined()
    await expect(send(node, alice, { nonce: 1, ...tip(1n) })).rejects.toThrow('txpool is full')
  })

  it('limits what one sender may have waiting', async () => {
    const node = testNode(undefined, { pool: { transactions: 100, transactionsPerSender: 2 } })
    await send(node, alice, { nonce: 0 })
    await send(node, alice, { nonce: 1 })
    await expect(send(node, alice, { nonce: 2 })).rejects.toThrow('account limit exceeded')
  })

  it('drops what its sender can no longer pay', async () => {
    const node = testNode()
    const other = testNode(node.shared)
    const poor = 990n * 10n ** 18n
    await send(node, alice, { nonce: 1, value: poor })
    await send(other, alice, { nonce: 0, value: poor, to: bob.address })
    const record = await produce(other)
    await node.importBlock(record.block)
    node.forkchoiceUpdated({
      headBlockHash: record.hash,
      safeBlockHash: `0x${'00'.repeat(32)}`,
      finalizedBlockHash: `0x${'00'.repeat(32)}`,
    })
    expect(node.pool.size).toBe(0)
  })

  it('tells about each transaction that it takes, once', async () => {
    const node = testNode()
    const told: string[] = []
    node.events.on('transaction', ({ hash }) => told.push(hash))
    const first = await send(node, alice, { nonce: 0 })
    await send(node, alice, { nonce: 0 }).catch(() => {})
    const second = await send(node, alice, { nonce: 1 })
    expect(told).toEqual([first.hash, second.hash])
  })
})

describe('the order of a block', () => {
  it('is by what each transaction pays, within each sender by nonce', async () => {
    const tips = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.bigInt({ min: 1n, max: 5n })), {
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(tips, async (list) => {
        const node = testNode()
        const next = new Map<number, number>()
        for (const [who, tipWei] of list) {
          const nonce = next.get(who) ?? 0
          next.set(who, nonce + 1)
          await send(node, accounts[who] ?? alice, { nonce, maxPriorityFeePerGas: tipWei })
        }
        const { block } = await produce(node)
        const order = block.transactions.map((transaction) => ({
          sender: transaction.getSenderAddress().toString(),
          nonce: Number(transaction.nonce),
          tipWei: 'maxPriorityFeePerGas' in transaction ? transaction.maxPriorityFeePerGas : 0n,
        }))
        expect(order).toHaveLength(list.length)
        const used = new Map<string, number>()
        for (const [index, { sender, nonce, tipWei }] of order.entries()) {
          expect(nonce).toBe(used.get(sender) ?? 0)
          used.set(sender, nonce + 1)
          // Nothing later was both possible at this point and better.
          const better = order
            .slice(index + 1)
            .find(
              (later) =>
                later.nonce === (used.get(later.sender) ?? 0) &&
                later.sender !== sender &&
                later.tipWei > tipWei,
            )
          expect(better).toBeUndefined()
        }
      }),
      { numRuns: 8 },
    )
  })

  it('leaves out who does not pay the base fee', async () => {
    const node = testNode()
    await send(node, alice, { nonce: 0, maxFeePerGas: 800_000_000n, maxPriorityFeePerGas: 1n })
    await send(node, bob, { nonce: 0 })
    // The base fee of block 1 is 0.875 gwei. The transaction is not even tried.
    const { state, record } = node.chain.head
    const order = node.pool.candidates(
      state,
      record.block.header.calcNextBaseFee(),
      (transaction) => transaction,
    )
    order.included()
    expect(order.peek()).toBeUndefined()
    expect((await produce(node)).transactionHashes).toHaveLength(1)
    // It sinks, so the other's turn comes.
    expect((await produce(node)).transactionHashes).toHaveLength(1)
    expect(node.pool.size).toBe(0)
  })
})
