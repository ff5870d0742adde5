// From the start of a process to finality, on 4 nodes with 64 validators in virtual time.
import { startNetwork } from '../dist/index.js'

const { options } = JSON.parse(process.argv[2])
const network = await startNetwork({ ...options, time: 'virtual' })
await network.waitForFinalizedEpoch(2)
const secondsSinceProcessStart = performance.now() / 1000
await network.stop()
console.log(JSON.stringify({ secondsSinceProcessStart }))
