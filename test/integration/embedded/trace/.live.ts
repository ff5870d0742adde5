import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const [dir, seed, trouble, slots, opts] = process.argv.slice(2) as [string, string, string, string, string]
const manifest = testManifest(JSON.parse(opts ?? '{}'))
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { liveRandomly } = await import('./random-life.ts')
const builder = await ChainBuilder.create(manifest)
const t = performance.now()
const chain = await liveRandomly({
  builder,
  directory: dir,
  slots: Number(slots),
  seed: Number(seed),
  troublePercent: Number(trouble),
})
console.log(
  chain.head.slot,
  chain.forkChoice.finalizedCheckpoint.epoch,
  chain.refusedAttestations,
  (performance.now() - t).toFixed(0),
  'ms',
)
