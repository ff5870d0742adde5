import { parseArgs } from 'node:util'
import { z } from 'zod'
import { fetchJson } from '../../src/apis/http-json.ts'
import { embeddedLayers } from '../../src/clients/registry.ts'
import { type Network, startNetwork } from '../../src/index.ts'
import { countLogs } from './log-counts.ts'
import { reportOf } from './report.ts'
import { type Side, Tally } from './tally.ts'
import { Usage } from './usage.ts'
import { findProblems } from './verdict.ts'

const slotDurationMs = 3_000
const sampleEverySlots = 10

const dutiesSchema = z.object({
  data: z.array(
    z.object({ slot: z.string().transform(Number), validator_index: z.string().transform(Number) }),
  ),
})

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, json: { type: 'boolean' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error('Usage: npm run soak -- [--minutes 60] [--json]')
  process.exit(2)
}

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

const network = await startNetwork({
  nodes: [
    { execution: 'geth', consensus: 'prysm', count: 2 },
    { execution: 'embedded', consensus: 'embedded', count: 2 },
  ],
  validators: 64,
  slotDurationMs,
  seed: 1,
  signal: stop.signal,
})
let problems: string[]
try {
  problems = await soak(network)
} finally {
  await network.stop()
}
process.exit(problems.length > 0 ? 1 : 0)

async function soak(running: Network): Promise<string[]> {
  const { slotsPerEpoch } = running.chain
  const sides = new Map(running.nodes.map(({ name, plan }) => [name, sideOf(plan)]))
  const proposers = new Map<number, number>()
  const tally = new Tally({
    sides,
    sideOfValidator: (index) => sides.get(holderOf(running, index)) ?? 'process',
    proposerOf: (slot) => proposers.get(slot),
    genesisTimeMs: running.genesisTime * 1_000,
    slotDurationMs,
    slotsPerEpoch,
  })
  const usage = new Usage(running, [...sides.values()].filter((side) => side === 'embedded').length)
  // What happened while the network was becoming ready counts as well.
  for (const record of running.history.records) tally.add(record)
  running.history.subscribe((record) => tally.add(record))
  const lastSlot = running.currentSlot + Math.ceil((minutes * 60_000) / slotDurationMs)
  for await (const { slot, epoch } of running.slots({ signal: stop.signal })) {
    if (slot % slotsPerEpoch === 0 || proposers.size === 0) await learnProposers(running, epoch, proposers)
    if (slot % sampleEverySlots === 0) usage.sample(Date.now())
    if (!values.json && slot % sampleEverySlots === 0) console.error(progressOf(tally))
    if (slot >= lastSlot) break
  }
  const rows = usage.rows()
  const found = findProblems(tally, await countLogs(running), rows, slotsPerEpoch)
  const report = reportOf({ tally, usage: rows, problems: found, minutes })
  if (values.json) console.log(JSON.stringify(report))
  else {
    for (const table of [report.blocks, report.importMs, report.participation, report.usage])
      console.table(table)
    console.log(found.length === 0 ? 'All well.' : found.join('\n'))
  }
  return found
}

function sideOf(plan: { readonly execution: string; readonly consensus: string }): Side {
  return embeddedLayers(plan).includes('consensus') ? 'embedded' : 'process'
}

function holderOf({ manifest }: Network, index: number): string {
  const holder = manifest.nodes.find(
    ({ validators: { first, count } }) => index >= first && index < first + count,
  )
  return holder?.name ?? ''
}

/** Who is to propose in an epoch; earlier ones are forgotten. */
async function learnProposers(
  { nodes }: Network,
  epoch: number,
  proposers: Map<number, number>,
): Promise<void> {
  const url = `${nodes[0]?.consensus.apiUrl}/eth/v1/validator/duties/proposer/${epoch}`
  const { data } = dutiesSchema.parse(await fetchJson(url))
  proposers.clear()
  for (const duty of data) proposers.set(duty.slot, duty.validator_index)
}

function progressOf({ latestSlot, finalizedEpoch, sides }: Tally): string {
  const text = ([name, side]: [string, Tally['sides'][Side]]) =>
    `${name} ${side.proposed} proposed, ${side.refused} refused, ${side.missed} missed`
  return `slot ${latestSlot} finalized epoch ${finalizedEpoch}: ${Object.entries(sides).map(text).join('; ')}`
}
