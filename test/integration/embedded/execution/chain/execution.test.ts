import { getContractAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import type { BlockRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import { nextGasLimit } from '../../../../../src/embedded/execution/chain/build-block.ts'
import { payloadFromBlock } from '../../../../../src/embedded/execution/engine/payload-block.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import type { ForkSchedule, Hex } from '../../../../../src/plan/manifest.ts'
import {
  accounts,
  atGenesis,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
} from '../support/chain.ts'
import {
  beaconRoots,
  consolidationRequests,
  counter,
  deploying,
  depositContract,
  environmentKeeper,
  withdrawalRequests,
} from '../support/contracts.ts'
import { testDeposit } from '../support/deposit.ts'

/** Sends the block as a payload to a node that shares nothing with its maker, and makes it the head. */
async function importElsewhere(node: ExecutionNode, record: BlockRecord) {
  const { header } = record.block
  const status = await node.newPayload(payloadFromBlock(record.block), {
    versionedHashes: [],
    parentBeaconBlockRoot: header.parentBeaconBlockRoot ?? new Uint8Array(32),
    executionRequests: record.requests,
  })
  expect(status).toEqual({ status: 'VALID', latestValidHash: record.hash, validationError: null })
  await makeHead(node, record)
}

async function send(node: ExecutionNode, ...raws: Promise<Hex>[]) {
  for (const raw of await Promise.all(raws)) await node.sendRawTransaction(hexToBytes(raw))
}

const [alice, bob, carol] = accounts
const gas = 500_000n

describe.each(['cancun', 'prague', 'osaka'] as const)('blocks at %s', (fork) => {
  it('that one process builds are valid in another: the library executes what our builder made', async () => {
    const maker = testNode(sharedExecution(atGenesis[fork]))
    const other = testNode(sharedExecution(atGenesis[fork]))
    await send(
      maker,
      signTransaction(alice, { nonce: 0, gas, data: deploying(counter) }),
      signTransaction(bob, { nonce: 0, gas, data: deploying(environmentKeeper) }),
      signTransaction(carol, { nonce: 0, to: bob.address, value: 5n }),
    )
    await importElsewhere(other, await produce(maker))
    const counterAddress = getContractAddress({ from: alice.address, nonce: 0n })
    const keeperAddress = getContractAddress({ from: bob.address, nonce: 0n })
    const legacy = {
      type: 'legacy',
      gasPrice: 4_000_000_000n,
      maxFeePerGas: undefined,
      maxPriorityFeePerGas: undefined,
    } as const
    await send(
      maker,
      signTransaction(alice, { nonce: 1, gas, to: counterAddress }),
      signTransaction(bob, { nonce: 1, gas, to: keeperAddress }),
      signTransaction(carol, { nonce: 1, to: alice.address, value: 1n, ...legacy }),
      signTransaction(carol, {
        nonce: 2,
        gas,
        to: counterAddress,
        ...legacy,
        type: 'eip2930',
        accessList: [{ address: counterAddress, storageKeys: [`0x${'00'.repeat(32)}`] }],
      }),
    )
    const withdrawals = [
      { index: 0, validatorIndex: 3, address: new Uint8Array(20).fill(0xdd), amount: 7n },
      { index: 1, validatorIndex: 4, address: new Uint8Array(20).fill(0xee), amount: 0n },
    ]
    const record = await produce(maker, { withdrawals, parentBeaconBlockRoot: new Uint8Array(32).fill(0xbe) })
    expect(record.receipts.map(({ succeeded }) => succeeded)).toEqual([true, true, true, true])
    await importElsewhere(other, record)

    const { state } = other.chain.head
    expect(state.account(new Uint8Array(20).fill(0xdd))?.balanceWei).toBe(7_000_000_000n)
    expect(state.account(new Uint8Array(20).fill(0xee))).toBeUndefined()
    const slot = (index: number) => Uint8Array.from([...new Uint8Array(31), index])
    expect(bytesToHex(state.storageAt(hexToBytes(counterAddress), slot(0)))).toBe('0x02')
    expect(bytesToHex(state.storageAt(hexToBytes(keeperAddress), slot(1)))).toBe(record.parentHash)
    expect(bytesToHex(state.storageAt(hexToBytes(keeperAddress), slot(2)))).toBe(other.chain.genesis.hash)
    const rootSlot = (record.block.header.timestamp % 8191n) + 8191n
    const rootKey = hexToBytes(`0x${rootSlot.toString(16).padStart(64, '0')}`)
    expect(bytesToHex(state.storageAt(hexToBytes(beaconRoots), rootKey))).toBe(`0x${'be'.repeat(32)}`)
  })
})

describe.each(['prague', 'osaka'] as const)('execution requests at %s', (fork) => {
  it('are the deposits, withdrawals and consolidations of the block, in this order', async () => {
    const maker = testNode(sharedExecution(atGenesis[fork]))
    const other = testNode(sharedExecution(atGenesis[fork]))
    const deposit = testDeposit()
    const key = 'aa'.repeat(48)
    const target = 'bb'.repeat(48)
    await send(
      maker,
      signTransaction(alice, {
        nonce: 0,
        gas,
        to: consolidationRequests,
        value: 1n,
        data: `0x${key}${target}`,
      }),
      signTransaction(bob, {
        nonce: 0,
        gas,
        to: withdrawalRequests,
        value: 1n,
        data: `0x${key}0000000000000001`,
      }),
      signTransaction(carol, { nonce: 0, gas, to: depositContract, value: 10n ** 18n, data: deposit.data }),
    )
    const record = await produce(maker)
    const source = (address: Hex) => address.slice(2).toLowerCase()
    expect(record.requests.map(bytesToHex)).toEqual([
      `0x00${Buffer.from(deposit.request).toString('hex')}${'00'.repeat(8)}`,
      `0x01${source(bob.address)}${key}0100000000000000`,
      `0x02${source(alice.address)}${key}${target}`,
    ])
    await importElsewhere(other, record)
    expect(other.chain.head.record.requests).toEqual(record.requests)
    // Requests leave the contracts' queues: the next block has none.
    expect((await produce(maker)).requests).toEqual([])
  })
})

describe('EIP-7702', () => {
  it('gives an account the code of a contract', async () => {
    const maker = testNode()
    const other = testNode(sharedExecution())
    await send(maker, signTransaction(alice, { nonce: 0, gas, data: deploying(counter) }))
    await importElsewhere(other, await produce(maker))
    const contractAddress = getContractAddress({ from: alice.address, nonce: 0n })
    const authorization = await bob.signAuthorization({ contractAddress, chainId: 1337, nonce: 0 })
    await send(
      maker,
      signTransaction(carol, {
        nonce: 0,
        gas,
        to: bob.address,
        type: 'eip7702',
        authorizationList: [authorization],
      }),
    )
    const record = await produce(maker)
    await importElsewhere(other, record)
    const delegated = other.chain.head.state.account(hexToBytes(bob.address))
    expect(bytesToHex(delegated?.code.bytes ?? new Uint8Array())).toBe(
      `0xef0100${contractAddress.slice(2).toLowerCase()}`,
    )
    expect(delegated?.nonce).toBe(1n)
    expect(record.receipts[0]?.logs).toHaveLength(1)
    // A delegated account still sends transactions (EIP-3607 lets it).
    await send(maker, signTransaction(bob, { nonce: 1, to: carol.address, value: 1n }))
    expect((await produce(maker)).receipts[0]?.succeeded).toBe(true)
  })
})

describe('a chain that crosses forks', () => {
  it('takes the pool with it', async () => {
    const schedule: ForkSchedule = { deneb: 0, electra: 1, fulu: 2 }
    const maker = testNode(sharedExecution(schedule))
    const other = testNode(sharedExecution(schedule))
    const forks = new Set<string>()
    for (let nonce = 0; nonce < 20; nonce++) {
      await send(maker, signTransaction(alice, { nonce, to: bob.address, value: 1n }))
      const record = await produce(maker)
      forks.add(maker.shared.rules.forkAt(record.block.header.timestamp))
      expect(record.transactionHashes).toHaveLength(1)
      await importElsewhere(other, record)
    }
    expect([...forks]).toEqual(['cancun', 'prague', 'osaka'])
    expect(maker.pool.size).toBe(0)
  })
})

describe('the gas limit of built blocks', () => {
  it('moves towards the wanted one by less than 1/1024 a block', async () => {
    expect(nextGasLimit(1_024_000n, 2_000_000n)).toBe(1_024_999n)
    expect(nextGasLimit(1_024_000n, 1n)).toBe(1_023_001n)
    expect(nextGasLimit(1_024_000n, 1_024_500n)).toBe(1_024_500n)
    const maker = testNode(undefined, { gasLimit: 30_000_000n })
    const other = testNode(sharedExecution())
    const first = await produce(maker)
    await importElsewhere(other, first)
    await importElsewhere(other, await produce(maker))
    expect(first.block.header.gasLimit).toBe(60_000_000n - 60_000_000n / 1024n + 1n)
  })
})

describe('building', () => {
  it('ends when the time for it is over', async () => {
    let nowMs = 0
    // Each look at the clock takes 100 ms: the start, then one before each transaction.
    const maker = testNode(undefined, { now: () => (nowMs += 100), buildTimeMsMax: 250 })
    for (let nonce = 0; nonce < 5; nonce++) {
      await send(maker, signTransaction(alice, { nonce, to: bob.address, value: 1n }))
    }
    expect((await produce(maker)).transactionHashes).toHaveLength(2)
    expect(maker.pool.size).toBe(3)
  })

  it('leaves out what does not fit into the block, and takes what does', async () => {
    const maker = testNode()
    await send(
      maker,
      signTransaction(alice, { nonce: 0, gas: 59_990_000n, to: bob.address, maxPriorityFeePerGas: 2n }),
      signTransaction(bob, { nonce: 0, to: alice.address, maxPriorityFeePerGas: 9n }),
    )
    const record = await produce(maker)
    // The transfer pays more, comes first, and leaves too little gas for the other.
    expect(record.transactionHashes).toHaveLength(1)
    expect(record.block.transactions[0]?.getSenderAddress().toString()).toBe(bob.address.toLowerCase())
    expect((await produce(maker)).transactionHashes).toHaveLength(1)
  })
})
