import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { getContractAddress, keccak256, parseTransaction } from 'viem'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  bytesToHex,
  keccak256 as hashOf,
  hexToBytes,
  quantity,
} from '../../../../../src/embedded/execution/bytes.ts'
import type { BlockRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { ethMethods } from '../../../../../src/embedded/execution/rpc/eth-methods.ts'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import {
  accounts,
  atGenesis,
  attributesAfter,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
  zeroHash,
} from '../support/chain.ts'
import { counter, counterTopic, deploying, environment, refuser } from '../support/contracts.ts'
import { clientOf, type RpcClient } from '../support/rpc-client.ts'

const [alice, bob, carol] = accounts
const counterAddress = getContractAddress({ from: alice.address, nonce: 0n }).toLowerCase() as Hex
const refuserAddress = getContractAddress({ from: bob.address, nonce: 0n }).toLowerCase() as Hex
const gas = 300_000n

let node: ExecutionNode
let rpc: RpcClient
let one: BlockRecord
let two: BlockRecord

async function send(account: (typeof accounts)[number], transaction: Parameters<typeof signTransaction>[1]) {
  return (await rpc.result('eth_sendRawTransaction', await signTransaction(account, transaction))) as Hex
}

/** Block 1 deploys the two contracts; block 2 calls the counter twice, and sends 5 wei to bob. */
beforeEach(async () => {
  node = testNode()
  rpc = clientOf(ethMethods(node))
  await send(alice, { nonce: 0, gas, data: deploying(counter) })
  await send(bob, { nonce: 0, gas, data: deploying(refuser) })
  one = await produce(node)
  await send(alice, { nonce: 1, gas, to: counterAddress, maxPriorityFeePerGas: 3_000_000_000n })
  await send(alice, { nonce: 2, gas, to: counterAddress, maxPriorityFeePerGas: 2_000_000_000n })
  await send(carol, { nonce: 0, to: bob.address, value: 5n, maxPriorityFeePerGas: 1_000_000_000n })
  two = await produce(node)
})

describe('blocks', () => {
  it('are found by number, hash and tag', async () => {
    await makeHead(node, two, one.hash)
    const numberOf = async (tag: string) =>
      ((await rpc.result('eth_getBlockByNumber', tag, false)) as { number: Hex }).number
    expect(await numberOf('latest')).toBe('0x2')
    expect(await numberOf('safe')).toBe('0x1')
    expect(await numberOf('finalized')).toBe('0x1')
    expect(await numberOf('earliest')).toBe('0x0')
    expect(await numberOf('0x1')).toBe('0x1')
    expect(await rpc.result('eth_blockNumber')).toBe('0x2')
    expect(await rpc.result('eth_getBlockByHash', two.hash, false)).toMatchObject({ hash: two.hash })
    expect(await rpc.result('eth_getBlockByNumber', '0x9', false)).toBeNull()
    expect(await rpc.result('eth_getBlockByHash', zeroHash, false)).toBeNull()
  })

  it('hash to their hash, and carry their transactions in full when asked to', async () => {
    const full = (await rpc.result('eth_getBlockByNumber', '0x2', true)) as {
      transactions: { hash: Hex; gasPrice: Hex }[]
    }
    const short = (await rpc.result('eth_getBlockByNumber', '0x2', false)) as { transactions: Hex[] }
    expect(full.transactions.map(({ hash }) => hash)).toEqual(short.transactions)
    expect(short.transactions).toEqual(two.transactionHashes)
    const raw = (await rpc.result('debug_getRawHeader', '0x2')) as Hex
    expect(keccak256(raw)).toBe(two.hash)
    const baseFee = two.block.header.baseFeePerGas ?? 0n
    expect(full.transactions[0]?.gasPrice).toBe(quantity(baseFee + 3_000_000_000n))
  })

  it('that would come next are shown as pending', async () => {
    await send(carol, { nonce: 1, to: bob.address, value: 5n })
    const pending = (await rpc.result('eth_getBlockByNumber', 'pending', true)) as Record<string, unknown>
    expect(pending).toMatchObject({ number: '0x3', hash: null, nonce: null, parentHash: two.hash })
    expect(pending.transactions).toHaveLength(1)
    expect(await rpc.result('eth_getTransactionCount', carol.address, 'pending')).toBe('0x2')
    expect(await rpc.result('eth_getTransactionCount', carol.address, 'latest')).toBe('0x1')
    expect(await rpc.result('eth_getBalance', bob.address, 'pending')).not.toBe(
      await rpc.result('eth_getBalance', bob.address, 'latest'),
    )
    expect(await rpc.result('eth_blockNumber')).toBe('0x2')
  })

  it('have no uncles', async () => {
    expect(await rpc.result('eth_getUncleCountByBlockNumber', 'latest')).toBe('0x0')
    expect(await rpc.result('eth_getUncleCountByBlockHash', zeroHash)).toBeNull()
    expect(await rpc.result('eth_getUncleByBlockNumberAndIndex', 'latest', '0x0')).toBeNull()
    expect(await rpc.result('eth_getUncleByBlockHashAndIndex', two.hash, '0x0')).toBeNull()
    expect(await rpc.result('eth_getBlockTransactionCountByNumber', 'latest')).toBe('0x3')
    expect(await rpc.result('eth_getBlockTransactionCountByHash', zeroHash)).toBeNull()
  })
})

describe('transactions', () => {
  it('are found by hash, by place, and while they wait', async () => {
    const [hash] = two.transactionHashes
    const byHash = await rpc.result('eth_getTransactionByHash', hash)
    expect(byHash).toMatchObject({
      hash,
      blockHash: two.hash,
      blockNumber: '0x2',
      transactionIndex: '0x0',
      nonce: '0x1',
    })
    expect(await rpc.result('eth_getTransactionByBlockHashAndIndex', two.hash, '0x0')).toEqual(byHash)
    expect(await rpc.result('eth_getTransactionByBlockNumberAndIndex', '0x2', '0x0')).toEqual(byHash)
    expect(await rpc.result('eth_getTransactionByBlockNumberAndIndex', '0x2', '0x3')).toBeNull()
    const waiting = await send(carol, { nonce: 1, to: bob.address })
    expect(await rpc.result('eth_getTransactionByHash', waiting)).toMatchObject({
      blockHash: null,
      transactionIndex: null,
    })
    expect(await rpc.result('eth_getTransactionReceipt', waiting)).toBeNull()
    expect(await rpc.result('eth_getTransactionByHash', zeroHash)).toBeNull()
  })

  it('come back as the bytes that were sent', async () => {
    const raw = await signTransaction(carol, { nonce: 1, to: bob.address })
    const hash = await rpc.result('eth_sendRawTransaction', raw)
    expect(await rpc.result('eth_getRawTransactionByHash', hash)).toBe(raw)
    await produce(node)
    expect(await rpc.result('eth_getRawTransactionByHash', hash)).toBe(raw)
    expect(await rpc.result('debug_getRawTransaction', hash)).toBe(raw)
    expect(await rpc.result('eth_getRawTransactionByBlockNumberAndIndex', 'latest', '0x0')).toBe(raw)
    expect(parseTransaction(raw).nonce).toBe(1)
  })

  it('have receipts, one by one and by block', async () => {
    const receipts = (await rpc.result('eth_getBlockReceipts', 'latest')) as Record<string, unknown>[]
    expect(receipts).toHaveLength(3)
    expect(await rpc.result('eth_getTransactionReceipt', two.transactionHashes[1])).toEqual(receipts[1])
    expect(receipts[1]).toMatchObject({
      status: '0x1',
      type: '0x2',
      from: alice.address.toLowerCase(),
      to: counterAddress,
      contractAddress: null,
      transactionIndex: '0x1',
      logs: [
        {
          address: counterAddress,
          topics: [counterTopic],
          logIndex: '0x1',
          transactionIndex: '0x1',
          removed: false,
        },
      ],
    })
    const gasUsed = receipts.map((receipt) => BigInt(receipt.gasUsed as Hex))
    expect(receipts[2]?.cumulativeGasUsed).toBe(quantity(gasUsed.reduce((sum, each) => sum + each, 0n)))
    expect(await rpc.result('eth_getTransactionReceipt', one.transactionHashes[0])).toMatchObject({
      contractAddress: expect.stringMatching(/^0x[0-9a-f]{40}$/),
      to: null,
    })
    expect(await rpc.result('eth_getBlockReceipts', '0x9')).toBeNull()
  })

  it('are refused with the code and the words of Geth', async () => {
    const raw = await signTransaction(alice, { nonce: 0, to: bob.address })
    expect((await rpc.ask('eth_sendRawTransaction', raw)).error).toMatchObject({
      code: -32000,
      message: 'nonce too low: next nonce 3, tx nonce 0',
    })
    expect((await rpc.ask('eth_sendRawTransaction', '0x01')).error?.code).toBe(-32000)
    expect((await rpc.ask('eth_sendRawTransaction', 'hello')).error?.code).toBe(-32602)
  })
})

describe('state', () => {
  it('is that of the block asked for', async () => {
    const slot = async (block: unknown) =>
      BigInt((await rpc.result('eth_getStorageAt', counterAddress, '0x0', block)) as Hex)
    expect(await slot('0x1')).toBe(0n)
    expect(await slot('latest')).toBe(2n)
    expect(await slot({ blockHash: one.hash })).toBe(0n)
    expect(await slot({ blockNumber: '0x2' })).toBe(2n)
    expect(await rpc.result('eth_getCode', counterAddress, 'latest')).toBe(counter)
    expect(await rpc.result('eth_getCode', counterAddress, '0x0')).toBe('0x')
    expect(await rpc.result('eth_getBalance', zeroHash.slice(0, 42), 'latest')).toBe('0x0')
    expect((await rpc.ask('eth_getBalance', alice.address, '0x9')).error).toMatchObject({
      code: -32000,
      message: 'header not found',
    })
  })

  it('of an abandoned block is given by hash, unless it must be canonical', async () => {
    const sibling = (
      await node.build(node.chain.executed(one.hash) ?? node.chain.head, attributesAfter(one, 9))
    ).executed.record
    await node.importBlock(sibling.block)
    expect(await rpc.result('eth_getTransactionCount', alice.address, { blockHash: sibling.hash })).toBe(
      '0x1',
    )
    const strict = { blockHash: sibling.hash, requireCanonical: true }
    expect((await rpc.ask('eth_getTransactionCount', alice.address, strict)).error?.message).toContain(
      'canonical',
    )
  })

  it('that is no longer kept is said to be', async () => {
    const short = testNode(undefined, { history: { blocks: 256, states: 1 } })
    const client = clientOf(ethMethods(short))
    for (let count = 0; count < 4; count++) await produce(short)
    await makeHead(short, short.chain.head.record, short.chain.canonical(3)?.hash)
    expect((await client.ask('eth_getBalance', alice.address, '0x1')).error?.message).toMatch(
      /missing trie node/,
    )
    expect(await client.result('eth_getBlockByNumber', '0x1', false)).toMatchObject({ number: '0x1' })
    expect((await client.ask('debug_traceBlockByNumber', '0x1')).error?.message).toMatch(/not kept/)
  })

  it('comes with proofs that the library verifies', async () => {
    const proof = (await rpc.result('eth_getProof', counterAddress, ['0x0', '0x7'], 'latest')) as {
      accountProof: Hex[]
      balance: Hex
      nonce: Hex
      codeHash: Hex
      storageHash: Hex
      storageProof: { key: Hex; value: Hex; proof: Hex[] }[]
    }
    const account = await verifyMerkleProof(
      hashOf(hexToBytes(counterAddress)),
      proof.accountProof.map(hexToBytes),
      {
        root: two.block.header.stateRoot,
      },
    )
    const fields = [proof.nonce, proof.balance].map((value) =>
      value === '0x0' ? new Uint8Array(0) : hexToBytes(`0x${value.slice(2).padStart(2, '0')}`),
    )
    expect(account).toEqual(
      RLP.encode([...fields, hexToBytes(proof.storageHash), hexToBytes(proof.codeHash)]),
    )
    expect(proof.storageProof.map(({ key, value }) => [key, value])).toEqual([
      ['0x0', '0x2'],
      ['0x7', '0x0'],
    ])
    const value = await verifyMerkleProof(
      hashOf(new Uint8Array(32)),
      (proof.storageProof[0]?.proof ?? []).map(hexToBytes),
      {
        root: hexToBytes(proof.storageHash),
      },
    )
    expect(value).toEqual(RLP.encode(2))
  })
})

describe('calls', () => {
  it('return what the contract returns, in the environment of the block', async () => {
    const where: Hex = `0x${'77'.repeat(20)}`
    const override = { [where]: { code: environment } }
    const words = async (call: object, blockOverride?: object) =>
      ((await rpc.result('eth_call', { to: where, ...call }, 'latest', override, blockOverride)) as string)
        .slice(2)
        .match(/.{64}/g)
    expect(await words({})).toEqual([
      one.hash.slice(2),
      node.chain.genesis.hash.slice(2),
      bytesToHex(two.block.header.mixHash).slice(2),
      '0'.repeat(64),
      '1'.padStart(64, '0'),
    ])
    const changed = await words(
      { from: alice.address, gasPrice: '0x7' },
      { prevRandao: `0x${'42'.repeat(32)}`, baseFeePerGas: '0x7' },
    )
    expect(changed?.slice(2, 4)).toEqual(['42'.repeat(32), '7'.padStart(64, '0')])
  })

  it('leave no trace', async () => {
    const before = node.chain.head.state.root
    await rpc.result('eth_call', { to: counterAddress, from: alice.address }, 'latest')
    expect(node.chain.head.state.root).toEqual(before)
  })

  it('can start from a contract, or with a state that is not', async () => {
    expect(await rpc.result('eth_call', { from: counterAddress, to: counterAddress }, 'latest')).toBe('0x')
    const call = { from: `0x${'55'.repeat(20)}`, to: bob.address, value: '0x5' }
    expect((await rpc.ask('eth_call', call, 'latest')).error?.message).toMatch(/^insufficient funds for gas/)
    expect(await rpc.result('eth_call', call, 'latest', { [call.from]: { balance: '0x5' } })).toBe('0x')
    const returnsSlotZero = '0x60005460005260206000f3'
    const state = { [zeroHash]: `0x${'12'.padStart(64, '0')}` }
    const read = async (override: object) =>
      BigInt(
        (await rpc.result('eth_call', { to: counterAddress }, 'latest', {
          [counterAddress]: { code: returnsSlotZero, ...override },
        })) as Hex,
      )
    expect(await read({})).toBe(2n)
    expect(await read({ stateDiff: state })).toBe(0x12n)
    expect(await read({ state: {} })).toBe(0n)
    const both = { [counterAddress]: { state, stateDiff: state } }
    expect((await rpc.ask('eth_call', { to: counterAddress }, 'latest', both)).error?.message).toContain(
      'both',
    )
  })

  it('say why they revert', async () => {
    const { error } = await rpc.ask('eth_call', { to: refuserAddress }, 'latest')
    expect(error).toMatchObject({ code: 3, message: 'execution reverted: no' })
    expect(error?.data).toMatch(/^0x08c379a0/)
    expect((await rpc.ask('eth_estimateGas', { to: refuserAddress })).error).toEqual(error)
  })

  it('fail for what is no revert with the name of the failure', async () => {
    const broken: Hex = `0x${'88'.repeat(20)}`
    const ask = async (code: Hex, call: object = {}) =>
      (await rpc.ask('eth_call', { to: broken, ...call }, 'latest', { [broken]: { code } })).error
    expect(await ask('0xfe')).toMatchObject({ code: -32000, message: expect.stringContaining('invalid') })
    expect(await ask('0x5b600056', { gas: '0x186a0' })).toMatchObject({ code: -32000, message: 'out of gas' })
    expect(await ask('0x00', { gas: '0x1' })).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/gas/i),
    })
    expect(await ask('0x00', { gasPrice: '0x1', maxFeePerGas: '0x1' })).toMatchObject({ code: -32000 })
    expect(await ask('0x00', { gasPrice: '0x1', from: alice.address })).toMatchObject({
      code: -32000,
      message: expect.stringContaining("block's baseFeePerGas"),
    })
    expect(await ask('0x00', { data: '0x01', input: '0x02' })).toMatchObject({ code: -32000 })
  })

  it('estimate gas that is enough, and not much more', async () => {
    expect(await rpc.result('eth_estimateGas', { from: alice.address, to: bob.address, value: '0x1' })).toBe(
      '0x5208',
    )
    for (const call of [
      { from: alice.address, to: counterAddress },
      { from: alice.address, data: deploying(counter) },
    ]) {
      const estimate = BigInt((await rpc.result('eth_estimateGas', call)) as Hex)
      expect(await rpc.result('eth_call', { ...call, gas: quantity(estimate) }, 'latest')).toMatch(/^0x/)
      const less = quantity((estimate * 98n) / 100n)
      expect((await rpc.ask('eth_call', { ...call, gas: less }, 'latest')).error?.message).toMatch(/gas/)
    }
    // Reverts with less than 100,000 gas, though it uses next to none.
    const greedy = { to: `0x${'66'.repeat(20)}` }
    const code = '0x5a620186a011600a57005b60006000fd'
    const enough = BigInt(
      (await rpc.result('eth_estimateGas', greedy, 'latest', { [greedy.to]: { code } })) as Hex,
    )
    expect(enough).toBeGreaterThanOrEqual(121_002n)
    expect(enough).toBeLessThan(123_000n)
    const endless = { to: `0x${'99'.repeat(20)}` }
    const loop = { [endless.to]: { code: '0x5b600056' } }
    const limited = { ...endless, gas: '0x186a0' }
    expect((await rpc.ask('eth_estimateGas', limited, 'latest', loop)).error?.message).toMatch(
      /gas required exceeds/,
    )
    const poor = { from: `0x${'55'.repeat(20)}`, to: bob.address, value: '0x1', maxFeePerGas: '0x77359400' }
    expect((await rpc.ask('eth_estimateGas', poor)).error?.message).toMatch(/insufficient funds/)
  })

  it('estimate gas within what a transaction may have at Osaka', async () => {
    const osaka = testNode(sharedExecution(atGenesis.osaka))
    const client = clientOf(ethMethods(osaka))
    expect(await client.result('eth_estimateGas', { from: alice.address, to: bob.address })).toBe('0x5208')
    expect(await client.result('eth_call', { from: alice.address, to: bob.address }, 'latest')).toBe('0x')
  })

  it('list what they touch', async () => {
    expect(
      await rpc.result('eth_createAccessList', { from: alice.address, to: counterAddress }, 'latest'),
    ).toEqual({
      accessList: [{ address: counterAddress, storageKeys: [zeroHash] }],
      gasUsed: expect.stringMatching(/^0x[0-9a-f]+$/),
    })
  })
})

