import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ForkchoiceState } from '../../../../src/embedded/engine/execution-engine.ts'
import type { ExecutionNode } from '../../../../src/embedded/execution/execution-node.ts'
import { startEngineServer } from '../../../../src/embedded/execution/server/engine-server.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import type { AccountPlan } from '../../../../src/plan/manifest.ts'
import { rawBlobTransaction } from '../execution/support/blobs.ts'
import { withdrawalRequests } from '../execution/support/contracts.ts'
import type { ChainBuilder as ChainBuilderType } from '../support/chain-builder.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ validators: 16, forks: { deneb: 0, electra: 1, fulu: 2 } })
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { payloadAttributes } = await import('../../../../src/embedded/production/payload-attributes.ts')
const { decodeExecutionRequests } = await import('../../../../src/embedded/production/execution-requests.ts')
const { HttpEngine } = await import('../../../../src/embedded/engine/http-engine.ts')
const { InProcessEngine } = await import('../../../../src/embedded/engine/in-process-engine.ts')
const { ZERO_ROOT } = await import('../../../../src/embedded/fork-choice/types.ts')

const nowMs = 1_700_000_000_000
const [sender, blobSender] = manifest.accounts.slice(0, 2) as [AccountPlan, AccountPlan]

let builder: ChainBuilderType
/** Over two epochs, one of each of the first two forks. */
let blocks: SignedBlock[]

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  blocks = await builder.buildMany(16, { syncAggregate: false, attestations: [] })
}, 60_000)

/** An execution node behind its engine server, and the engine that reaches it over HTTP. */
async function served() {
  const { node } = builder.newEngine()
  const jwtSecret = Uint8Array.from(randomBytes(32))
  const wallClock = () => nowMs
  const server = await startEngineServer({ node, jwtSecret, wallClock, onDefect: () => {} })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { node, engine: new HttpEngine({ url: server.url, jwtSecret, wallClock }) }
}

function parentOf(slot: number): { parent: SignedBlock; state: ForkchoiceState } {
  const parent = blocks[slot - 2] ?? builder.genesis.block
  const headBlockHash = slot === 1 ? builder.files.executionBlockHash : parent.executionBlockHash
  return { parent, state: { headBlockHash, safeBlockHash: ZERO_ROOT, finalizedBlockHash: ZERO_ROOT } }
}

async function servedUpTo(slot: number) {
  const { node, engine } = await served()
  for (const block of blocks.slice(0, slot)) {
    expect((await engine.notifyNewPayload(block)).status).toBe('VALID')
  }
  return { node, engine }
}

/** A transfer, a request to exit, and a transaction with a blob. */
async function fillPool(node: ExecutionNode, slot: number): Promise<void> {
  const account = privateKeyToAccount(sender.privateKey)
  const common = {
    chainId: manifest.chain.chainId,
    type: 'eip1559',
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  } as const
  const transfer = { ...common, nonce: 0, gas: 21_000n, to: account.address, value: 1n }
  const exit = { ...common, nonce: 1, gas: 200_000n, to: withdrawalRequests, value: 1n } as const
  const raws = [
    await account.signTransaction(transfer),
    await account.signTransaction({ ...exit, data: `0x${'ab'.repeat(48)}${'00'.repeat(8)}` }),
  ]
  for (const raw of raws) await node.sendRawTransaction(Buffer.from(raw.slice(2), 'hex'))
  const sidecar = slot > 16 ? 'cell proofs' : 'blob proofs'
  await node.sendRawTransaction(rawBlobTransaction({ sidecar, privateKey: blobSender.privateKey }))
}

describe.each([
  { slot: 1, fork: 'deneb', proofs: 1, requests: 0 },
  { slot: 9, fork: 'electra', proofs: 1, requests: 1 },
  { slot: 17, fork: 'fulu', proofs: 128, requests: 1 },
] as const)('at $fork', ({ slot, fork, proofs, requests }) => {
  test('a payload with transactions, blobs and requests is built by one client and valid to another', async () => {
    const { node, engine } = await servedUpTo(slot - 1)
    const { parent, state } = parentOf(slot)
    await engine.notifyForkchoiceUpdated(state)
    await fillPool(node, slot)
    const beaconState = builder.protocol.advance(builder.stateOf(parent.root), slot)
    const attributes = payloadAttributes(beaconState, parent.root, new Uint8Array(20).fill(0xcc))
    const { payloadStatus, payloadId } = await engine.notifyForkchoiceUpdated(state, attributes)
    expect(payloadStatus.status).toBe('VALID')
    const built = await engine.getPayload(payloadId ?? '', fork as Fork)

    expect(built.executionPayload.transactions).toHaveLength(3)
    expect(built.executionPayload.feeRecipient).toEqual(attributes.suggestedFeeRecipient)
    expect(built.blobsBundle.blobs.map(({ length }) => length)).toEqual([131_072])
    expect(built.blobsBundle.proofs).toHaveLength(proofs)
    expect(built.executionRequests).toHaveLength(requests)
    expect(built.blockValueWei).toBeGreaterThan(21_000n * 1_000_000_000n)
    // What a node of the same process is given of the same payload.
    expect(built).toEqual(await inProcess(node).getPayload(payloadId ?? ''))

    const block = await builder.build({
      parent,
      slot,
      syncAggregate: false,
      attestations: [],
      body: {
        executionPayload: built.executionPayload,
        blobKzgCommitments: built.blobsBundle.commitments,
        ...(fork === 'deneb' ? {} : { executionRequests: decodeExecutionRequests(built.executionRequests) }),
      },
    })
    const other = await servedUpTo(slot - 1)
    expect(await other.engine.notifyNewPayload(block)).toEqual({
      status: 'VALID',
      latestValidHash: block.executionBlockHash,
      validationError: null,
    })
  })

  test('every method that is used is there', async () => {
    const { engine } = await served()
    await expect(engine.requireMethods()).resolves.toBeUndefined()
  })
})

