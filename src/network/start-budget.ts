import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { LinkKind } from '../plan/manifest.ts'
import { stateDirectory } from '../processes/state-directory.ts'

/**
 * By kind of nodes: making and writing the genesis and whatever does not grow with the number of nodes, and
 * what is added for safety. Embedded nodes start within the slot of the genesis, which has no block.
 */
const allowances = {
  sockets: { fixedMs: 1_500, safetyMs: 1_000 },
  'in-process': { fixedMs: 1_000, safetyMs: 0 },
} as const

const safetyFactor = 1.25
/** Ratio of measured to estimated time before anything was measured on this machine. */
const firstRatio = 1.2
const keptRatios = 5
const ratiosSchema = z.array(z.number().positive().max(100)).max(100)

export interface BudgetParameters {
  readonly links: LinkKind
  /** CPU time that each node burns until it is ready. */
  readonly nodesCpuMs: readonly number[]
  /** Time after that until it has dialled its peers. */
  readonly dialDelayMs?: number
  /** Time after genesis in which nothing is to be done yet. */
  readonly idleMs?: number
}

/**
 * How long the start of a network will take. The genesis time is part of the genesis state, so it must be
 * chosen before anything is started: too early and the first slots are missed, too late and everybody waits.
 *
 * The estimate is the clients' CPU time spread over the cores, corrected by what earlier starts on this
 * machine really took.
 */
export class StartBudget {
  readonly #links: LinkKind
  readonly #estimateMs: number
  readonly #extraMs: number

  constructor({ links, nodesCpuMs, dialDelayMs = 0, idleMs = 0 }: BudgetParameters) {
    const { fixedMs, safetyMs } = allowances[links]
    this.#links = links
    this.#extraMs = safetyMs + dialDelayMs - idleMs
    const total = nodesCpuMs.reduce((sum, ms) => sum + ms, 0)
    // A node's clients start one after the other, and each burns one core.
    this.#estimateMs = fixedMs + Math.max(...nodesCpuMs, total / availableParallelism())
  }

  /** Time to allow between now and genesis, ms. */
  async allowMs(): Promise<number> {
    const ratios = await readRatios(this.#links)
    const ratio = ratios.length > 0 ? median(ratios) : firstRatio * busyFactor()
    return Math.max(0, this.#estimateMs * ratio * safetyFactor + this.#extraMs)
  }

  /** Remembers what a start really took. */
  async record(elapsedMs: number): Promise<void> {
    const ratios = [...(await readRatios(this.#links)), elapsedMs / this.#estimateMs].slice(-keptRatios)
    await mkdir(stateDirectory(), { recursive: true, mode: 0o700 })
    await writeFile(ratiosFile(this.#links), JSON.stringify(ratios))
  }
}

function busyFactor(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
}

/** One start on a busy machine must not make all later ones wait. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? firstRatio
}

function ratiosFile(links: LinkKind): string {
  return join(stateDirectory(), `start-ratios-${links}.json`)
}

async function readRatios(links: LinkKind): Promise<number[]> {
  try {
    return ratiosSchema.parse(JSON.parse(await readFile(ratiosFile(links), 'utf8')))
  } catch {
    // Never measured, or damaged: it is only a memory, and is written anew.
    return []
  }
}
