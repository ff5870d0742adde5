import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { RealClock } from '../../../src/embedded/clock/real-clock.ts'
import type { ForkchoiceState } from '../../../src/embedded/engine/execution-engine.ts'
import type { ExecutionNode } from '../../../src/embedded/execution/execution-node.ts'
import type { Devp2pEvent } from '../../../src/embedded/links/devp2p/devp2p-event.ts'
import type { Fork, SignedBlock } from '../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../src/genesis/preset.ts'
import type { AccountPlan, Hex, NodePlan } from '../../../src/plan/manifest.ts'
import { rawBlobTransaction } from '../../integration/embedded/execution/support/blobs.ts'
import type { ChainBuilder as ChainBuilderType } from '../../integration/embedded/support/chain-builder.ts'
import { testManifest } from '../../integration/embedded/support/test-manifest.ts'
import type { LoneGeth as LoneGethType } from './lone-geth.ts'

const manifest = testManifest({ nodes: 2, validators: 16, forks: { deneb: 0, electra: 1, fulu: 2 } })
activatePreset(manifest.chain)
const { LoneGeth } = await import('./lone-geth.ts')
const { ChainBuilder } = await import('../../integration/embedded/support/chain-builder.ts')
const { payloadAttributes } = await import('../../../src/embedded/production/payload-attributes.ts')
const { InProcessEngine } = await import('../../../src/embedded/engine/in-process-engine.ts')
const { Devp2pEnd } = await import('../../../src/embedded/links/devp2p/devp2p-end.ts')
const { SharedExecution } = await import('../../../src/embedded/execution/chain/shared-execution.ts')
const { SharedPayloads } = await import('../../../src/embedded/engine/shared-payloads.ts')
const { ExecutionNode: Node } = await import('../../../src/embedded/execution/execution-node.ts')
const { ZERO_ROOT } = await import('../../../src/embedded/fork-choice/types.ts')

const [gethPlan, ourPlan] = manifest.nodes as [NodePlan, NodePlan]
const [sender, other, blobSender] = manifest.accounts.slice(0, 3) as [AccountPlan, AccountPlan, AccountPlan]
const waiting = { timeout: 20_000, interval: 50 }

let builder: ChainBuilderType
/** Over three epochs, one of each fork. */
let blocks: SignedBlock[]
let geth: LoneGethType

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  blocks = await builder.buildMany(20, { syncAggregate: false, attestations: [] })
  geth = await LoneGeth.start(manifest, builder.files.executionGenesisJson)
})

afterAll(() => geth[Symbol.asyncDispose]())

function headAt({ executionBlockHash }: SignedBlock): ForkchoiceState {
  return { headBlockHash: executionBlockHash, safeBlockHash: ZERO_ROOT, finalizedBlockHash: ZERO_ROOT }
}

const last = () => blocks.at(-1) ?? builder.genesis.block

