import { toWireError, type WireError } from '../../control/wire-error.ts'
import type { Network } from '../../network/network.ts'
import { FaultError } from '../errors.ts'

/** Jobs that are remembered, the ended ones included. */
const jobsMax = 100
/** Whoever asks waits so long for news, and asks again. */
const newsWithinMs = 10_000
/** A job that nobody has asked about for so long is given up, and what it did is undone. */
const forsakenAfterMs = 30_000

/** What a job takes to be done. */
export type JobWork = (context: {
  readonly signal: AbortSignal
  readonly onProgress: (message: string) => void
}) => Promise<object>

/** How far a job is. Plain JSON. */
export interface JobReport {
  readonly state: 'running' | 'done' | 'failed'
  /** All so far. */
  readonly messages: readonly string[]
  readonly result: object | null
  readonly error: WireError | null
}

/**
 * Something that takes longer than a request over HTTP should: it is begun by one request, and watched by
 * others until it is done. When its watcher has gone it is given up.
 */
class Job {
  readonly #messages: string[] = []
  readonly #abort = new AbortController()
  #end: Pick<JobReport, 'state' | 'result' | 'error'> | undefined
  #wake: () => void = () => {}
  #forsaken: NodeJS.Timeout | undefined

  constructor(work: JobWork) {
    this.#expectWatcher()
    const onProgress = (message: string) => {
      this.#messages.push(message)
      this.#wake()
    }
    work({ signal: this.#abort.signal, onProgress }).then(
      (result) => this.#finish({ state: 'done', result, error: null }),
      (error: unknown) => this.#finish({ state: 'failed', result: null, error: toWireError(error) }),
    )
  }

  get isRunning(): boolean {
    return this.#end === undefined
  }

  /** Resolves when there is more to tell than so many messages, or after a while. */
  async report(messagesKnown: number): Promise<JobReport> {
    this.#expectWatcher()
    if (this.isRunning && this.#messages.length <= messagesKnown) await this.#news()
    const end = this.#end ?? ({ state: 'running', result: null, error: null } as const)
    return { ...end, messages: [...this.#messages] }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, newsWithinMs)
      const wakeOthers = this.#wake
      this.#wake = () => {
        clearTimeout(timer)
        wakeOthers()
        resolve()
      }
    })
  }

  #expectWatcher(): void {
    clearTimeout(this.#forsaken)
    if (!this.isRunning) return
    this.#forsaken = setTimeout(() => this.#abort.abort(forsaken()), forsakenAfterMs)
    this.#forsaken.unref()
  }

  #finish(end: Pick<JobReport, 'state' | 'result' | 'error'>): void {
    clearTimeout(this.#forsaken)
    this.#end = end
    this.#wake()
  }
}

/** The jobs of one network. */
export class Jobs {
  static readonly #ofNetworks = new WeakMap<Network, Jobs>()
  readonly #jobs = new Map<string, Job>()
  #count = 0

  static of(network: Network): Jobs {
    const jobs = Jobs.#ofNetworks.get(network) ?? new Jobs()
    Jobs.#ofNetworks.set(network, jobs)
    return jobs
  }

  /** @returns the id to watch it by @throws {FaultError} when too many run */
  begin(work: JobWork): string {
    this.#forgetOldest()
    this.#count += 1
    const id = `job-${this.#count}`
    this.#jobs.set(id, new Job(work))
    return id
  }

  /** @throws {FaultError} for an id that there is not, or not any more */
  async report(id: string, messagesKnown: number): Promise<JobReport> {
    const job = this.#jobs.get(id)
    if (job !== undefined) return job.report(messagesKnown)
    throw new FaultError({
      code: 'fault-invalid',
      problem: `There is no job ${JSON.stringify(id)}.`,
      details: [`The last ${jobsMax} are remembered while the network runs.`],
      facts: { id },
    })
  }

  #forgetOldest(): void {
    if (this.#jobs.size < jobsMax) return
    const ended = [...this.#jobs].find(([, job]) => !job.isRunning)
    if (ended === undefined) {
      throw new FaultError({
        code: 'fault-invalid',
        problem: `${jobsMax} jobs run already.`,
        details: ['Wait for one of them.'],
      })
    }
    this.#jobs.delete(ended[0])
  }
}

function forsaken(): FaultError {
  return new FaultError({
    code: 'fault-ended',
    problem: 'Whoever had asked for this has gone, so it was given up.',
    details: ['What had been done for it was undone.'],
  })
}
