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
  const startedAtMs = Date.now()
  const network = await startNetwork({
    nodes: [{ execution: 'geth', consensus: 'prysm', count: 4 }],
    validators: 64,
    topology: 'ring',
    seed: 1,
  })
  try {
    return await measure(network, startedAtMs)
  } finally {
    await network.stop()
  }
}

async function measure(network, startedAtMs) {
  const { slotDurationMs } = network.chain
  const secondsSince = (ms) => round((Date.now() - ms) / 1000)
  const readyAfterSeconds = secondsSince(startedAtMs)
  const measuredFromMs = Date.now()
  const before = new Map(processesOf(network).map(({ pid }) => [pid, usageOf(pid)]))
  await network.waitForFinalizedEpoch(2)
  const finalizedEpoch2AfterSeconds = secondsSince(startedAtMs)
  await network.waitForHead(measuredSlots)
  const programs = usageByProgram(processesOf(network), before, secondsSince(measuredFromMs))
  const missed = await missedSlots(network.nodes[0].consensus.apiUrl, measuredSlots)
  const firstSlot = Array.from({ length: measuredSlots }, (_, i) => i + 1).find(
    (slot) => !missed.includes(slot),
  )
  const firstBlockMs = network.genesisTime * 1000 + firstSlot * slotDurationMs
  return {
    name: '4 x geth/prysm, 64 validators, ring, 2 s slots, 8 slots an epoch',
    firstBlockAfterSeconds: round((firstBlockMs - startedAtMs) / 1000),
    readyAfterSeconds,
    finalizedEpoch2AfterSeconds,
    missedOfFirst32: missed.length,
    processes: programs,
  }
}

/** Mean over the nodes, per program: CPU between the two moments, memory at the second. */
function usageByProgram(processes, before, seconds) {
  const programs = [...new Set(processes.map(({ name }) => name))]
  return programs.map((program) => {
    const pids = processes.filter(({ name }) => name === program).map(({ pid }) => pid)
    const usages = pids.map(usageOf)
    const cpu = pids.map((pid, i) => usages[i].cpuSeconds - (before.get(pid)?.cpuSeconds ?? 0))
    return {
      name: program,
      count: pids.length,
      cpuPercentOfOneCore: round((mean(cpu) / seconds) * 100),
      rssMb: round(mean(usages.map(({ rssMb }) => rssMb))),
    }
  })
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function round(value) {
  return Math.round(value * 10) / 10
}
