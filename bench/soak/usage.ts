import { readFileSync } from 'node:fs'
import type { Network } from '../../src/index.ts'

const kernelTicksPerSecond = 100
const pageBytes = 4_096
/** Two samples a minute over an hour are few; over a day they are thinned out. */
const samplesMax = 2_880

interface Sample {
  readonly timeMs: number
  readonly cpuSeconds: number
  readonly rssMb: number
}

/** CPU and memory of one kind of program, over all its processes. */
export interface UsageRow {
  readonly program: string
  readonly count: number
  /** Of one core, each, between the first and the last sample. */
  readonly cpuPercent: number
  /** Each, at the end of the first quarter and at the end. */
  readonly rssMbEarly: number
  readonly rssMbLate: number
}

/** Samples what a network costs (Linux): each client program, and this process, which has the embedded nodes. */
export class Usage {
  readonly #network: Network
  readonly #embeddedCount: number
  readonly #samples = new Map<string, { count: number; values: Sample[] }>()

  constructor(network: Network, embeddedCount: number) {
    this.#network = network
    this.#embeddedCount = embeddedCount
  }

  sample(nowMs: number): void {
    const pids = new Map<string, number[]>()
    for (const { name, pid } of this.#network.nodes.flatMap((node) => node.processes)) {
      pids.set(name, [...(pids.get(name) ?? []), pid])
    }
    for (const [program, own] of pids) this.#add(program, own.length, nowMs, own)
    this.#add('embedded node (share of this process)', this.#embeddedCount, nowMs, [process.pid])
  }

  rows(): UsageRow[] {
    return [...this.#samples].flatMap(([program, { count, values }]) => {
      const [first, last] = [values[0], values.at(-1)]
      const early = values[Math.floor(values.length / 4)]
      if (first === undefined || last === undefined || early === undefined) return []
      const seconds = Math.max(1, (last.timeMs - first.timeMs) / 1_000)
      const cpuPercent = ((last.cpuSeconds - first.cpuSeconds) / seconds / count) * 100
      return [{ program, count, cpuPercent, rssMbEarly: early.rssMb / count, rssMbLate: last.rssMb / count }]
    })
  }

  #add(program: string, count: number, timeMs: number, pids: readonly number[]): void {
    const usages = pids.map(usageOf)
    const known = this.#samples.get(program) ?? { count, values: [] }
    this.#samples.set(program, known)
    known.values.push({
      timeMs,
      cpuSeconds: usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      rssMb: usages.reduce((sum, { rssMb }) => sum + rssMb, 0),
    })
    if (known.values.length > samplesMax) known.values = known.values.filter((_, index) => index % 2 === 0)
  }
}

function usageOf(pid: number): { cpuSeconds: number; rssMb: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / kernelTicksPerSecond
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return { cpuSeconds, rssMb: (pages * pageBytes) / 2 ** 20 }
  } catch {
    return { cpuSeconds: 0, rssMb: 0 } // It ended since it was listed.
  }
}
