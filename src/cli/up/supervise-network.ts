import { ControlServer } from '../../control/control-server.ts'
import { describeNetwork } from '../../control/describe-network.ts'
import { SupervisedNetwork } from '../../control/supervised-network.ts'
import type { Network } from '../../network/network.ts'
import type { Node } from '../../network/node.ts'
import type { StartProgress } from '../../network/progress.ts'
import { startNetwork } from '../../network/start-network.ts'
import { signalGroup } from '../../processes/end-process-group.ts'
import { lastLogLines } from '../../processes/log-tail.ts'
import { describeExit } from '../../processes/managed-process.ts'
import { ProcessRecords } from '../../processes/process-records.ts'
import { Interrupts } from '../interrupts.ts'
import type { NetworkPlace } from '../network-place.ts'
import type { Emit, NodeEvent } from './up-event.ts'

const crashLinesShown = 8

export interface SuperviseParameters {
  readonly place: NetworkPlace
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
  const { place, emit, outputClosed, onDefect, onDirectory } = parameters
  const beganMs = performance.now()
  let server: ControlServer | undefined
  let network: Network | undefined
  using interrupts = new Interrupts({
    onFirst: ({ reason }) => emit({ event: 'stopping', reason }),
    onRepeat: (interruption) =>
      void killNow(place, server, emit).then(() => process.exit(interruption.exitCode)),
  })
  const closed = () => interrupts.request('output-closed')
  outputClosed.addEventListener('abort', closed)
  const shown = new SupervisedNetwork({
    name: place.name,
    directory: place.directory,
    onStop: () => interrupts.request('down'),
  })
  try {
    network = await startNetwork({
      ...place.options,
      dir: place.directory,
      fresh: place.isFresh,
      signal: interrupts.signal,
      onDirectory: async (directory) => {
        await onDirectory?.(directory)
        server = await ControlServer.open({ target: shown, name: place.name, directory, onDefect })
      },
      onProgress: onChange((progress) => {
        shown.setActivity(activityText(progress))
        emit({ event: 'progress', ...progress })
      }),
      onStateChange: (node) => {
        const isWorthTelling = network !== undefined || node.state === 'failed'
        if (isWorthTelling && !interrupts.signal.aborted) emit(nodeEvent(node))
      },
    })
    shown.setRunning(network)
    const startMs = Math.round(performance.now() - beganMs)
    emit({ event: 'ready', ...describeNetwork(network, 'running'), startMs })
    for await (const report of network.slots({ signal: interrupts.signal }))
      emit({ event: 'slot', ...report })
  } catch (error) {
    // What a start throws that was broken off is of no interest.
    if (!interrupts.signal.aborted) throw error
  } finally {
    outputClosed.removeEventListener('abort', closed)
    shown.setStopping()
    await network?.stop()
    await server?.[Symbol.asyncDispose]()
  }
  emit({ event: 'stopped', name: place.name, directory: place.directory, isKilled: false })
  throw interrupts.signal.reason
}

/** Ends every process of the network with SIGKILL, as it is. */
async function killNow(place: NetworkPlace, server: ControlServer | undefined, emit: Emit): Promise<void> {
  const running = await new ProcessRecords(place.directory).alive()
  for (const { pid } of running) signalGroup(pid, 'SIGKILL')
  await server?.[Symbol.asyncDispose]()
  emit({ event: 'stopped', name: place.name, directory: place.directory, isKilled: true })
}

/** Passes on what differs from the time before: a start that waits says the same a few times a second. */
function onChange(tell: (progress: StartProgress) => void): (progress: StartProgress) => void {
  let last = ''
  return (progress) => {
    const text = JSON.stringify(progress)
    if (text === last) return
    last = text
    tell(progress)
  }
}

function activityText({ message, done, total }: StartProgress): string {
  return done === undefined || total === undefined ? message : `${message} (${done}/${total})`
}

function nodeEvent({ name, state, crash }: Node): NodeEvent {
  if (state !== 'failed' || crash === undefined) return { event: 'node', name, state, crash: undefined }
  const { title, status, logFile } = crash
  const lastLines = lastLogLines(logFile, crashLinesShown)
  return { event: 'node', name, state, crash: { title, reason: describeExit(status), logFile, lastLines } }
}
