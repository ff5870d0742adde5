import { expect, onTestFinished, test } from 'vitest'
import { activatePreset } from '../../../src/genesis/preset.ts'
import { testManifest } from '../../integration/embedded/support/test-manifest.ts'

const manifest = testManifest({ validators: 16 })
activatePreset(manifest.chain)
const { LoneGeth } = await import('./lone-geth.ts')
const { ChainBuilder } = await import('../../integration/embedded/support/chain-builder.ts')
const { ZERO_ROOT } = await import('../../../src/embedded/fork-choice/types.ts')

test('a Geth that is killed right after each of ten blocks loses none of them', async () => {
  const builder = await ChainBuilder.create(manifest)
  const blocks = await builder.buildMany(10, { syncAggregate: false, attestations: [] })
  const geth = await LoneGeth.start(manifest, builder.files.executionGenesisJson)
  onTestFinished(() => geth[Symbol.asyncDispose]())
  for (const [index, block] of blocks.entries()) {
    expect((await geth.engine.notifyNewPayload(block)).status).toBe('VALID')
    await geth.engine.notifyForkchoiceUpdated({
      headBlockHash: block.executionBlockHash,
      safeBlockHash: ZERO_ROOT,
      finalizedBlockHash: ZERO_ROOT,
    })
    await geth.kill()
    await geth.restart()
    expect(await geth.api.blockNumber(), geth.log()).toBe(index + 1)
  }
})
