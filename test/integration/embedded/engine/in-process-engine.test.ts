import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import type { Hex } from '../../../../src/plan/manifest.ts'
import type { ChainBuilder as ChainBuilderType } from '../support/chain-builder.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ validators: 16, forks: { deneb: 0, electra: 1, fulu: 2 } })
activatePreset(manifest.chain)
const { ssz } = await import('@lodestar/types')
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { payloadAttributes } = await import('../../../../src/embedded/production/payload-attributes.ts')
const { EngineUnavailableError } = await import('../../../../src/embedded/engine/errors.ts')
const { encodeExecutionRequests } = await import('../../../../src/embedded/engine/shared-payloads.ts')
const { ZERO_ROOT } = await import('../../../../src/embedded/fork-choice/types.ts')

let builder: ChainBuilderType
/** Over three epochs, one of each fork. */
let blocks: SignedBlock[]

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  blocks = await builder.buildMany(18, { syncAggregate: false, attestations: [] })
}, 60_000)

afterEach(() => void vi.restoreAllMocks())

function forkchoice(block: SignedBlock) {
  return {
    headBlockHash: block.executionBlockHash,
    safeBlockHash: ZERO_ROOT,
    finalizedBlockHash: ZERO_ROOT,
  }
}

/** A block with something else in it, with a valid signature. */
function changed(
  block: SignedBlock,
  change: (message: SignedBlock['value']['message']) => void,
): SignedBlock {
  const type = ssz[block.fork].SignedBeaconBlock
  const { message } = type.deserialize(block.bytes)
  change(message)
  return builder.signed(message)
}

function blockAt(slot: number): SignedBlock {
  const block = blocks[slot - 1]
  if (block === undefined) throw new RangeError(`There is no block at slot ${slot}.`)
  return block
}

async function importUpTo(slot: number) {
  const { engine, node } = builder.newEngine()
  for (const block of blocks.slice(0, slot)) {
    const { status } = await engine.notifyNewPayload(block)
    expect(status).toBe('VALID')
  }
  return { engine, node }
}

describe('new payloads', () => {
  test('of every fork are valid, and can be followed', async () => {
    const { engine, node } = await importUpTo(18)
    const head = blockAt(18)
    const { payloadStatus } = await engine.notifyForkchoiceUpdated(forkchoice(head))
    expect(payloadStatus).toEqual({
      status: 'VALID',
      latestValidHash: head.executionBlockHash,
      validationError: null,
    })
    expect(node.chain.head.record.hash).toBe(head.executionBlockHash)
  })

  test('are decoded once for all nodes', async () => {
    const block = builder.protocol.decodeBlock(blockAt(1).bytes)
    const decode = vi.spyOn(builder.execution, 'blockFromPayload')
    const copy = changed(block, (message) => void message.body.graffiti.fill(1))
    for (let node = 0; node < 3; node++) {
      const { status } = await builder.newEngine().engine.notifyNewPayload(copy)
      expect(status).toBe('VALID')
    }
    expect(decode).toHaveBeenCalledTimes(1)
  })

  test('whose parent is not known are SYNCING, until it comes', async () => {
    const { engine } = builder.newEngine()
    expect((await engine.notifyNewPayload(blockAt(2))).status).toBe('SYNCING')
    expect((await engine.notifyNewPayload(blockAt(1))).status).toBe('VALID')
    expect((await engine.notifyNewPayload(blockAt(2))).status).toBe('VALID')
  })

  test.each<[string, number, (message: SignedBlock['value']['message']) => void]>([
    [
      'a transaction that is none',
      1,
      ({ body }) => void body.executionPayload.transactions.push(Uint8Array.of(1)),
    ],
    ['another state root', 9, ({ body }) => void body.executionPayload.stateRoot.fill(1)],
    ['another block hash', 17, ({ body }) => void body.executionPayload.blockHash.fill(1)],
    ['a commitment without its blob', 9, ({ body }) => void body.blobKzgCommitments.push(new Uint8Array(48))],
    ['another parent beacon block', 9, (message) => void message.parentRoot.fill(1)],
    [
      'requests that the transactions did not make',
      9,
      ({ body }) => {
        if (!('executionRequests' in body)) throw new TypeError('no requests')
        body.executionRequests.consolidations.push(ssz.electra.ConsolidationRequest.defaultValue())
      },
    ],
  ])('with %s are INVALID, on every node', async (_, slot, change) => {
    const block = changed(blockAt(slot), change)
    const decode = vi.spyOn(builder.execution, 'blockFromPayload')
    for (let node = 0; node < 2; node++) {
      const { engine } = await importUpTo(slot - 1)
      const status = await engine.notifyNewPayload(block)
      expect(status.status).toBe('INVALID')
      expect(status.validationError).toEqual(expect.any(String))
    }
    // The blocks before it were decoded for an earlier node.
    expect(
      decode.mock.calls.filter(([payload]) => payload === block.value.message.body.executionPayload),
    ).toHaveLength(1)
  })
})

