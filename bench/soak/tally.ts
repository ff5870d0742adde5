import type { HistoryRecord } from '../../src/observe/history-record.ts'
import { Figures } from './figures.ts'

export type Side = 'embedded' | 'process'

/** What is known of a block while it may still be on its way to somebody. */
interface SeenBlock {
  readonly slot: number
  readonly proposer: Side
  readonly seenBy: Set<string>
}

interface SideTally {
  proposed: number
  /** Not imported by every node of the other side, two epochs later. */
  refused: number
  missed: number
}

export interface TallyParameters {
  /** Which side each node is on, by name. */
  readonly sides: ReadonlyMap<string, Side>
  /** Which side holds a validator's key. */
  readonly sideOfValidator: (index: number) => Side
  /** The validator that is to propose in a slot, where it is known. */
  readonly proposerOf: (slot: number) => number | undefined
  readonly genesisTimeMs: number
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number
}

/** Adds up what a network's history tells, in memory that does not grow with time. */
export class Tally {
  readonly #parameters: TallyParameters
  readonly #blocks = new Map<string, SeenBlock>()
  readonly sides: Record<Side, SideTally> = { embedded: noTally(), process: noTally() }
  /** From the start of a block's slot to its import, by who has made it and who has imported it. */
  readonly importMs: Record<`${Side} by ${Side}`, Figures> = {
    'embedded by embedded': new Figures(),
    'embedded by process': new Figures(),
    'process by embedded': new Figures(),
    'process by process': new Figures(),
  }
  readonly participation = { source: new Figures(), target: new Figures(), head: new Figures() }
  reorgs = 0
  latestSlot = 0
  finalizedEpoch = 0

  constructor(parameters: TallyParameters) {
    this.#parameters = parameters
  }

  add(record: HistoryRecord): void {
    switch (record.type) {
      case 'block':
        if (record.proposerIndex !== undefined && record.slot > 0)
          this.#addBlock(record, record.proposerIndex)
        return
      case 'slot':
        this.latestSlot = record.slot
        if (record.blockRoot === undefined && record.slot > 0) this.#addMissed(record.slot)
        this.#judgeOldBlocks(record.slot - 2 * this.#parameters.slotsPerEpoch)
        return
      case 'participation':
        // The first epochs begin while nodes still connect.
        if (record.epoch === 0) return
        this.participation.source.add(record.source)
        this.participation.target.add(record.target)
        if (record.head !== undefined) this.participation.head.add(record.head)
        return
      case 'finalized':
        this.finalizedEpoch = Math.max(this.finalizedEpoch, record.epoch)
        return
      case 'reorg':
        this.reorgs += 1
    }
  }

  #addBlock(
    record: { root: string; slot: number; node: string; timeMs: number },
    proposerIndex: number,
  ): void {
    const { sides, sideOfValidator, genesisTimeMs, slotDurationMs } = this.#parameters
    const observer = sides.get(record.node)
    if (observer === undefined) return
    const proposer = sideOfValidator(proposerIndex)
    let block = this.#blocks.get(record.root)
    if (block === undefined) {
      block = { slot: record.slot, proposer, seenBy: new Set() }
      this.#blocks.set(record.root, block)
      this.sides[proposer].proposed += 1
    }
    if (block.seenBy.has(record.node)) return
    block.seenBy.add(record.node)
    const sinceSlotMs = record.timeMs - (genesisTimeMs + record.slot * slotDurationMs)
    this.importMs[`${proposer} by ${observer}`].add(sinceSlotMs)
  }

  #addMissed(slot: number): void {
    const proposer = this.#parameters.proposerOf(slot)
    if (proposer !== undefined) this.sides[this.#parameters.sideOfValidator(proposer)].missed += 1
  }

  #judgeOldBlocks(untilSlot: number): void {
    for (const [root, { slot, proposer, seenBy }] of this.#blocks) {
      if (slot > untilSlot) continue
      this.#blocks.delete(root)
      const others = [...this.#parameters.sides].filter(([, side]) => side !== proposer)
      if (others.some(([name]) => !seenBy.has(name))) this.sides[proposer].refused += 1
    }
  }
}

function noTally(): SideTally {
  return { proposed: 0, refused: 0, missed: 0 }
}
