import type { BatchOperation, ClassicLevel } from 'classic-level'
import { nextTurn } from '../clock/event-loop.ts'

export type Database = ClassicLevel<string, Uint8Array>
export type Write = BatchOperation<Database, string, Uint8Array>

interface Pending {
  readonly writes: readonly Write[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes in the order in which they were asked for, each of them whole or not at all. What comes within a turn
 * of the event loop, or while the disk is at work, is written together, so that a hundred nodes in step cost one
 * write. Whoever asks waits for the answer before asking much more, which bounds the queue.
 *
 * What was written outlives this process however that ends (`kill -9` included). It is not forced to the disk: a
 * crash of the machine can lose the last moments, and with them all processes of the network have ended.
 */
export class WriteQueue {
  readonly #database: Database
  #pending: Pending[] = []
  #running: Promise<void> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  write(writes: readonly Write[]): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#pending.push({ writes, resolve, reject })
    })
    this.#running ??= this.#run()
    return written
  }

  /** Resolves when all writes so far have ended. Never rejects. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    await nextTurn()
    while (this.#pending.length > 0) {
      const group = this.#pending
      this.#pending = []
      try {
        await this.#database.batch(group.flatMap(({ writes }) => writes))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#running = undefined
  }
}
