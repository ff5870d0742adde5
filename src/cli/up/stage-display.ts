import type { StartProgress } from '../../network/progress.ts'
import type { Output } from '../output.ts'

const labels: Readonly<Record<StartProgress['stage'], string>> = {
  clients: 'clients',
  genesis: 'genesis',
  start: 'nodes',
  'wait-genesis': 'time',
  peers: 'peers',
  head: 'head',
}
const labelWidth = Math.max(...Object.values(labels).map((label) => label.length))

/** Without a terminal to draw over, a stage that goes on is told about this often. */
const repeatEveryMs = 5_000
const redrawEveryMs = 1_000

/**
 * The stages of a start, each on one line: drawn over while it goes on where the terminal can, and told with
 * its duration when the next one begins.
 */
export class StageDisplay implements Disposable {
  readonly #output: Output
  #current: { readonly progress: StartProgress; readonly beganMs: number } | undefined
  #printedMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(output: Output) {
    this.#output = output
  }

  update(progress: StartProgress): void {
    const isNext = progress.stage !== this.#current?.progress.stage
    if (isNext) this.finish()
    const beganMs = this.#current?.beganMs ?? performance.now()
    this.#current = { progress, beganMs }
    if (isNext) this.#begin()
    this.#draw()
  }

  /** Prints the stage that goes on as done. */
  finish(): void {
    if (this.#current === undefined) return
    const { progress, beganMs } = this.#current
    this[Symbol.dispose]()
    const duration = this.#output.style('dim', seconds(performance.now() - beganMs))
    const text = `${labels[progress.stage].padEnd(labelWidth)}  ${doneText(progress)}`
    this.#output.print(`${this.#output.style('green', '✓')} ${text}  ${duration}`)
  }

  /** Takes the line of a stage that goes on away. */
  [Symbol.dispose](): void {
    if (this.#current === undefined) return
    clearInterval(this.#timer)
    this.#current = undefined
    this.#output.redraw('')
  }

  #begin(): void {
    // The first line of a stage comes when it lasts, not at once: most are over in a moment.
    this.#printedMs = performance.now()
    this.#timer = setInterval(() => this.#draw(), redrawEveryMs).unref()
  }

  #draw(): void {
    if (this.#current === undefined) return
    const { progress, beganMs } = this.#current
    const now = performance.now()
    const line = `· ${describe(progress)}  ${seconds(now - beganMs)}`
    if (this.#output.isInteractive) {
      this.#output.redraw(line.slice(0, this.#output.columns - 1))
    } else if (now - this.#printedMs >= repeatEveryMs) {
      this.#printedMs = now
      this.#output.print(line)
    }
  }
}

function describe({ stage, message, done, total }: StartProgress): string {
  const amount = done === undefined || total === undefined ? '' : `${done}/${total} `
  return `${labels[stage].padEnd(labelWidth)}  ${amount}${message}`
}

/** What a stage has reached when it is over. */
function doneText({ stage, message, done, total }: StartProgress): string {
  const amount = done === undefined || total === undefined ? undefined : `${done} of ${total}`
  switch (stage) {
    case 'clients':
      return message
    case 'genesis':
      return message.replace(/^making the genesis /, '')
    case 'start':
      return `${amount ?? 'all'} up`
    case 'wait-genesis':
      return 'slot 0 has begun'
    case 'peers':
      return `${amount ?? 'all'} connections are there`
    case 'head':
      return `${amount ?? 'all'} nodes share a head`
  }
}

/** `0.3 s`, `12.0 s`. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}