test('a client that is older than a fork of the chain is refused, with the methods that it lacks', async () => {
  const result = ['engine_newPayloadV4', 'engine_getPayloadV4', 'engine_forkchoiceUpdatedV3']
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const engine = new HttpEngine({ url, jwtSecret: randomBytes(32), wallClock: () => nowMs })
  await expect(engine.requireMethods(['electra'])).resolves.toBeUndefined()
  await expect(engine.requireMethods(['electra', 'fulu'])).rejects.toMatchObject({
    code: 'engine-methods-missing',
    message: expect.stringContaining(`The execution client at ${url} does not have engine_getPayloadV5.`),
  })
})

test('the answers are those of the client: SYNCING, INVALID, VALID', async () => {
  const { engine } = await servedUpTo(1)
  const [, second, third] = blocks
  if (second === undefined || third === undefined) throw new TypeError('too few blocks')
  expect(await engine.notifyNewPayload(third)).toEqual({
    status: 'SYNCING',
    latestValidHash: null,
    validationError: null,
  })
  const message = structuredClone(second.value.message)
  message.body.executionPayload.stateRoot = new Uint8Array(32)
  const invalid = await engine.notifyNewPayload({ ...second, value: { ...second.value, message } })
  expect(invalid).toMatchObject({ status: 'INVALID', latestValidHash: null })
  expect(invalid.validationError).toMatch(/block hash/)
  expect((await engine.notifyNewPayload(second)).status).toBe('VALID')
  // The third has waited for it.
  const { state } = parentOf(4)
  expect((await engine.notifyForkchoiceUpdated(state)).payloadStatus.status).toBe('VALID')
})

test('what the client refuses is told in its own words', async () => {
  const { engine } = await servedUpTo(1)
  await expect(engine.getPayload('0x0102030405060708', 'electra' as Fork)).rejects.toMatchObject({
    code: 'engine-unavailable',
    reason: 'refused',
    message: expect.stringMatching(/engine_getPayloadV4: .*0x0102030405060708.*-38001/),
  })
  const { state } = parentOf(2)
  const offChain = { ...state, finalizedBlockHash: `0x${'11'.repeat(32)}` }
  await expect(engine.notifyForkchoiceUpdated(offChain)).rejects.toMatchObject({ reason: 'refused' })
})

describe('who may ask', () => {
  const jwtSecret = Uint8Array.from(randomBytes(32))

  async function serverOf(wallClock: () => number) {
    const { node } = builder.newEngine()
    const server = await startEngineServer({ node, jwtSecret, wallClock, onDefect: () => {} })
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }

  test('another secret is refused by name', async () => {
    const { url } = await serverOf(() => nowMs)
    const engine = new HttpEngine({ url, jwtSecret: new Uint8Array(32), wallClock: () => nowMs })
    await expect(engine.requireMethods()).rejects.toMatchObject({
      reason: 'unauthorized',
      message: expect.stringMatching(/HTTP status 401/),
    })
  })

  test('each request has a token of its own time', async () => {
    let timeMs = nowMs
    const { url } = await serverOf(() => timeMs)
    const engine = new HttpEngine({ url, jwtSecret, wallClock: () => timeMs })
    for (timeMs of [nowMs, nowMs + 61_000, nowMs + 3_600_000]) {
      await expect(engine.requireMethods()).resolves.toBeUndefined()
    }
    const stopped = new HttpEngine({ url, jwtSecret, wallClock: () => nowMs })
    await expect(stopped.requireMethods()).rejects.toMatchObject({ reason: 'unauthorized' })
  })
})

function inProcess(node: ExecutionNode) {
  return new InProcessEngine({ node, payloads: builder.payloads })
}