describe('prices', () => {
  it('follow what transactions pay', async () => {
    const { header } = two.block
    const next = header.calcNextBaseFee()
    const history = (await rpc.result('eth_feeHistory', '0x2', 'latest', [0, 100])) as Record<string, unknown>
    expect(history).toEqual({
      oldestBlock: '0x1',
      baseFeePerGas: [
        quantity(one.block.header.baseFeePerGas ?? 0n),
        quantity(header.baseFeePerGas ?? 0n),
        quantity(next),
      ],
      gasUsedRatio: [one, two].map(({ block }) => Number(block.header.gasUsed) / 60_000_000),
      baseFeePerBlobGas: ['0x1', '0x1', '0x1'],
      blobGasUsedRatio: [0, 0],
      reward: [
        ['0x3b9aca00', '0x3b9aca00'],
        ['0x3b9aca00', '0xb2d05e00'],
      ],
    })
    expect(await rpc.result('eth_feeHistory', 1, 'latest', [])).not.toHaveProperty('reward')
    expect((await rpc.ask('eth_feeHistory', '0x1', 'latest', [50, 10])).error?.message).toContain('ascending')
    const tip = BigInt((await rpc.result('eth_maxPriorityFeePerGas')) as Hex)
    expect([1_000_000_000n, 2_000_000_000n, 3_000_000_000n]).toContain(tip)
    expect(await rpc.result('eth_gasPrice')).toBe(quantity(tip + (header.baseFeePerGas ?? 0n)))
    expect(await rpc.result('eth_blobBaseFee')).toBe('0x1')
  })

  it('are a gwei where nobody has paid any', async () => {
    expect(await clientOf(ethMethods(testNode())).result('eth_maxPriorityFeePerGas')).toBe('0x3b9aca00')
  })
})

