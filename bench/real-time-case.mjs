// A network in real time: how many slots have no block.
import { startNetwork } from '../dist/index.js'

const { options, slots } = JSON.parse(process.argv[2])
const network = await startNetwork(options)
const first = network.currentSlot + 1
let missed = 0
for await (const { slot, blockRoot } of network.slots()) {
  if (slot >= first && blockRoot === undefined) missed += 1
  if (slot >= first + slots - 1) break
}
const rssMb = process.memoryUsage.rss() / 2 ** 20
await network.stop()
console.log(JSON.stringify({ slots, missed, rssMb }))
