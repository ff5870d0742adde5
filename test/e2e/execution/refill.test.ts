import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { activatePreset } from '../../../src/genesis/preset.ts'
import { testManifest } from '../../integration/embedded/support/test-manifest.ts'

const manifest = testManifest({ validators: 16 })
activatePreset(manifest.chain)
const { LoneGeth } = await import('./lone-geth.ts')
const { ChainBuilder } = await import('../../integration/embedded/support/chain-builder.ts')
const { RefillingEngine } = await import('../../../src/embedded/engine/refilling-engine.ts')
const { ZERO_ROOT } = await import('../../../src/embedded/fork-choice/types.ts')

test('a Geth without peers that was killed gets what it has lost from its beacon node', async () => {
  const builder = await ChainBuilder.create(manifest)
  const blocks = await builder.buildMany(40, { syncAggregate: false, attestations: [] })
  const [last] = blocks.slice(-2)
  const [next] = blocks.slice(-1)
  if (last === undefined || next === undefined) throw new TypeError('too few blocks')
  const geth = await LoneGeth.start(manifest, builder.files.executionGenesisJson)
  onTestFinished(() => geth[Symbol.asyncDispose]())
  const known = new Map([builder.genesis.block, ...blocks.slice(0, -1)].map((block) => [block.root, block]))
  const engine = new RefillingEngine(geth.engine, async (root) => known.get(root))
  const head = (block: typeof last) => ({
    headBlockHash: block.executionBlockHash,
    safeBlockHash: ZERO_ROOT,
    finalizedBlockHash: ZERO_ROOT,
  })
  for (const block of blocks.slice(0, -1)) expect((await engine.notifyNewPayload(block)).status).toBe('VALID')
  expect((await engine.notifyForkchoiceUpdated(head(last))).payloadStatus.status).toBe('VALID')

  // More is lost than a crash would take, however fast the disk.
  await geth.call('debug_setHead', ['0x5'], z.null())
  await geth.kill()
  await expect(engine.notifyNewPayload(next)).rejects.toMatchObject({ reason: 'unreachable' })
  await geth.restart()
  expect(await geth.api.blockNumber()).toBeLessThanOrEqual(5)

  const { payloadStatus } = await engine.notifyForkchoiceUpdated(head(last))
  expect(payloadStatus.status, geth.log()).toBe('VALID')
  expect(await geth.api.blockNumber()).toBe(39)
  expect((await engine.notifyNewPayload(next)).status).toBe('VALID')
  expect((await engine.notifyForkchoiceUpdated(head(next))).payloadStatus.status).toBe('VALID')
  await vi.waitFor(async () => expect(await geth.api.blockNumber()).toBe(40))
})
