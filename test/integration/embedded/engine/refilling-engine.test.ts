import { beforeAll, expect, test, vi } from 'vitest'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import type { ChainBuilder as ChainBuilderType } from '../support/chain-builder.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ validators: 16 })
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { RefillingEngine } = await import('../../../../src/embedded/engine/refilling-engine.ts')
const { ZERO_ROOT } = await import('../../../../src/embedded/fork-choice/types.ts')

let builder: ChainBuilderType
let blocks: SignedBlock[]

beforeAll(async () => {
  builder = await ChainBuilder.create(manifest)
  blocks = await builder.buildMany(40, { syncAggregate: false, attestations: [] })
}, 60_000)

/** A client with the first blocks, driven by a beacon node that has all but those before `oldest`. */
async function withBlocks(count: number, oldest = 0) {
  const { engine: inner, node } = builder.newEngine()
  for (const block of blocks.slice(0, count)) await inner.notifyNewPayload(block)
  const newPayload = vi.spyOn(inner, 'notifyNewPayload')
  const found = new Map([builder.genesis.block, ...blocks].slice(oldest).map((block) => [block.root, block]))
  const engine = new RefillingEngine(inner, async (root) => found.get(root))
  return { engine, inner, node, newPayload }
}

function blockAt(slot: number): SignedBlock {
  const block = blocks[slot - 1]
  if (block === undefined) throw new RangeError(`There is no block at slot ${slot}.`)
  return block
}

function headAt({ executionBlockHash }: SignedBlock) {
  return { headBlockHash: executionBlockHash, safeBlockHash: ZERO_ROOT, finalizedBlockHash: ZERO_ROOT }
}

test('a client that has the parent is asked once', async () => {
  const { engine, newPayload } = await withBlocks(39)
  expect((await engine.notifyNewPayload(blockAt(40))).status).toBe('VALID')
  expect(newPayload).toHaveBeenCalledTimes(1)
})

test.each([0, 1, 20, 38])('a client that has %i blocks is given the others', async (count) => {
  const { engine, node } = await withBlocks(count)
  const { executionBlockHash } = blockAt(40)
  expect(await engine.notifyNewPayload(blockAt(40))).toEqual({
    status: 'VALID',
    latestValidHash: executionBlockHash,
    validationError: null,
  })
  expect((await engine.notifyForkchoiceUpdated(headAt(blockAt(40)))).payloadStatus.status).toBe('VALID')
  expect(node.chain.head.record.number).toBe(40)
})

test('it takes no more than a few questions to find where a client stands', async () => {
  const { engine, newPayload } = await withBlocks(30)
  await engine.notifyNewPayload(blockAt(40))
  // The block, its ancestors at the distances 1, 2, 4, 8 and 16, fifteen payloads, and the block again.
  expect(newPayload.mock.calls.length).toBeLessThanOrEqual(1 + 5 + 15 + 1)
})

test('a client that crashes after it was told of a head gets it back with the next forkchoiceUpdated', async () => {
  let { inner: current } = await withBlocks(40)
  const roots = new Map([builder.genesis.block, ...blocks].map((block) => [block.root, block]))
  const engine = new RefillingEngine(
    {
      notifyNewPayload: (block) => current.notifyNewPayload(block),
      notifyForkchoiceUpdated: (state, attributes) => current.notifyForkchoiceUpdated(state, attributes),
      getPayload: (id) => current.getPayload(id),
    },
    async (root) => roots.get(root),
  )
  await engine.notifyNewPayload(blockAt(40))
  current = (await withBlocks(25)).inner
  expect((await engine.notifyForkchoiceUpdated(headAt(blockAt(40)))).payloadStatus.status).toBe('VALID')
})

test('what the beacon node does not have leaves the answer as it was', async () => {
  const { engine } = await withBlocks(5, 20)
  expect((await engine.notifyNewPayload(blockAt(40))).status).toBe('SYNCING')
})

test('a client that takes nothing is left alone', async () => {
  const { inner } = await withBlocks(0)
  const syncing = { status: 'SYNCING', latestValidHash: null, validationError: null } as const
  const newPayload = vi.spyOn(inner, 'notifyNewPayload').mockResolvedValue(syncing)
  const roots = new Map([builder.genesis.block, ...blocks].map((block) => [block.root, block]))
  const engine = new RefillingEngine(inner, async (root) => roots.get(root))
  expect(await engine.notifyNewPayload(blockAt(40))).toEqual(syncing)
  // The block, six questions on the way back, and the first payload.
  expect(newPayload).toHaveBeenCalledTimes(1 + 6 + 1)
})
