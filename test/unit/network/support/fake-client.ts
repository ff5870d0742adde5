import type {
  ClientInstance,
  CrashReport,
  ProcessInfo,
  StopOutcome,
} from '../../../../src/clients/client-instance.ts'

type Phase = 'down' | 'starting' | 'up' | 'frozen' | 'stopping'

/** A client that runs nothing. It throws where the node would break the contract of a client instance. */
export class FakeClient implements ClientInstance {
  readonly name: string
  /** What was asked of it, in order, across all clients that share the list. */
  readonly calls: string[]
  readonly #onCrash: (report: CrashReport) => void
  /** How long starts and stops take; by default no time. */
  work: (what: string) => Promise<void> = async () => {}
  /** When set, the next start fails with it. */
  failure: Error | undefined
  stopOutcome: StopOutcome = 'graceful'
  phase: Phase = 'down'
  starts = 0

  constructor(parameters: {
    name: string
    onCrash: (report: CrashReport) => void
    calls?: string[]
  }) {
    this.name = parameters.name
    this.calls = parameters.calls ?? []
    this.#onCrash = parameters.onCrash
  }

  get processes(): ProcessInfo[] {
    return this.phase === 'down' ? [] : [{ name: this.name, pid: 1, logFile: '/nowhere' }]
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#demand('start', 'down')
    this.calls.push(`start ${this.name}`)
    this.starts += 1
    this.phase = 'starting'
    try {
      await abortable(this.work('start'), signal)
      if (this.failure !== undefined) throw this.failure
      this.phase = 'up'
    } catch (error) {
      this.failure = undefined
      this.phase = 'down'
      throw error
    }
  }

  async stop(): Promise<StopOutcome> {
    this.calls.push(`stop ${this.name}`)
    this.#demand('stop', 'down', 'up', 'frozen')
    if (this.phase === 'down') return 'graceful'
    this.phase = 'stopping'
    await this.work('stop')
    this.phase = 'down'
    return this.stopOutcome
  }

  async kill(): Promise<void> {
    this.calls.push(`kill ${this.name}`)
    this.#demand('kill', 'down', 'up', 'frozen')
    this.phase = 'down'
  }

  pause(): void {
    this.#demand('pause', 'up', 'down')
    if (this.phase === 'up') this.phase = 'frozen'
  }

  resume(): void {
    this.#demand('resume', 'frozen', 'down')
    if (this.phase === 'frozen') this.phase = 'up'
  }

  /** Its process ends unasked. Nothing happens to a client that is down, or was asked to end already. */
  crash(): void {
    if (this.phase !== 'up' && this.phase !== 'frozen') return
    this.phase = 'down'
    const reason = 'it exited with code 2'
    this.#onCrash({ title: `node-0 ${this.name}`, command: this.name, reason, logFile: '/nowhere' })
  }

  #demand(action: string, ...phases: Phase[]): void {
    if (!phases.includes(this.phase)) throw new Error(`${action} of ${this.name}, which is ${this.phase}`)
  }
}

async function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
  })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
