/** What an installation is doing. */
export type InstallPhase = 'wait' | 'download' | 'unpack' | 'build' | 'check' | 'fallback' | 'done'

export interface InstallProgress {
  readonly client: string
  readonly version: string
  readonly phase: InstallPhase
  /** What the phase works on, e.g. a file name or a command; for `fallback`, why the next way is tried. */
  readonly detail: string
  /** Since the phase began. */
  readonly elapsedMs: number
  readonly receivedBytes?: number
  /** Known only when the server says it. */
  readonly totalBytes?: number
}

const phaseWords: Record<InstallPhase, string> = {
  wait: 'waiting for another process to install it',
  download: 'downloading',
  unpack: 'unpacking',
  build: 'building',
  check: 'checking',
  fallback: 'trying the next way',
  done: 'installed',
}

/** One line for a person, e.g. `geth 1.16.7: building with go build … 34 s`. */
export function describeProgress(progress: InstallProgress): string {
  const { client, version, phase, detail, elapsedMs, receivedBytes, totalBytes } = progress
  const title = `${client} ${version}: ${phaseWords[phase]}`
  if (phase === 'fallback' || phase === 'done') return `${title}: ${detail}`
  const amount = receivedBytes === undefined ? '' : ` ${mebibytes(receivedBytes)}`
  const total = totalBytes === undefined ? '' : ` of ${mebibytes(totalBytes)}`
  return `${title} ${detail} …${amount}${total} ${Math.floor(elapsedMs / 1000)} s`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}

const repeatEveryMs = 1_000

/** Tells the caller what goes on: at each change of phase, and once a second in between. */
export class ProgressReporter implements Disposable {
  readonly #client: { readonly client: string; readonly version: string }
  readonly #onProgress: ((progress: InstallProgress) => void) | undefined
  #phase: { phase: InstallPhase; detail: string; startedMs: number } | undefined
  #bytes: { receivedBytes?: number; totalBytes?: number } = {}
  #timer: NodeJS.Timeout | undefined

  constructor(
    client: { readonly client: string; readonly version: string },
    onProgress: ((progress: InstallProgress) => void) | undefined,
  ) {
    this.#client = client
    this.#onProgress = onProgress
  }

  begin(phase: InstallPhase, detail: string): void {
    this.#phase = { phase, detail, startedMs: performance.now() }
    this.#bytes = {}
    this.#report()
    this.#timer = this.#timer?.refresh() ?? setInterval(() => this.#report(), repeatEveryMs).unref()
  }

  /** Shown with the next report: a report for each packet would drown the caller. */
  countBytes(receivedBytes: number, totalBytes: number | undefined): void {
    this.#bytes = { receivedBytes, ...(totalBytes !== undefined && { totalBytes }) }
  }

  #report(): void {
    if (!this.#phase) return
    const { phase, detail, startedMs } = this.#phase
    const { client, version } = this.#client
    const elapsedMs = Math.round(performance.now() - startedMs)
    this.#onProgress?.({ client, version, phase, detail, elapsedMs, ...this.#bytes })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
