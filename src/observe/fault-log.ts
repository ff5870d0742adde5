import type { FaultRecord, HistoryRecord } from './history-record.ts'

/** A fault that was, as its begin was recorded. */
export interface EndedFault {
  readonly fault: FaultRecord
  /** Unix time on the network's clock. */
  readonly endedMs: number
}

/** Ended faults that are remembered. */
const endedMax = 64

/** Which faults of a run are in force, and which were lately, however long ago they began. */
export class FaultLog {
  readonly #inForce = new Map<string, FaultRecord>()
  readonly #ended: EndedFault[] = []

  /** As their begins were recorded, in that order. */
  get inForce(): readonly FaultRecord[] {
    return [...this.#inForce.values()]
  }

  /** The latest ones, in the order in which they ended. */
  get ended(): readonly EndedFault[] {
    return this.#ended
  }

  add(record: HistoryRecord): void {
    if (record.type !== 'fault') return
    if (record.phase === 'begin') {
      this.#inForce.set(record.id, record)
      return
    }
    const fault = this.#inForce.get(record.id)
    if (fault === undefined) return
    this.#inForce.delete(record.id)
    this.#ended.push({ fault, endedMs: record.timeMs })
    if (this.#ended.length > endedMax) this.#ended.shift()
  }
}
