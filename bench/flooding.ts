// How much the links cost: 170 messages a slot to 100 nodes of degree 8, judged at once, in virtual time.
// Run with `npx tsx bench/flooding.ts`, or `--json` for one JSON object.
import { VirtualClock } from '../src/embedded/clock/virtual-clock.ts'
import { LinkNetwork } from '../src/embedded/links/link-network.ts'
import { planTopology } from '../src/plan/topology.ts'

const nodes = 100
const degree = 8
const messagesPerSlot = 170
const messageBytes = 250
const slotMs = 1_000
const slotsPerEpoch = 8
const warmUpSlots = 50
const measuredSlots = 300
const topic = '/eth2/00000000/beacon_attestation_0/ssz_snappy'

const clock = new VirtualClock({
  startMs: 0,
  onError: (error) => {
    throw error
  },
})
const links = new LinkNetwork({
  clock,
  seed: 1,
  seenTtlMs: 2 * slotsPerEpoch * slotMs,
  onError: (_, error) => {
    throw error
  },
})
const names = Array.from({ length: nodes }, (_, node) => `peer-${node}`)
const nameOf = (node: number) => names[node] ?? ''
for (const name of names) links.mesh.addNode(name)
for (const [a, b] of planTopology({ kind: 'random', degree }, names, 1)) {
  links.mesh.addLink(nameOf(a), nameOf(b))
}
let deliveries = 0
const wires = names.map((name) => links.wire(name))
for (const wire of wires) {
  wire.subscribe(topic)
  wire.open({
    onGossip: () => {
      deliveries++
      return 'accept'
    },
    onRequest: () => [],
    onConnect: () => {},
    onDisconnect: () => {},
  })
}

/** Attestations a third into the slot, from all nodes, as in a slot of the real thing. */
function scheduleSlot(slot: number): void {
  clock.at(slot * slotMs + slotMs / 3, () => {
    for (let number = 0; number < messagesPerSlot; number++) {
      const data = new Uint8Array(messageBytes)
      new DataView(data.buffer).setFloat64(0, slot * messagesPerSlot + number)
      wires[number % nodes]?.publish(topic, data)
    }
  })
}

async function run(from: number, to: number): Promise<void> {
  for (let slot = from; slot < to; slot++) {
    scheduleSlot(slot)
    await clock.advanceTo((slot + 1) * slotMs)
  }
}

await run(0, warmUpSlots)
deliveries = 0
const before = process.cpuUsage()
await run(warmUpSlots, warmUpSlots + measuredSlots)
// Time of the processor rather than of the wall, so that a busy machine does not count.
const { user, system } = process.cpuUsage(before)
const msPerSlot = (user + system) / 1_000 / measuredSlots
const result = {
  name: `flooding ${messagesPerSlot} messages a slot to ${nodes} nodes of degree ${degree}`,
  msPerSlot: Math.round(msPerSlot * 100) / 100,
  deliveriesPerSlot: deliveries / measuredSlots,
  rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
}
if (process.argv.includes('--json')) console.log(JSON.stringify(result))
else console.table(result)