describe('traces', () => {
  it('list the steps of a transaction', async () => {
    const hash = two.transactionHashes[1]
    const trace = (await rpc.result('debug_traceTransaction', hash)) as {
      gas: number
      failed: boolean
      structLogs: {
        op: string
        storage?: object
        stack?: string[]
        gas: number
        gasCost: number
        depth: number
      }[]
    }
    expect(trace.failed).toBe(false)
    expect(trace.gas).toBe(Number(two.receipts[1]?.gasUsed))
    expect(trace.structLogs.map(({ op }) => op)).toEqual(
      'PUSH1 SLOAD PUSH1 ADD PUSH1 SSTORE PUSH1 PUSH1 MSTORE PUSH32 PUSH1 PUSH1 LOG1 STOP'.split(' '),
    )
    // The second call of the block sees what the first has written.
    expect(trace.structLogs[1]).toMatchObject({
      depth: 1,
      stack: ['0x0'],
      storage: { ['0'.repeat(64)]: '1'.padStart(64, '0') },
    })
    expect(trace.structLogs[5]).toMatchObject({
      gasCost: 2900,
      storage: { ['0'.repeat(64)]: '2'.padStart(64, '0') },
    })
    const slim = (await rpc.result('debug_traceTransaction', hash, {
      disableStack: true,
      disableStorage: true,
      limit: 2,
    })) as typeof trace
    expect(slim.structLogs).toHaveLength(2)
    expect(slim.structLogs[1]).not.toHaveProperty('stack')
    expect(slim.structLogs[1]).not.toHaveProperty('storage')
  })

  it('show calls and their failures', async () => {
    const trace = await rpc.result(
      'debug_traceCall',
      { from: alice.address, to: refuserAddress, gas: '0x30d40' },
      'latest',
      { tracer: 'callTracer' },
    )
    expect(trace).toMatchObject({
      type: 'CALL',
      from: alice.address.toLowerCase(),
      to: refuserAddress,
      gas: '0x30d40',
      error: 'execution reverted',
      revertReason: 'no',
    })
    const block = (await rpc.result('debug_traceBlockByNumber', 'latest', { tracer: 'callTracer' })) as {
      txHash: Hex
      result: { type: string }
    }[]
    expect(block.map(({ txHash }) => txHash)).toEqual(two.transactionHashes)
    expect(await rpc.result('debug_traceBlockByHash', two.hash, { tracer: 'callTracer' })).toEqual(block)
    const created = (await rpc.result('debug_traceTransaction', one.transactionHashes[0], {
      tracer: 'callTracer',
    })) as { type: string; to: Hex }
    expect(created.type).toBe('CREATE')
    expect([counterAddress, refuserAddress]).toContain(created.to)
  })

  it('are refused for tracers and transactions that are not there', async () => {
    expect(
      (await rpc.ask('debug_traceTransaction', two.transactionHashes[0], { tracer: 'js' })).error?.message,
    ).toContain('callTracer')
    expect((await rpc.ask('debug_traceTransaction', zeroHash)).error?.message).toBe('transaction not found')
    expect((await rpc.ask('debug_getRawBlock', '0x9')).error?.message).toBe('block not found')
  })
})

