import { activatePreset } from '../../src/genesis/preset.ts'
import { testManifest } from '../../test/integration/embedded/support/test-manifest.ts'

const manifest = testManifest({ validators: { count: 1024 } })
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../../test/integration/embedded/support/chain-builder.ts')
const { TestNodes } = await import('../../test/integration/embedded/gossip/support/test-nodes.ts')
const { TestMessages } = await import('../../test/integration/embedded/gossip/support/test-messages.ts')
const { encodeAttestation } = await import('../../src/embedded/gossip/attestation-message.ts')
const { encodeAggregate } = await import('../../src/embedded/gossip/aggregate-message.ts')
const { GossipTopics } = await import('../../src/embedded/gossip/topics.ts')
const { ssz } = await import('@lodestar/types')
const builder = await ChainBuilder.create(manifest)
const messages = new TestMessages(builder)
const nodes = new TestNodes(builder)
const slots = 30
const blocks = await builder.buildMany(slots, {
  parent: builder.genesis.block,
  slot: 1,
  syncAggregate: false,
})
const N = 100
const all = []
for (let i = 0; i < N; i++) all.push(await nodes.add(`n${i}`))
let total = 0,
  _first = 0,
  count = 0
const _parts = new Map<string, number>()
for (let slot = 1; slot <= slots; slot++) {
  await nodes.advanceToSlot(slot)
  const block = nodes.protocol.decodeBlock(blocks[slot - 1].bytes)
  for (const n of all) await n.chain.importBlock(block)
  const state = builder.stateOf(block.root)
  const epoch = Math.floor(slot / 8)
  const cps = state.epochCtx.getCommitteeCountPerSlot(epoch)
  const topics = GossipTopics.of(nodes.protocol.config)
  const list: { topic: string; data: Uint8Array; id: string }[] = []
  for (let c = 0; c < cps; c++) {
    const committee = messages.committee(block, slot, c)
    const subnet = (slot % 8) * cps + c
    for (let p = 0; p < committee.length; p++) {
      list.push({
        topic: topics.topic('beacon_attestation', epoch, subnet).name,
        data: encodeAttestation(messages.attestation(block, slot, { committeeIndex: c, position: p })),
        id: '',
      })
    }
  }
  const att = list.length
  const members = messages.syncCommittee(block, slot)
  const done = new Set<string>()
  for (let seat = 0; seat < 32; seat++) {
    const key = `${members[seat]}:${Math.floor(seat / 8)}`
    if (done.has(key)) continue
    done.add(key)
    list.push({
      topic: topics.topic('sync_committee', epoch, Math.floor(seat / 8)).name,
      data: ssz.altair.SyncCommitteeMessage.serialize(messages.syncMessage(block, slot, seat)),
      id: '',
    })
  }
  const t0 = performance.now()
  const vs = list.map((m) => all[0].gossip.handle(m, 'x'))
  const res = await Promise.all(vs)
  _first += performance.now() - t0
  if (res.some((v) => v !== 'accept')) throw new Error(JSON.stringify([...all[0].gossip.refusalCounts]))
  const t1 = performance.now()
  for (const n of all.slice(1))
    for (const m of list) {
      if (n.gossip.handle(m, 'x') !== 'accept') throw new Error('no')
    }
  const dt = performance.now() - t1
  total += dt
  count += list.length * (N - 1)
  console.log(
    slot,
    cps,
    att,
    list.length,
    'first',
    (performance.now() - t0 - dt).toFixed(1),
    'rest us/handle',
    ((dt * 1000) / (list.length * (N - 1))).toFixed(2),
  )
}
console.log(
  'total us per handle',
  ((total * 1000) / count).toFixed(3),
  'ms/slot for 99 nodes',
  (total / slots).toFixed(2),
  nodes.defects.length,
)
