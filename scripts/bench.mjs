// `npm run bench`: measures, and prints tables for people, or one JSON object with `-- --json`.
import { setUp } from './setup.mjs'

await setUp()
const { benchRealNetwork } = await import('../bench/real-network.mjs')
const real = await benchRealNetwork()
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ cases: [real] }))
} else {
  const { processes, ...figures } = real
  console.table(figures)
  console.table(processes)
}
process.exit(0)
