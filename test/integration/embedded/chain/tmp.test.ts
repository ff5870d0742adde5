import { expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { BeaconChain } = await import('../../../../src/embedded/chain/beacon-chain.ts')
const { MemoryBlockStore } = await import('../../../../src/embedded/chain/memory-block-store.ts')

test.each(['deneb', 'electra', 'fulu'] as const)(
  'x %s',
  async (fork) => {
    const builder = await ChainBuilder.create(testManifest({ forks: { [fork]: 0 } }))
    const t0 = performance.now()
    const blocks = await builder.buildMany(40)
    console.log('build', (performance.now() - t0) / 40)
    const protocol = builder.newProtocol()
    const clock = new ManualClock(builder.time.genesisTimeMs)
    const chain = new BeaconChain({
      protocol,
      time: builder.time,
      clock,
      engine: builder.newEngine().engine,
      store: new MemoryBlockStore(),
      anchor: builder.anchorFor(protocol),
    })
    const events: string[] = []
    for (const name of ['block', 'head', 'justified', 'finalized', 'invalid'] as const)
      chain.events.on(
        name,
        (e: any) => name === 'block' || name === 'head' || events.push(name + JSON.stringify(e)),
      )
    chain.start()
    let t = 0
    for (const block of blocks) {
      await clock.advanceTo(builder.time.startOfSlotMs(block.slot))
      const own = protocol.decodeBlock(block.bytes)
      const t1 = performance.now()
      await chain.importBlock(own)
      t += performance.now() - t1
      expect(chain.head.root).toBe(block.root)
    }
    console.log('import', t / 40, events.join('\n'))
  },
  60000,
)