describe('the node', () => {
  it('tells who it is', async () => {
    expect(await rpc.result('eth_chainId')).toBe('0x539')
    expect(await rpc.result('net_version')).toBe('1337')
    expect(await rpc.result('net_listening')).toBe(true)
    expect(await rpc.result('net_peerCount')).toBe('0x0')
    expect(await rpc.result('eth_syncing')).toBe(false)
    expect(await rpc.result('eth_accounts')).toEqual([])
    expect(await rpc.result('web3_clientVersion')).toBe('eth-localnet/embedded')
    expect(await rpc.result('web3_sha3', '0x68656c6c6f')).toBe(keccak256('0x68656c6c6f'))
    expect(await rpc.result('admin_peers')).toEqual([])
    expect(await rpc.result('admin_nodeInfo')).toMatchObject({
      protocols: { eth: { genesis: node.chain.genesis.hash, head: two.hash } },
    })
    expect(await rpc.result('rpc_modules')).toHaveProperty('eth')
  })

  it('shows its pool', async () => {
    await send(carol, { nonce: 1, to: bob.address })
    await send(carol, { nonce: 5, to: bob.address })
    expect(await rpc.result('txpool_status')).toEqual({ pending: '0x1', queued: '0x1' })
    const sender = carol.address.toLowerCase()
    expect(await rpc.result('txpool_content')).toMatchObject({
      pending: { [sender]: { 1: { nonce: '0x1' } } },
      queued: { [sender]: { 5: { nonce: '0x5' } } },
    })
    expect(await rpc.result('txpool_contentFrom', sender)).toMatchObject({
      pending: { 1: {} },
      queued: { 5: {} },
    })
    const inspected = (await rpc.result('txpool_inspect')) as {
      pending: Record<string, Record<string, string>>
    }
    expect(inspected.pending[sender]?.[1]).toBe(
      `${bob.address.toLowerCase()}: 0 wei + 21000 gas × 10000000000 wei`,
    )
  })
})