describe('payloads that are built', () => {
  test.each([1, 9, 17])('at slot %i are of the fork, and valid to another node', async (slot) => {
    const { engine } = await importUpTo(slot - 1)
    const parent = slot === 1 ? builder.genesis.block : blockAt(slot - 1)
    const state = builder.protocol.advance(builder.stateOf(parent.root), slot)
    const attributes = payloadAttributes(state, parent.root, new Uint8Array(20).fill(0xcc))
    const head = slot === 1 ? builder.files.executionBlockHash : parent.executionBlockHash
    const { payloadId } = await engine.notifyForkchoiceUpdated(
      { ...forkchoice(parent), headBlockHash: head },
      attributes,
    )
    const built = await engine.getPayload(payloadId ?? '')
    const fork = builder.forkAt(slot)
    const type = ssz[fork].ExecutionPayload
    expect(type.deserialize(type.serialize(built.executionPayload))).toEqual(built.executionPayload)
    expect(built.executionPayload.feeRecipient).toEqual(attributes.suggestedFeeRecipient)
    expect(built.executionPayload.timestamp).toBe(attributes.timestamp)
    expect(built).toMatchObject({
      blockValueWei: 0n,
      blobsBundle: { commitments: [], proofs: [], blobs: [] },
      executionRequests: [],
    })
  })

  test('pay their fee recipient what they say', async () => {
    const { engine, node } = builder.newEngine()
    const [from] = manifest.accounts
    if (from === undefined) throw new TypeError('no account')
    const raw = await privateKeyToAccount(from.privateKey).signTransaction({
      chainId: manifest.chain.chainId,
      type: 'eip1559',
      nonce: 0,
      gas: 21_000n,
      to: from.address,
      maxFeePerGas: 10_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    })
    await node.sendRawTransaction(Buffer.from(raw.slice(2), 'hex'))
    const state = builder.protocol.advance(builder.genesis.state, 1)
    const attributes = payloadAttributes(state, builder.genesis.block.root, new Uint8Array(20).fill(0xcc))
    const head = { ...forkchoice(builder.genesis.block), headBlockHash: builder.files.executionBlockHash }
    const { payloadId } = await engine.notifyForkchoiceUpdated(head, attributes)
    const { executionPayload, blockValueWei } = await engine.getPayload(payloadId ?? '')
    expect(executionPayload.transactions).toHaveLength(1)
    expect(blockValueWei).toBe(21_000n * 1_000_000_000n)
  })
})

test('blobs, their commitments and proofs come as bytes', async () => {
  const { engine, node } = builder.newEngine()
  const state = builder.protocol.advance(builder.genesis.state, 1)
  const attributes = payloadAttributes(state, builder.genesis.block.root, new Uint8Array(20))
  const head = { ...forkchoice(builder.genesis.block), headBlockHash: builder.files.executionBlockHash }
  const { payloadId } = await engine.notifyForkchoiceUpdated(head, attributes)
  const built = await node.getPayload(payloadId as Hex)
  const blobTransactions = [
    { kzgCommitments: ['0x0102'], kzgProofs: ['0x03', '0x04'], blobs: ['0x05'] },
    { kzgCommitments: ['0x0607'], kzgProofs: ['0x08', '0x09'], blobs: ['0x0a'] },
  ] as unknown as typeof built.blobTransactions
  vi.spyOn(node, 'getPayload').mockResolvedValue({ ...built, blobTransactions })
  expect((await engine.getPayload(payloadId ?? '')).blobsBundle).toEqual({
    commitments: [Uint8Array.of(1, 2), Uint8Array.of(6, 7)],
    proofs: [3, 4, 8, 9].map((byte) => Uint8Array.of(byte)),
    blobs: [Uint8Array.of(5), Uint8Array.of(10)],
  })
})

describe('what cannot be answered', () => {
  test('a payload that was not asked for', async () => {
    await expect(builder.newEngine().engine.getPayload('0x0000000000000000')).rejects.toThrow(
      EngineUnavailableError,
    )
  })

  test('a finalized block that is not on the chain of the head', async () => {
    const { engine } = await importUpTo(1)
    const state = { ...forkchoice(blockAt(1)), finalizedBlockHash: `0x${'11'.repeat(32)}` }
    await expect(engine.notifyForkchoiceUpdated(state)).rejects.toThrow(EngineUnavailableError)
  })

  test('a defect is not held against the block', async () => {
    const { engine, node } = builder.newEngine()
    vi.spyOn(node, 'importBlock').mockRejectedValueOnce(new TypeError('a defect'))
    await expect(engine.notifyNewPayload(blockAt(1))).rejects.toThrow(EngineUnavailableError)
    expect((await engine.notifyNewPayload(blockAt(1))).status).toBe('VALID')
  })
})

test('execution requests are encoded in the order of their types, without those that are empty', () => {
  const { DepositRequest, WithdrawalRequest, ConsolidationRequest } = ssz.electra
  const deposit = { ...DepositRequest.defaultValue(), amount: 5 }
  const withdrawal = { ...WithdrawalRequest.defaultValue(), amount: 6n }
  const consolidation = ConsolidationRequest.defaultValue()
  const none = { deposits: [], withdrawals: [], consolidations: [] }
  expect(encodeExecutionRequests(none)).toEqual([])
  expect(encodeExecutionRequests({ ...none, consolidations: [consolidation] })).toEqual([
    Uint8Array.of(2, ...ConsolidationRequest.serialize(consolidation)),
  ])
  expect(
    encodeExecutionRequests({ deposits: [deposit, deposit], withdrawals: [withdrawal], consolidations: [] }),
  ).toEqual([
    Uint8Array.of(0, ...DepositRequest.serialize(deposit), ...DepositRequest.serialize(deposit)),
    Uint8Array.of(1, ...WithdrawalRequest.serialize(withdrawal)),
  ])
})
