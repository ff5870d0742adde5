import { expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ forks: { electra: 0, fulu: 3 } })
activatePreset(manifest.chain)
const { GossipTopics } = await import('../../../../src/embedded/gossip/topics.ts')
const { Offers } = await import('../../../../src/embedded/sync/offers.ts')
const { protocolIds } = await import('../../../../src/embedded/sync/protocols.ts')
const { ManualClock } = await import('../support/manual-clock.ts')
const { ChainBuilder } = await import('../support/chain-builder.ts')

const builder = await ChainBuilder.create(manifest)
const { time } = builder
const { config } = builder.protocol
const { statusV1, statusV2, columnsByRange, blocksByRange } = protocolIds

function openAt(epoch: number) {
  const clock = new ManualClock(time.startOfSlotMs(time.startSlotOf(epoch)))
  let offered: readonly string[] = []
  const wire = { offer: (protocols: readonly string[]) => (offered = protocols) }
  const offers = new Offers({ topics: GossipTopics.of(config), wire, clock, time })
  offers.start()
  return {
    clock,
    offers,
    /** Which of those that tell the forks apart are offered. */
    offered: () => [statusV1, statusV2, columnsByRange].filter((protocol) => offered.includes(protocol)),
    all: () => offered,
  }
}

test('a node offers the protocols of its fork, and around a fork those of both', async () => {
  const { clock, offered, all } = openAt(0)
  const told = [offered()]
  for (const epoch of [1, 2, 3, 4, 5]) {
    await clock.advanceTo(time.startOfSlotMs(time.startSlotOf(epoch)))
    told.push(offered())
    expect(all()).toContain(blocksByRange)
  }
  const before = [statusV1]
  const both = [statusV1, statusV2, columnsByRange]
  const after = [statusV2, columnsByRange]
  expect(told).toEqual([before, before, both, both, after, after])
})

test('a node that starts later offers what is in force then', () => {
  expect(openAt(-1).offered()).toEqual([statusV1])
  expect(openAt(2).offered()).toEqual([statusV1, statusV2, columnsByRange])
  expect(openAt(7).offered()).toEqual([statusV2, columnsByRange])
})

test('a node that has stopped changes nothing more', () => {
  const { clock, offers } = openAt(0)
  expect(clock.pending).toBeGreaterThan(0)
  offers.stop()
  expect(clock.pending).toBe(0)
})
