// How fast a network of real clients starts and finalizes, and what it costs.
import { readFileSync } from 'node:fs'
import { startNetwork } from '../dist/index.js'

const kernelTicksPerSecond = 100
const measuredSlots = 32

/** CPU seconds and resident memory of a process (Linux). */
function usageOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / kernelTicksPerSecond
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return { cpuSeconds, rssMb: (pages * 4096) / 2 ** 20 }
}

function processesOf(network) {
  const clients = network.nodes.flatMap((node) =>
    node.processes.map(({ name, pid }) => ({ node: node.name, name, pid })),
  )
  return [...clients, { node: '-', name: 'eth-localnet', pid: process.pid }]
}

async function missedSlots(apiUrl, upTo) {
  const slots = Array.from({ length: upTo }, (_, i) => i + 1)
  const found = await Promise.all(slots.map((slot) => fetch(`${apiUrl}/eth/v1/beacon/headers/${slot}`)))
  return slots.filter((_, i) => found[i].status === 404)
}

export async function benchRealNetwork() {
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1000
  const network = await startNetwork({ nodes: 4, validators: 64, topology: 'ring', seed: 1 })
  try {
    return await measure(network, seconds)
  } finally {
    await network.stop()
  }
}

async function measure(network, seconds) {
  const readyAfterSeconds = seconds()
  const firstBlockAfterSeconds =
    readyAfterSeconds - (Date.now() / 1000 - network.genesisTime - network.chain.slotDurationMs / 1000)
  const before = new Map(processesOf(network).map(({ pid }) => [pid, usageOf(pid)]))
  const from = performance.now()
  await network.waitForFinalizedEpoch(2)
  const finalizedAfterSeconds = seconds()
  await network.waitForHead(measuredSlots)
  const elapsed = (performance.now() - from) / 1000
  const missed = await missedSlots(network.nodes[0].consensus.apiUrl, measuredSlots)
  const programs = new Map()
  for (const { name, pid } of processesOf(network)) {
    const usage = usageOf(pid)
    const cpuPercent = ((usage.cpuSeconds - (before.get(pid)?.cpuSeconds ?? 0)) / elapsed) * 100
    programs.set(name, [...(programs.get(name) ?? []), { cpuPercent, rssMb: usage.rssMb }])
  }
  const mean = (values) =>
    Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10
  return {
    name: '4 x geth/prysm, 64 validators, ring, 2 s slots, 8 slots an epoch',
    readyAfterSeconds: mean([readyAfterSeconds]),
    firstBlockAfterSeconds: mean([firstBlockAfterSeconds]),
    finalizedEpoch2AfterSeconds: mean([finalizedAfterSeconds]),
    missedSlots: missed,
    ofFirstSlots: measuredSlots,
    processes: [...programs].map(([name, usages]) => ({
      name,
      count: usages.length,
      cpuPercentOfOneCore: mean(usages.map(({ cpuPercent }) => cpuPercent)),
      rssMb: mean(usages.map(({ rssMb }) => rssMb)),
    })),
  }
}
