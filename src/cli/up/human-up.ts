import type { Output } from '../output.ts'
import { HistoryLines } from '../render/history-lines.ts'
import { crashText, nodeText } from '../render/node-text.ts'
import { readyText } from '../render/ready-text.ts'
import { StageDisplay } from './stage-display.ts'
import type { NodeEvent, UpEvent } from './up-event.ts'

/** Draws the events of `up` for a person. */
export class HumanUp implements Disposable {
  readonly #output: Output
  readonly #stages: StageDisplay
  readonly #history: HistoryLines
  readonly #stopHint: string

  /** @param stopHint - how to stop the network, in words */
  constructor(output: Output, stopHint: string) {
    this.#output = output
    this.#stages = new StageDisplay(output)
    this.#history = new HistoryLines(output.style)
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
      case 'reorg':
      case 'fault':
      case 'check':
      case 'gap':
        this.#output.print(...this.#history.add(event))
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
    else this.#output.print(nodeText(name, state))
  }
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
