import { getContractAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { ethMethods } from '../../../../../src/embedded/execution/rpc/eth-methods.ts'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import { rawBlobTransaction, zeroBlobHash } from '../support/blobs.ts'
import { accounts, produce, sharedExecution, signTransaction, testNode, zeroHash } from '../support/chain.ts'
import { counter, deploying } from '../support/contracts.ts'
import { clientOf } from '../support/rpc-client.ts'

const [alice, bob, carol] = accounts
const counterAddress = getContractAddress({ from: alice.address, nonce: 0n }).toLowerCase() as Hex

function nodeWithClient(node: ExecutionNode = testNode()) {
  return { node, rpc: clientOf(ethMethods(node)) }
}

async function send(
  node: ExecutionNode,
  account: (typeof accounts)[number],
  transaction: Parameters<typeof signTransaction>[1],
) {
  return node.sendRawTransaction(
    hexToBytes(await signTransaction(account, { gas: 300_000n, ...transaction })),
  )
}

describe('a transaction with', () => {
  it('an access list shows it', async () => {
    const { node, rpc } = nodeWithClient()
    const accessList = [{ address: counterAddress, storageKeys: [zeroHash] }]
    const { hash } = await send(node, alice, { nonce: 0, to: bob.address, accessList })
    expect(await rpc.result('eth_getTransactionByHash', hash)).toMatchObject({
      type: '0x2',
      accessList,
      yParity: expect.any(String),
    })
  })

  it('authorizations shows them, and they work in calls too (EIP-7702)', async () => {
    const { node, rpc } = nodeWithClient()
    await send(node, alice, { nonce: 0, data: deploying(counter) })
    await produce(node)
    const authorization = await bob.signAuthorization({
      contractAddress: counterAddress,
      chainId: 1337,
      nonce: 0,
    })
    const asJson = {
      chainId: '0x539',
      address: counterAddress,
      nonce: '0x0',
      yParity: `0x${(authorization.yParity ?? 0).toString(16)}`,
      r: `0x${BigInt(authorization.r).toString(16)}`,
      s: `0x${BigInt(authorization.s).toString(16)}`,
    }
    const call = { from: carol.address, to: bob.address, gas: '0x30d40' }
    const tracer = { tracer: 'callTracer' }
    const plain = (await rpc.result('debug_traceCall', call, 'latest', tracer)) as { gasUsed: Hex }
    const withCode = { ...call, authorizationList: [asJson] }
    const delegated = (await rpc.result('debug_traceCall', withCode, 'latest', tracer)) as { gasUsed: Hex }
    expect(Number(plain.gasUsed)).toBe(21_000)
    // 25,000 for the authorization, of which half comes back, and the counter's storage and log.
    expect(Number(delegated.gasUsed)).toBeGreaterThan(55_000)

    const { hash } = await send(node, carol, {
      nonce: 0,
      to: bob.address,
      type: 'eip7702',
      authorizationList: [authorization],
    })
    await produce(node)
    expect(await rpc.result('eth_getTransactionByHash', hash)).toMatchObject({
      type: '0x4',
      authorizationList: [asJson],
    })
    expect(await rpc.result('eth_getTransactionReceipt', hash)).toMatchObject({ type: '0x4', status: '0x1' })
  })

  it('blobs shows what they are and cost (EIP-4844)', async () => {
    const { node, rpc } = nodeWithClient()
    const { hash } = await node.sendRawTransaction(rawBlobTransaction())
    await produce(node)
    expect(await rpc.result('eth_getTransactionByHash', hash)).toMatchObject({
      type: '0x3',
      blobVersionedHashes: [zeroBlobHash],
      maxFeePerBlobGas: '0x3b9aca00',
    })
    expect(await rpc.result('eth_getTransactionReceipt', hash)).toMatchObject({
      blobGasUsed: '0x20000',
      blobGasPrice: '0x1',
    })
  })
})

describe('blob transactions in the pool', () => {
  it('pass from one fork to the next with proofs of the same kind', async () => {
    const node = testNode(sharedExecution({ deneb: 0, electra: 1 }))
    await node.sendRawTransaction(rawBlobTransaction({ nonce: 1n }))
    while (node.shared.rules.forkAt(node.chain.head.record.block.header.timestamp) !== 'prague')
      await produce(node)
    expect(node.pool.size).toBe(1)
    await send(node, alice, { nonce: 0, to: bob.address })
    expect((await produce(node)).transactionHashes).toHaveLength(2)
  })

  it('are dropped where their proofs are no longer valid', async () => {
    const node = testNode(sharedExecution({ electra: 0, fulu: 1 }))
    await node.sendRawTransaction(rawBlobTransaction({ nonce: 1n }))
    while (node.shared.rules.forkAt(node.chain.head.record.block.header.timestamp) !== 'osaka')
      await produce(node)
    expect(node.pool.size).toBe(0)
  })
})

describe('the precompile of EIP-4844', () => {
  it('verifies a proof, though the trusted setup was not loaded', async () => {
    const { rpc } = nodeWithClient()
    const infinity = `c0${'00'.repeat(47)}`
    const zero = '00'.repeat(32)
    const input = (y: string) => `${zeroBlobHash}${zero}${y}${infinity}${infinity}`
    const precompile = `0x${'00'.repeat(19)}0a`
    const answer = await rpc.result('eth_call', { to: precompile, data: input(zero) }, 'latest')
    // FIELD_ELEMENTS_PER_BLOB and the modulus of the field.
    expect(answer).toBe(
      `0x${(4096).toString(16).padStart(64, '0')}73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001`,
    )
    const lie = `${'00'.repeat(31)}01`
    expect((await rpc.ask('eth_call', { to: precompile, data: input(lie) }, 'latest')).error).toBeDefined()
  })
})
