import type { FaultRecord, HistoryRecord, NodeRecord, ReorgRecord } from '../../observe/history-record.ts'
import { shortHash } from '../../observe/short-hash.ts'
import type { Output } from '../output.ts'
import { crashText, nodeText } from './node-text.ts'
import { slotLine } from './slot-line.ts'

type Style = Output['style']

/**
 * Draws a history: a line for each slot, and between them what is out of the ordinary. A network that runs and
 * the replay of its file go through here, so both show the same lines.
 */
export class HistoryLines {
  readonly #style: Style
  /** Reorgs that are not drawn yet: nodes that make the same one share a line. */
  readonly #reorgs = new Map<string, { readonly reorg: ReorgRecord; readonly nodes: string[] }>()
  /** While a network starts and stops, its nodes do what they are to do. */
  #isReady = false

  constructor(style: Style) {
    this.#style = style
  }

  /** @returns the lines that are due */
  add(record: HistoryRecord): string[] {
    switch (record.type) {
      case 'run':
        this.#isReady = false
        return this.#drawReorgs()
      case 'network':
        this.#isReady = record.state === 'ready'
        return this.#drawReorgs()
      case 'reorg':
        this.#addReorg(record)
        return []
      case 'slot':
        return [...this.#drawReorgs(), slotLine(record, this.#style)]
      case 'node':
        return this.#isReady || record.state === 'failed'
          ? [...this.#drawReorgs(), ...this.#node(record)]
          : []
      case 'fault':
        return [...this.#drawReorgs(), this.#style('magenta', faultText(record))]
      case 'check':
        if (record.verdict !== 'fail') return []
        return [
          ...this.#drawReorgs(),
          this.#style('red', `✗ check ${record.checker}: ${record.summary}`),
          ...record.evidence.map((line) => `  ${line}`),
        ]
      case 'gap':
        return [this.#style('dim', `· ${record.node ?? 'history'}: ${record.reason}`)]
      default:
        return []
    }
  }

  #addReorg(reorg: ReorgRecord): void {
    const change = `${reorg.oldHead} ${reorg.newHead}`
    const known = this.#reorgs.get(change)
    if (known === undefined) this.#reorgs.set(change, { reorg, nodes: [reorg.node] })
    else known.nodes.push(reorg.node)
  }

  #drawReorgs(): string[] {
    const lines = [...this.#reorgs.values()].map(({ reorg: { depth, oldHead, newHead }, nodes }) => {
      const change = `${shortHash(oldHead)} -> ${shortHash(newHead)}`
      return this.#style('yellow', `↺ reorg of depth ${depth}: ${change} on ${nodes.join(', ')}`)
    })
    this.#reorgs.clear()
    return lines
  }

  #node({ node, state, crash }: NodeRecord): string[] {
    return crash === undefined ? [nodeText(node, state)] : crashText(node, crash, this.#style)
  }
}

function faultText({ phase, id, kind, parameters }: FaultRecord): string {
  if (phase === 'end') return `✓ ${id} ended`
  const details = Object.entries(parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return `⚡ ${id}: ${[kind, ...details].join(' ')}`
}
