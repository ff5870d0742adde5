// A network in virtual time: what a slot costs, and what memory it takes after so many epochs.
import { startNetwork } from '../dist/index.js'

const { options, slots, memoryAtEpochs = [] } = JSON.parse(process.argv[2])
const network = await startNetwork({ ...options, time: 'virtual' })
const { slotsPerEpoch } = network.chain
await network.advance({ slots: 32 })
const startedMs = performance.now()
await network.advance({ slots })
const msPerSlot = (performance.now() - startedMs) / slots
await network.assertConsensus()
const rssMb = {}
for (const epoch of memoryAtEpochs) {
  await network.advance({ slots: Math.max(0, epoch * slotsPerEpoch - network.currentSlot) })
  rssMb[epoch] = process.memoryUsage.rss() / 2 ** 20
}
const [view] = await network.views()
const isFinalizing = (view?.finalizedEpoch ?? 0) >= network.currentEpoch - 3
await network.stop()
if (!isFinalizing) throw new Error(`the network does not finalize: ${JSON.stringify(view)}`)
console.log(JSON.stringify({ msPerSlot, rssMb }))
