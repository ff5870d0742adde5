// `npm run bench`: measures embedded networks, with `-- --real-clients` Geth and Prysm as well. Prints tables
// for people, or one JSON object with `-- --json`.
import { setUpOrExit } from './setup.mjs'

await setUpOrExit()
const isJson = process.argv.includes('--json')
const { benchEmbedded } = await import('../bench/embedded.mjs')
const cases = []
const add = (measured) => {
  cases.push(measured)
  if (!isJson) show(measured)
}
for await (const measured of benchEmbedded()) add(measured)
if (process.argv.includes('--real-clients')) {
  const { benchRealNetwork } = await import('../bench/real-network.mjs')
  add(await benchRealNetwork())
}
if (isJson) console.log(JSON.stringify({ cases }))
process.exit(0)

/** One case as soon as it is measured: all of them take some minutes. */
function show({ name, processes, ...figures }) {
  console.log(`\n${name}`)
  console.table(figures)
  if (processes !== undefined) console.table(processes)
}
