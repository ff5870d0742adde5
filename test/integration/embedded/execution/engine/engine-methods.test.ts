import { describe, expect, it } from 'vitest'
import { hexToBytes, quantity } from '../../../../../src/embedded/execution/bytes.ts'
import { engineMethods } from '../../../../../src/embedded/execution/engine/engine-methods.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import { rawBlobTransaction, zeroBlob, zeroBlobHash } from '../support/blobs.ts'
import {
  accounts,
  atGenesis,
  genesisTime,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
  zeroHash,
} from '../support/chain.ts'
import { clientOf, type RpcClient } from '../support/rpc-client.ts'

const versions = {
  cancun: { newPayload: 'V3', getPayload: 'V3' },
  prague: { newPayload: 'V4', getPayload: 'V4' },
  osaka: { newPayload: 'V4', getPayload: 'V5' },
} as const
type Fork = keyof typeof versions
const forks = Object.keys(versions) as Fork[]

interface BuiltJson {
  executionPayload: { blockHash: Hex; timestamp: Hex; transactions: Hex[]; [field: string]: unknown }
  blockValue: Hex
  blobsBundle: { commitments: Hex[]; proofs: Hex[]; blobs: Hex[] }
  executionRequests?: Hex[]
}

function attributes(timestamp = genesisTime + 2) {
  return {
    timestamp: quantity(timestamp),
    prevRandao: zeroHash,
    suggestedFeeRecipient: `0x${'fe'.repeat(20)}`,
    withdrawals: [{ index: '0x0', validatorIndex: '0x1', address: `0x${'dd'.repeat(20)}`, amount: '0x5' }],
    parentBeaconBlockRoot: `0x${'be'.repeat(32)}`,
  }
}

function engineOf(fork: Fork): { node: ExecutionNode; engine: RpcClient } {
  const node = testNode(sharedExecution(atGenesis[fork]))
  return { node, engine: clientOf(engineMethods(node, 'test/1')) }
}

function stateAt(node: ExecutionNode, head = node.chain.head.record.hash) {
  return { headBlockHash: head, safeBlockHash: zeroHash, finalizedBlockHash: zeroHash }
}

async function begin(node: ExecutionNode, engine: RpcClient, wanted: unknown = attributes()): Promise<Hex> {
  const { payloadId } = (await engine.result('engine_forkchoiceUpdatedV3', stateAt(node), wanted)) as {
    payloadId: Hex
  }
  return payloadId
}

describe.each(forks)('the Engine API at %s', (fork) => {
  it('builds a payload that another node takes', async () => {
    const { node, engine } = engineOf(fork)
    const raw = await signTransaction(accounts[0], { nonce: 0, to: accounts[1].address, value: 1n })
    await node.sendRawTransaction(hexToBytes(raw))
    const id = await begin(node, engine)
    const built = (await engine.result(`engine_getPayload${versions[fork].getPayload}`, id)) as BuiltJson
    expect(built).toMatchObject({
      blockValue: quantity(21_000n * 1_000_000_000n),
      blobsBundle: { commitments: [], proofs: [], blobs: [] },
      shouldOverrideBuilder: false,
    })
    expect(built.executionPayload.transactions).toEqual([raw])
    expect(built.executionRequests).toEqual(fork === 'cancun' ? undefined : [])

    const other = engineOf(fork)
    const args = [
      built.executionPayload,
      [],
      attributes().parentBeaconBlockRoot,
      ...(fork === 'cancun' ? [] : [[]]),
    ]
    const status = {
      status: 'VALID',
      latestValidHash: built.executionPayload.blockHash,
      validationError: null,
    }
    expect(await other.engine.result(`engine_newPayload${versions[fork].newPayload}`, ...args)).toEqual(
      status,
    )
    const state = stateAt(other.node, built.executionPayload.blockHash)
    expect(await other.engine.result('engine_forkchoiceUpdatedV3', state, null)).toEqual({
      payloadStatus: status,
      payloadId: null,
    })
    expect(other.node.chain.head.record.number).toBe(1)
  })

  it('answers -38005 to the methods of other forks', async () => {
    const { node, engine } = engineOf(fork)
    const id = await begin(node, engine)
    for (const version of ['V3', 'V4', 'V5']) {
      const error = (await engine.ask(`engine_getPayload${version}`, id)).error
      expect(error?.code).toBe(version === versions[fork].getPayload ? undefined : -38005)
    }
    const built = (await engine.result(`engine_getPayload${versions[fork].getPayload}`, id)) as BuiltJson
    for (const version of ['V3', 'V4']) {
      const extra = version === 'V4' ? [[]] : []
      const args = [built.executionPayload, [], attributes().parentBeaconBlockRoot, ...extra]
      const error = (await engine.ask(`engine_newPayload${version}`, ...args)).error
      expect(error?.code).toBe(version === versions[fork].newPayload ? undefined : -38005)
    }
  })
})

