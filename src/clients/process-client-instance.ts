import { access, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { delay } from '../delay.ts'
import { describeExit, ManagedProcess, type Supervision } from '../processes/managed-process.ts'
import { runCommand } from '../processes/run-command.ts'
import type { NodeContext, ProcessClient } from './client.ts'
import type { ClientInstance, CrashReport, ProcessInfo, StopOutcome } from './client-instance.ts'

/** One client of one node, as processes. */
export class ProcessClientInstance implements ClientInstance {
  readonly client: ProcessClient
  readonly #makeContext: () => NodeContext
  /** As of the last start: neighbours may have changed since. */
  #context: NodeContext
  readonly #supervision: Supervision
  readonly #onCrash: (report: CrashReport) => void
  #running: ManagedProcess[] = []
  /** When it was stopped last, by the clock of `performance`. */
  #leftAtMs = Number.NEGATIVE_INFINITY

  constructor(
    client: ProcessClient,
    makeContext: () => NodeContext,
    supervision: Supervision,
    onCrash: (report: CrashReport) => void,
  ) {
    this.client = client
    this.#makeContext = makeContext
    this.#context = makeContext()
    this.#supervision = supervision
    this.#onCrash = onCrash
  }

  get processes(): readonly ProcessInfo[] {
    return this.#running.map(({ spec, pid }) => ({ name: spec.name, pid, logFile: spec.logFile }))
  }

  /** Starts the client's processes one after another; when one fails, those before it are stopped again. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#stayAway(signal)
    this.#context = this.#makeContext()
    await this.#writeConfigFiles()
    await this.#initializeOnce(signal)
    try {
      for (const spec of this.client.processes(this.#context)) {
        const title = `${this.#context.node.name} ${spec.name}`
        this.#watch(await ManagedProcess.start(title, spec, this.#supervision, signal))
        await spec.onReady?.(signal)
      }
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<StopOutcome> {
    let outcome: StopOutcome = 'graceful'
    for (const running of [...this.#running].reverse()) {
      const { signal } = await running.stop()
      if (signal === 'SIGKILL') outcome = 'forced'
      this.#leftAtMs = performance.now()
    }
    return outcome
  }

  async kill(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.kill()))
  }

  pause(): void {
    for (const running of this.#running) running.pause()
  }

  resume(): void {
    for (const running of this.#running) running.resume()
  }

  async #stayAway(signal: AbortSignal): Promise<void> {
    const { absenceMinMs = 0 } = this.client
    const leftMs = this.#leftAtMs + absenceMinMs - performance.now()
    if (leftMs > 0) await delay(leftMs, signal)
  }

  #watch(running: ManagedProcess): void {
    this.#running.push(running)
    void running.exited.then((status) => {
      this.#running = this.#running.filter((one) => one !== running)
      const { title, spec } = running
      const command = [spec.file, ...spec.arguments].join(' ')
      if (!running.isStopping)
        this.#onCrash({ title, command, reason: describeExit(status), logFile: spec.logFile })
    })
  }

  async #writeConfigFiles(): Promise<void> {
    for (const { path, content } of this.client.configFiles(this.#context)) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeFile(path, content, { mode: 0o600 })
    }
  }

  /** The marker is written last: an initialization that was cut off is done again. */
  async #initializeOnce(signal: AbortSignal): Promise<void> {
    const { directory, node } = this.#context
    const marker = join(directory, `${this.client.capabilities.name}.initialized`)
    if (await exists(marker)) return
    for (const command of await this.client.initialize(this.#context)) {
      await runCommand(`${node.name} ${command.name}`, command, signal)
    }
    await writeFile(marker, '', { mode: 0o600 })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