async function transfer({ privateKey, address }: AccountPlan, nonce: number) {
  return privateKeyToAccount(privateKey).signTransaction({
    chainId: manifest.chain.chainId,
    type: 'eip1559',
    nonce,
    gas: 21_000n,
    to: address,
    value: 1n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
}

describe('through its Engine API', () => {
  test('Geth takes the blocks of every fork', async () => {
    await geth.engine.requireMethods()
    for (const block of blocks) {
      const expected = { status: 'VALID', latestValidHash: block.executionBlockHash, validationError: null }
      expect(await geth.engine.notifyNewPayload(block)).toEqual(expected)
      expect((await geth.engine.notifyForkchoiceUpdated(headAt(block))).payloadStatus).toEqual(expected)
    }
    expect(await geth.api.blockNumber()).toBe(blocks.length)
  })

  test('Geth builds a payload with a transaction that is valid here', async () => {
    await geth.call('eth_sendRawTransaction', [await transfer(sender, 0)], z.string())
    const parent = last()
    const slot = parent.slot + 1
    const state = builder.protocol.advance(builder.stateOf(parent.root), slot)
    const attributes = payloadAttributes(state, parent.root, new Uint8Array(20).fill(0xcc))
    const { payloadId } = await geth.engine.notifyForkchoiceUpdated(headAt(parent), attributes)
    const built = await vi.waitFor(async () => {
      const payload = await geth.engine.getPayload(payloadId ?? '', 'fulu' as Fork)
      expect(payload.executionPayload.transactions).toHaveLength(1)
      return payload
    }, waiting)
    expect(built.blockValueWei).toBe(21_000n * 1_000_000_000n)
    const { executionPayload } = built
    const block = await builder.build({
      slot,
      syncAggregate: false,
      attestations: [],
      body: { executionPayload },
    })
    const { engine } = builder.newEngine()
    for (const earlier of blocks) await engine.notifyNewPayload(earlier)
    expect((await engine.notifyNewPayload(block)).status).toBe('VALID')
    expect((await geth.engine.notifyNewPayload(block)).status).toBe('VALID')
    await geth.engine.notifyForkchoiceUpdated(headAt(block))
    blocks.push(block)
  })

  test('another secret is refused by name', async () => {
    const { HttpEngine } = await import('../../../src/embedded/engine/http-engine.ts')
    const engine = new HttpEngine({
      url: geth.engine.url,
      jwtSecret: new Uint8Array(32),
      wallClock: Date.now,
    })
    await expect(engine.requireMethods()).rejects.toMatchObject({ reason: 'unauthorized' })
  })
})

/** An execution node of ours that shares nothing with those that made the blocks, connected to Geth. */
async function connectedNode(
  known: readonly SignedBlock[],
): Promise<{ node: ExecutionNode; events: Devp2pEvent[] }> {
  const shared = new SharedExecution(JSON.parse(builder.files.executionGenesisJson))
  const node = new Node({ shared, now: Date.now })
  const engine = new InProcessEngine({ node, payloads: new SharedPayloads(shared) })
  for (const block of known) await engine.notifyNewPayload(block)
  const head = known.at(-1)
  if (head !== undefined) await engine.notifyForkchoiceUpdated(headAt(head))
  const events: Devp2pEvent[] = []
  const fail = (error: unknown) => {
    throw error
  }
  const clock = new RealClock({ onError: fail })
  const end = await Devp2pEnd.listen({
    node,
    privateKey: ourPlan.devp2p.privateKey,
    address: '127.0.0.1',
    port: 0,
    peers: [{ nodeId: gethPlan.devp2p.nodeId, address: '127.0.0.1', port: geth.p2pPort }],
    clock,
    onEvent: (event) => events.push(event),
    onError: fail,
  })
  onTestFinished(async () => {
    await end[Symbol.asyncDispose]()
    clock.close()
  })
  await vi.waitFor(() => expect(end.peers, JSON.stringify(events)).toHaveLength(1), waiting)
  return { node, events }
}

describe('over devp2p', () => {
  test('Geth and a node of ours are peers to each other', async () => {
    const { events } = await connectedNode(blocks)
    expect(events).toEqual([
      { kind: 'peer-connected', nodeId: gethPlan.devp2p.nodeId, clientId: expect.stringMatching(/^Geth/) },
    ])
    expect(await geth.api.connectedPeers()).toEqual([ourPlan.devp2p.nodeId.slice(2)])
  })

  test('transactions go both ways', async () => {
    const { node, events } = await connectedNode(blocks)
    const toGeth = await transfer(sender, 1)
    const hash = (await geth.call('eth_sendRawTransaction', [toGeth], z.string())) as Hex
    await vi.waitFor(() => expect(node.pool.get(hash), JSON.stringify(events)).toBeDefined(), waiting)

    const ours = await node.sendRawTransaction(Buffer.from((await transfer(other, 0)).slice(2), 'hex'))
    await vi.waitFor(() => expectAtGeth(ours.hash), waiting)
  })

  test('so do blob transactions, with their blobs', async () => {
    const { node } = await connectedNode(blocks)
    const raw = rawBlobTransaction({ sidecar: 'cell proofs', privateKey: blobSender.privateKey })
    const { hash } = await node.sendRawTransaction(raw)
    await vi.waitFor(() => expectAtGeth(hash), waiting)
    const next = rawBlobTransaction({ sidecar: 'cell proofs', nonce: 1n, privateKey: blobSender.privateKey })
    const sent = await geth.call(
      'eth_sendRawTransaction',
      [`0x${Buffer.from(next).toString('hex')}`],
      z.string(),
    )
    await vi.waitFor(() => expect(node.pool.get(sent as Hex)).toBeDefined(), waiting)
  })

  test('a node of ours that has nothing gets all blocks from Geth', async () => {
    const { node } = await connectedNode([])
    const head = last().executionBlockHash as Hex
    const state = {
      headBlockHash: head,
      safeBlockHash: ZERO_ROOT as Hex,
      finalizedBlockHash: ZERO_ROOT as Hex,
    }
    expect(node.forkchoiceUpdated(state).payloadStatus.status).toBe('SYNCING')
    await vi.waitFor(() => expect(node.chain.record(head)).toBeDefined(), waiting)
    expect(node.forkchoiceUpdated(state).payloadStatus.status).toBe('VALID')
    expect(node.chain.head.record.number).toBe(blocks.length)
  })

  test('a Geth that has lost blocks in a crash gets them from a node of ours', async () => {
    const { node } = await connectedNode(blocks)
    await geth.call('debug_setHead', ['0xc'], z.null())
    await geth.kill()
    await geth.restart()
    expect(await geth.api.blockNumber()).toBeLessThanOrEqual(12)
    await vi.waitFor(
      async () => {
        await geth.engine.notifyNewPayload(last())
        const { payloadStatus } = await geth.engine.notifyForkchoiceUpdated(headAt(last()))
        expect(payloadStatus.status).toBe('VALID')
      },
      { timeout: 60_000, interval: 500 },
    )
    expect(await geth.api.blockNumber()).toBe(node.chain.head.record.number)
  })
})

async function expectAtGeth(hash: Hex): Promise<void> {
  const found = await geth.call('eth_getTransactionByHash', [hash], z.object({ hash: z.string() }).nullable())
  expect(found?.hash).toBe(hash)
}