describe('the Engine API', () => {
  it('answers -38001 to an unknown payload', async () => {
    const { engine } = engineOf('prague')
    expect((await engine.ask('engine_getPayloadV4', '0x0102030405060708')).error?.code).toBe(-38001)
  })

  it('answers -38003 to attributes that are not whole, and follows the head all the same', async () => {
    const { node, engine } = engineOf('prague')
    const other = testNode(node.shared)
    const record = await produce(other)
    await node.importBlock(record.block)
    const { parentBeaconBlockRoot: _root, ...withoutRoot } = attributes(genesisTime + 8)
    for (const bad of [withoutRoot, { ...attributes(genesisTime + 8), timestamp: '5' }, 'attributes', []]) {
      const error = (await engine.ask('engine_forkchoiceUpdatedV3', stateAt(node, record.hash), bad)).error
      expect(error?.code).toBe(-38003)
    }
    expect(node.chain.head.record.hash).toBe(record.hash)
    const late = (await engine.ask('engine_forkchoiceUpdatedV3', stateAt(node), attributes(genesisTime)))
      .error
    expect(late?.code).toBe(-38003)
  })

  it('answers -38002 to a finalized block off the chain', async () => {
    const { node, engine } = engineOf('prague')
    const state = { ...stateAt(node), finalizedBlockHash: `0x${'99'.repeat(32)}` }
    expect((await engine.ask('engine_forkchoiceUpdatedV3', state, null)).error?.code).toBe(-38002)
  })

  it.each<[string, unknown[]]>([
    ['empty requests', ['0x01']],
    ['requests out of order', ['0x02aa', '0x01aa']],
    ['two requests of a type', ['0x01aa', '0x01bb']],
    ['requests that are no data', ['hello']],
  ])('answers -32602 to %s', async (_, requests) => {
    const { node, engine } = engineOf('prague')
    const built = (await engine.result('engine_getPayloadV4', await begin(node, engine))) as BuiltJson
    const args = [built.executionPayload, [], attributes().parentBeaconBlockRoot, requests]
    expect((await engine.ask('engine_newPayloadV4', ...args)).error?.code).toBe(-32602)
  })

  it('answers -32602 to a payload with a field missing, null, or of the wrong form', async () => {
    const { node, engine } = engineOf('prague')
    const built = (await engine.result('engine_getPayloadV4', await begin(node, engine))) as BuiltJson
    for (const field of Object.keys(built.executionPayload)) {
      for (const bad of [undefined, null, 'x', '0xzz', {}, 5]) {
        const payload = { ...built.executionPayload, [field]: bad }
        const args = [payload, [], attributes().parentBeaconBlockRoot, []]
        const { error } = await engine.ask('engine_newPayloadV4', ...args)
        expect([field, bad, error?.code]).toEqual([field, bad, -32602])
      }
    }
  })

  it('says what it can do', async () => {
    const { engine } = engineOf('prague')
    const capabilities = await engine.result('engine_exchangeCapabilities', ['engine_newPayloadV4'])
    expect(capabilities).toContain('engine_getPayloadV5')
    expect(capabilities).not.toContain('engine_exchangeCapabilities')
    expect(await engine.result('engine_getClientVersionV1', { code: 'LS' })).toEqual([
      { code: 'EJ', name: 'eth-localnet', version: 'test/1', commit: '0x00000000' },
    ])
  })

  it('gives bodies by hash and by range', async () => {
    const { node, engine } = engineOf('prague')
    const raw = await signTransaction(accounts[0], { nonce: 0, to: accounts[1].address, value: 1n })
    await node.sendRawTransaction(hexToBytes(raw))
    const first = await produce(node)
    await produce(node)
    const body = { transactions: [raw], withdrawals: [] }
    const empty = { transactions: [], withdrawals: [] }
    expect(await engine.result('engine_getPayloadBodiesByHashV1', [first.hash, zeroHash])).toEqual([
      body,
      null,
    ])
    expect(await engine.result('engine_getPayloadBodiesByRangeV1', '0x1', '0x5')).toEqual([body, empty])
    expect(await engine.result('engine_getPayloadBodiesByRangeV1', '0x9', '0x5')).toEqual([])
    expect((await engine.ask('engine_getPayloadBodiesByRangeV1', '0x0', '0x5')).error?.code).toBe(-32602)
    expect((await engine.ask('engine_getPayloadBodiesByRangeV1', '0x1', '0x81')).error?.code).toBe(-38004)
  })
})

