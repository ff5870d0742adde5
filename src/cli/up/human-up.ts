import type { Output } from '../output.ts'
import { readyText } from '../render/ready-text.ts'
import { slotLine } from '../render/slot-line.ts'
import { StageDisplay } from './stage-display.ts'
import type { NodeCrash, NodeEvent, UpEvent } from './up-event.ts'

/** Draws the events of `up` for a person. */
export class HumanUp implements Disposable {
  readonly #output: Output
  readonly #stages: StageDisplay
  readonly #stopHint: string

  /** @param stopHint - how to stop the network, in words */
  constructor(output: Output, stopHint: string) {
    this.#output = output
    this.#stages = new StageDisplay(output)
    this.#stopHint = stopHint
  }

  /** Takes away what is drawn of a start that goes on. */
  [Symbol.dispose](): void {
    this.#stages[Symbol.dispose]()
  }

  readonly emit = (event: UpEvent): void => {
    const { style } = this.#output
    switch (event.event) {
      case 'progress':
        this.#stages.update(event)
        break
      case 'ready':
        this.#stages.finish()
        this.#output.print(...readyText(event, { style, hint: this.#stopHint }))
        break
      case 'slot':
        this.#output.print(slotLine(event, style))
        break
      case 'node':
        this.#showNode(event)
        break
      case 'stopping':
        this.#stages[Symbol.dispose]()
        this.#output.print('', stoppingText(event.reason))
        break
      case 'stopped':
        this.#output.print(stoppedText(event))
        break
      case 'error':
        // It is thrown as well, and told on standard error.
        this.#stages[Symbol.dispose]()
    }
  }

  #showNode({ name, state, crash }: NodeEvent): void {
    const { style } = this.#output
    if (crash !== undefined) this.#output.print(...crashText(name, crash, style))
    else this.#output.print(`${name} is ${state}`)
  }
}

function crashText(name: string, crash: NodeCrash, style: Output['style']): string[] {
  const { title, reason, logFile, lastLines } = crash
  return [
    style('red', `✗ ${name} failed: ${title} ended, ${reason}`),
    ...lastLines.map((line) => `  | ${line}`),
    `  Log: ${logFile}`,
    `  Start it again with \`eth-localnet start ${name}\``,
  ]
}

function stoppingText(reason: (UpEvent & { event: 'stopping' })['reason']): string {
  const why = { down: 'asked by `down`', 'output-closed': 'nobody reads the output' }
  const text = reason === 'down' || reason === 'output-closed' ? why[reason] : reason
  const again = reason === 'SIGINT' ? ' Ctrl-C again kills it at once.' : ''
  return `Stopping the network (${text}) …${again}`
}

function stoppedText({ name, directory, isKilled }: UpEvent & { event: 'stopped' }): string {
  return `${name} is ${isKilled ? 'killed' : 'stopped'}. Its files are in ${directory}`
}
