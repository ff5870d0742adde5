import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { stateDirectory } from '../processes/state-directory.ts'

/** Making and writing the genesis, and creating the databases. */
const fixedMs = 1_500
const safetyFactor = 1.25
const safetyMs = 1_000
/** Ratio of measured to estimated time before anything was measured on this machine. */
const firstRatio = 1.2
const keptRatios = 5
const ratiosSchema = z.array(z.number().positive().max(100)).max(100)

/**
 * How long the start of a network will take. The genesis time is part of the genesis state, so it must be
 * chosen before anything is started: too early and the first slots are missed, too late and everybody waits.
 *
 * The estimate is the clients' CPU time spread over the cores, corrected by what earlier starts on this
 * machine really took.
 */
export class StartBudget {
  readonly #estimateMs: number
  readonly #dialDelayMs: number

  /**
   * @param nodesCpuMs - CPU time that each node burns until it is ready
   * @param dialDelayMs - time after that until it has dialled its peers
   */
  constructor(nodesCpuMs: readonly number[], dialDelayMs = 0) {
    this.#dialDelayMs = dialDelayMs
    const total = nodesCpuMs.reduce((sum, ms) => sum + ms, 0)
    // A node's clients start one after the other, and each burns one core.
    this.#estimateMs = fixedMs + Math.max(...nodesCpuMs, total / availableParallelism())
  }

  /** Time to allow between now and genesis, ms. */
  async allowMs(): Promise<number> {
    const ratios = await readRatios()
    const ratio = ratios.length > 0 ? median(ratios) : firstRatio * busyFactor()
    return this.#estimateMs * ratio * safetyFactor + safetyMs + this.#dialDelayMs
  }

  /** Remembers what a start really took. */
  async record(elapsedMs: number): Promise<void> {
    const ratios = [...(await readRatios()), elapsedMs / this.#estimateMs].slice(-keptRatios)
    await mkdir(stateDirectory(), { recursive: true, mode: 0o700 })
    await writeFile(ratiosFile(), JSON.stringify(ratios))
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

function ratiosFile(): string {
  return join(stateDirectory(), 'start-ratios.json')
}

async function readRatios(): Promise<number[]> {
  try {
    return ratiosSchema.parse(JSON.parse(await readFile(ratiosFile(), 'utf8')))
  } catch {
    // Never measured, or damaged: it is only a memory, and is written anew.
    return []
  }
}