describe('blobs', () => {
  it('go from the pool into a bundle, and come back after a reorganisation', async () => {
    const { node, engine } = engineOf('prague')
    const { hash } = await node.sendRawTransaction(rawBlobTransaction())
    const [found, missing] = (await engine.result('engine_getBlobsV1', [zeroBlobHash, zeroHash])) as unknown[]
    expect(found).toEqual({ blob: zeroBlob, proof: `0xc0${'00'.repeat(47)}` })
    expect(missing).toBeNull()
    expect((await engine.ask('engine_getBlobsV2', [zeroBlobHash])).error?.code).toBe(-38005)

    const built = (await engine.result('engine_getPayloadV4', await begin(node, engine))) as BuiltJson
    expect(built.blobsBundle).toEqual({
      commitments: [`0xc0${'00'.repeat(47)}`],
      proofs: [`0xc0${'00'.repeat(47)}`],
      blobs: [zeroBlob],
    })
    expect(built.executionPayload.blobGasUsed).toBe('0x20000')
    const args = [built.executionPayload, [zeroBlobHash], attributes().parentBeaconBlockRoot, []]
    const other = engineOf('prague')
    expect(await other.engine.result('engine_newPayloadV4', ...args)).toMatchObject({ status: 'VALID' })
    const wrong = await other.engine.result('engine_newPayloadV4', built.executionPayload, [], args[2], [])
    expect(wrong).toMatchObject({ status: 'INVALID', latestValidHash: null })

    await engine.result('engine_newPayloadV4', ...args)
    await engine.result('engine_forkchoiceUpdatedV3', stateAt(node, built.executionPayload.blockHash), null)
    expect(node.pool.size).toBe(0)
    await engine.result('engine_forkchoiceUpdatedV3', stateAt(node, node.chain.genesis.hash), null)
    expect(node.pool.get(hash)).toBeDefined()
    expect(await engine.result('engine_getBlobsV1', [zeroBlobHash])).toEqual([found])
  })

  it('have cell proofs from Osaka on, made here for who sends the old ones', async () => {
    const { node, engine } = engineOf('osaka')
    await node.sendRawTransaction(rawBlobTransaction({ sidecar: 'blob proofs' }))
    const [found] = (await engine.result('engine_getBlobsV2', [zeroBlobHash])) as { proofs: Hex[] }[]
    expect(found?.proofs).toHaveLength(128)
    expect(await engine.result('engine_getBlobsV2', [zeroBlobHash, zeroHash])).toBeNull()
    const built = (await engine.result('engine_getPayloadV5', await begin(node, engine))) as BuiltJson
    expect(built.blobsBundle.proofs).toHaveLength(128)
  })

  it('are refused with proofs that do not prove them, or of another fork', async () => {
    const { node } = engineOf('prague')
    // A valid point that proves nothing here: the generator of the group.
    const generator: Hex =
      '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb'
    const lie = rawBlobTransaction({ proof: generator })
    await expect(node.sendRawTransaction(lie)).rejects.toThrow(/invalid transaction/)
    const early = rawBlobTransaction({ sidecar: 'cell proofs' })
    await expect(node.sendRawTransaction(early)).rejects.toThrow(/invalid transaction/)
    await expect(node.sendRawTransaction(rawBlobTransaction().subarray(0, 200))).rejects.toThrow(
      /invalid transaction/,
    )
    expect(node.pool.size).toBe(0)
  })
})
