import { ControlServer } from '../../control/control-server.ts'
import { describeNetwork } from '../../control/describe-network.ts'
import { SupervisedNetwork } from '../../control/supervised-network.ts'
import type { Network } from '../../network/network.ts'
import type { Node } from '../../network/node.ts'
import type { StartProgress } from '../../network/progress.ts'
import { startNetwork } from '../../network/start-network.ts'
import type { HistoryRecord } from '../../observe/history-record.ts'
import { signalGroup } from '../../processes/end-process-group.ts'
import { ProcessRecords } from '../../processes/process-records.ts'
import type { Interruption } from '../exit-code.ts'
import { Interrupts } from '../interrupts.ts'
import type { NetworkPlace } from '../network-place.ts'
import { nodeEvent } from './node-event.ts'
import { type Emit, historyEvent } from './up-event.ts'

export interface SuperviseParameters {
  readonly place: NetworkPlace
  /** Directory for the traces of embedded nodes. */
  readonly trace?: string | undefined
  readonly emit: Emit
  /** Aborted when nobody reads the output any more. */
  readonly outputClosed: AbortSignal
  /** Told what fails by a defect while others' commands are answered. */
  readonly onDefect: (error: unknown) => void
  /** Told the directory once it is the network's own. */
  readonly onDirectory?: (directory: string) => Promise<void>
}

/**
 * Runs a network in this process until somebody wants its end: starts it, answers other commands, tells of
 * every slot, and stops it.
 *
 * @throws {Interruption} when it was stopped because it was asked to be: the only way that this ends well.
 * @throws whatever `startNetwork` throws.
 */
export async function superviseNetwork(parameters: SuperviseParameters): Promise<never> {
  using supervisor = new Supervisor(parameters)
  return await supervisor.run()
}

class Supervisor implements Disposable {
  readonly #parameters: SuperviseParameters
  readonly #interrupts: Interrupts
  readonly #shown: SupervisedNetwork
  readonly #onOutputClosed = () => this.#interrupts.request('output-closed')
  readonly #beganMs = performance.now()
  #lastProgress = ''
  /** Set once the directory is ours. */
  #server: ControlServer | undefined
  #network: Network | undefined

  constructor(parameters: SuperviseParameters) {
    const { place, emit, outputClosed } = parameters
    this.#parameters = parameters
    this.#interrupts = new Interrupts({
      onFirst: ({ reason }) => emit({ event: 'stopping', reason }),
      onRepeat: (interruption) => void this.#killAndExit(interruption),
    })
    const onStop = () => this.#interrupts.request('down')
    this.#shown = new SupervisedNetwork({ name: place.name, directory: place.directory, onStop })
    outputClosed.addEventListener('abort', this.#onOutputClosed)
  }

  async run(): Promise<never> {
    const { signal } = this.#interrupts
    try {
      await this.#watch(await this.#start())
    } catch (error) {
      // What a start throws that was broken off is of no interest.
      if (!signal.aborted) throw error
    } finally {
      this.#shown.setStopping()
      await this.#network?.stop()
      await this.#server?.[Symbol.asyncDispose]()
    }
    this.#emitStopped({ isKilled: false })
    throw signal.reason
  }

  async #start(): Promise<Network> {
    const { place, trace, onDefect, onDirectory } = this.#parameters
    const { name, directory, isFresh, options } = place
    this.#network = await startNetwork({
      ...options,
      dir: directory,
      fresh: isFresh,
      trace,
      signal: this.#interrupts.signal,
      onProgress: (progress) => this.#onProgress(progress),
      onStateChange: (node) => this.#onStateChange(node),
      onDirectory: async (claimed) => {
        await onDirectory?.(claimed)
        this.#server = await ControlServer.open({ target: this.#shown, name, directory: claimed, onDefect })
      },
    })
    return this.#network
  }

  /** Tells of every slot, until it is interrupted. */
  async #watch(network: Network): Promise<void> {
    const { emit } = this.#parameters
    const { signal } = this.#interrupts
    this.#shown.setRunning(network)
    const startMs = Math.round(performance.now() - this.#beganMs)
    emit({ event: 'ready', ...describeNetwork(network, 'running'), startMs })
    const tell = (record: HistoryRecord) => {
      const event = signal.aborted ? undefined : historyEvent(record)
      if (event !== undefined) emit(event)
    }
    // What happened while it started has been recorded, and is told now.
    for (const record of network.history.records) tell(record)
    const unsubscribe = network.history.subscribe(tell)
    try {
      // In virtual time the network goes on because somebody waits for its slots.
      for await (const _ of network.slots({ signal })) signal.throwIfAborted()
      signal.throwIfAborted()
      throw new Error('the network ended by itself')
    } finally {
      unsubscribe()
    }
  }

  /** Passes on what differs from the time before: a start that waits says the same a few times a second. */
  #onProgress(progress: StartProgress): void {
    const { message, done, total } = progress
    const text = JSON.stringify(progress)
    if (text === this.#lastProgress) return
    this.#lastProgress = text
    this.#shown.setActivity(done === undefined ? message : `${message} (${done}/${total})`)
    this.#parameters.emit({ event: 'progress', ...progress })
  }

  /** While the network starts or stops, its nodes do what they are to do; only a failure is news then. */
  #onStateChange(node: Node): void {
    if (this.#interrupts.signal.aborted) return
    if (this.#network !== undefined || node.state === 'failed') this.#parameters.emit(nodeEvent(node))
  }

  /** Ends every process of the network with SIGKILL, as it is, and then this one. */
  async #killAndExit({ exitCode }: Interruption): Promise<void> {
    // Before the directory is ours, its processes are somebody else's.
    const isOurs = this.#server !== undefined
    const running = isOurs ? await new ProcessRecords(this.#parameters.place.directory).alive() : []
    for (const { pid } of running) signalGroup(pid, 'SIGKILL')
    await this.#server?.[Symbol.asyncDispose]()
    this.#emitStopped({ isKilled: true })
    process.exit(exitCode)
  }

  #emitStopped({ isKilled }: { isKilled: boolean }): void {
    const { name, directory } = this.#parameters.place
    this.#parameters.emit({ event: 'stopped', name, directory, isKilled })
  }

  [Symbol.dispose](): void {
    this.#parameters.outputClosed.removeEventListener('abort', this.#onOutputClosed)
    this.#interrupts[Symbol.dispose]()
  }
}
